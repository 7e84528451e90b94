"""Every component in a real browser: axe finds nothing, the policy holds, the keyboard works."""

import pytest

from switchboard.portals.gallery.samples import FRAMES

pytestmark = pytest.mark.browser


def test_the_gallery_is_fine(look):
    look.at("/gallery/")
    look.is_fine()


@pytest.mark.parametrize("name", FRAMES)
def test_a_whole_page_is_fine(look, name):
    look.at(f"/gallery/{name}")
    look.is_fine()


def test_a_member_page_is_fine_in_spanish(look):
    look.speak("es")
    page = look.at("/gallery/crisis")
    assert page.locator("html").get_attribute("lang") == "es"
    assert (
        page.get_by_role("link", name="Envíe AYUDA al 988").first.get_attribute("href")
        == "sms:988?body=AYUDA"
    )
    look.is_fine()


def test_the_first_tab_stop_leads_to_the_main_part(visit):
    page = visit.at("/gallery/desk")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_the_theme_is_chosen_kept_and_given_back(visit):
    page = visit.at("/gallery/question")
    page.get_by_role("button", name="Dark").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.get_by_role("button", name="Auto").click()
    page.reload()
    assert page.locator("html").get_attribute("data-theme") is None
    assert visit.complaints == []


def test_the_language_is_chosen_and_the_page_stays(visit):
    page = visit.at("/gallery/question")
    page.get_by_role("button", name="Español").click()
    assert page.url.endswith("/gallery/question")
    assert page.locator("html").get_attribute("lang") == "es"
    assert visit.complaints == []


def test_a_dialog_takes_focus_and_gives_it_back(visit):
    page = visit.at("/gallery/")
    opener = page.get_by_role("button", name="Cancel this appointment").first
    opener.click()
    assert page.get_by_role("dialog").is_visible()
    page.keyboard.press("Escape")
    assert not page.get_by_role("dialog").is_visible()
    assert page.evaluate("document.activeElement.textContent.trim()") == "Cancel this appointment"


def test_every_target_is_large_enough_for_a_thumb(visit):
    """WCAG 2.2 asks for 24 pixels; buttons, fields and choices of ours have at least 36."""
    page = visit.at("/gallery/")
    sizes = page.locator(
        "button:visible, .button:visible, .input:visible, .choice label:visible"
    ).evaluate_all("all => all.map(e => [e.getBoundingClientRect().height, e.outerHTML.slice(0, 80)])")
    assert [html for height, html in sizes if height < 36] == []


def test_the_policy_blocks_what_is_inline(visit):
    """The control: an inline style is refused, so a page that needs one cannot look right by accident."""
    page = visit.at("/gallery/question")
    page.evaluate(
        "document.querySelector('main').insertAdjacentHTML('beforeend', '<p style=\"color: red\" id=x>x</p>')"
    )
    assert page.evaluate("getComputedStyle(document.querySelector('#x')).color") != "rgb(255, 0, 0)"
    assert any("Content Security Policy" in said for said in visit.complaints)
