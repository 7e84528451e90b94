"""Processes that end when their parent does, however it ended."""

import ctypes
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1  # Linux prctl(2)


def dying_with_parent(number: signal.Signals = signal.SIGTERM) -> Callable[[], None]:
    """Give what a child runs before its program (``preexec_fn``) so that ``number`` ends it with its parent.

    The kernel watches the parent's *thread*: start the child from one that lives as long as the process.
    """
    if sys.platform != "linux":
        return lambda: None
    prctl = ctypes.CDLL(None).prctl

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, int(number))

    return ask
