"""Insights in a real browser: axe finds nothing, nothing overflows, the filters work without script."""

import pytest
from django.core.cache import cache

pytestmark = pytest.mark.browser


@pytest.fixture
def manager(transactional_db):
    """A network manager of a small plan."""
    from switchboard.demo.actions import build
    from switchboard.demo.plan import Plan
    from switchboard.platform.clock import now

    cache.clear()
    build(Plan(start=now(), members=2000, practitioners=60, weeks=2, seed=7))
    return "network_manager@demo.example.org"


def test_the_page_is_fine_and_filters(manager, look, settings):
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    page = look.at("/demo/")
    page.locator("form", has=page.locator(f"[value='{manager}']")).locator("button").first.click()
    look.at("/insights/")
    assert page.get_by_role("heading", name="Days to first appointment").is_visible()
    look.is_fine()
    page.get_by_label("State").select_option("MA")
    page.get_by_role("button", name="Show", exact=True).click()
    assert "state=MA" in page.url
    look.is_fine()
