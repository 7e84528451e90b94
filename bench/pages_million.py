"""The pages again, with 1,000,000 members, 53,000 practitioners, 1,000,000 open slots: see ``pages``."""

from collections.abc import Callable

from bench.pages import measured


def main(report: Callable[[str], object] = print) -> None:
    """Build the largest plan the demo makes, and measure every page on it."""
    measured(report, members=1_000_000, practitioners=53_000, open_slots=1_000_000, promised=300)


if __name__ == "__main__":
    main()
