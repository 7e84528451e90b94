"""How a test asks the desk's pages."""

import re
from datetime import timedelta

from django.test import Client
from django.urls import reverse

from switchboard.platform.clock import now
from switchboard.platform.models import WorkItem
from switchboard.platform.worklist import open_work
from tests.portals.desk_world import HOST
from tests.portals.statements import statements_of


def url(name: str, *args) -> str:
    return reverse(f"desk_{name}", args=args)


def get(browser: Client, name: str, *args, hx: bool = False):
    more = {"HTTP_HX_REQUEST": "true"} if hx else {}
    return browser.get(url(name, *args), **HOST, **more)


def post(browser: Client, page: str, /, *args, follow: bool = False, **sent):
    return browser.post(url(page, *args), sent, follow=follow, **HOST)


def opened(browser: Client, member) -> None:
    answer = post(browser, "why", member.public_id, reason="The member is on the phone")
    assert answer.status_code == 302


def queries(browser: Client, name: str, *args, hx: bool = False) -> list[str]:
    return statements_of(lambda: get(browser, name, *args, hx=hx))


def work(member, queue: str = "follow_up", hours: float = 4, **more) -> None:
    open_work(
        queue=queue, kind=queue, subject="member:1", due_at=now() + timedelta(hours=hours),
        once=f"{queue}:{WorkItem.objects.count()}", member_id=member and member.pk, **more,
    )  # fmt: skip


def through(browser: Client, member, items: dict[str, str] | None = None) -> None:
    """Answer every question by phone with the option wanted, or the first."""
    answer = post(browser, "ask", member.public_id, follow=True)
    for _ in range(80):
        at = answer.redirect_chain[-1][0] if answer.redirect_chain else answer.request["PATH_INFO"]
        if "/questions/at/" not in at:
            return
        step = at.rpartition("/")[2]
        code = step.rpartition(":")[2]
        many = 'type="checkbox"' in answer.text
        found = re.findall(r'name="answer"[^>]*value="([^"]*)"', answer.text) or ["CT"]
        wanted = (items or {}).get(code, "en" if code == "language" else found[-1] if many else found[0])
        answer = browser.post(at, {"answer": wanted}, follow=True, **HOST)
        assert answer.status_code == 200, answer.text
    raise AssertionError("The conversation does not end.")
