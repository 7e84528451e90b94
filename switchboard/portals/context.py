"""What every page knows: the theme the reader chose, whether this is the demo, the plan's crisis line."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

THEMES = ("light", "dark")


def page(request: HttpRequest) -> dict[str, Any]:
    """Give the facts that the base templates use; reads cookies and settings, never the database."""
    chosen = request.COOKIES.get("theme", "")
    line: str = settings.PLAN_CRISIS_LINE
    return {
        "theme": chosen if chosen in THEMES else "",
        "demo": settings.DEMO,
        "plan_name": settings.PLAN_NAME,
        "crisis_line": line,
        "crisis_line_href": "tel:" + "".join(c for c in line if c.isdigit() or c == "+"),
    }
