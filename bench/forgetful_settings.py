"""The settings with the control of :mod:`bench.forgetful` installed. For ``bench.crisis`` only."""

from switchboard.project.settings import *  # noqa: F403
from switchboard.project.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "bench.forgetful.Forgetful"]
