"""Minimum fields: what a list shows of a person before somebody opens their record (access design, b4)."""


def initials(given: str, family: str) -> str:
    """Give ``J. D.``; a missing name is left out."""
    return " ".join(f"{name.strip()[0].upper()}." for name in (given, family) if name.strip())


def last_four(number: str) -> str:
    """Give the last four characters behind dots; fewer than eight are all hidden, they would say too much."""
    return f"••••{number[-4:]}" if len(number) >= 8 else "••••"


def listed(given: str, family: str, member_number: str) -> str:
    """Give how a person stands in a list: initials and the last four of the plan's number."""
    return f"{initials(given, family)} {last_four(member_number)}".strip()
