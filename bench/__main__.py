"""Run every measurement, or those named, print the tables and write ``bench/RESULTS.md``.

A measurement is a module here with ``main(report)`` that hands its lines to ``report``. With names given,
nothing is written.
"""

import platform
import sys
from importlib import import_module
from os import cpu_count
from pathlib import Path

HERE = Path(__file__).parent
NOT_MEASUREMENTS = {"__init__", "__main__", "report", "plan", "forgetful", "forgetful_settings"}


def main(names: list[str]) -> None:
    known = sorted(f.stem for f in HERE.glob("*.py") if f.stem not in NOT_MEASUREMENTS)
    unknown = set(names) - set(known)
    if unknown:
        sys.exit(f"No measurement is called {', '.join(sorted(unknown))}: there are {', '.join(known)}.")
    told: list[str] = []

    def report(text: str) -> None:
        told.append(text)
        print(text, flush=True)

    report(f"# Measured by `{' '.join(['python -m bench', *names])}`\n")
    report(f"Python {platform.python_version()}, {cpu_count()} cores, {platform.machine()}.\n")
    for name in names or known:
        import_module(f"bench.{name}").main(report)
    if not names:
        (HERE / "RESULTS.md").write_text("\n".join(told) + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
