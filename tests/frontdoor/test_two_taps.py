"""Two taps at once: an answer that saves itself while Continue sends it again."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from switchboard.frontdoor.actions import answer_item, ask
from switchboard.outcomes.models import Answer, Assessment
from tests.portals.desk_world import Desk

TAPS = 6


@pytest.mark.django_db(transaction=True)
def test_the_first_answer_sent_many_times_at_once_begins_one_form():
    """Each is kept, all in one form, and the next answer finds it."""
    desk = Desk()
    member = desk.member()
    viewer = desk.speaker(member)
    asked = ask(member_id=member.pk, channel="portal", by=viewer)
    at_once = Barrier(TAPS)

    def tap(link: str, value: int) -> None:
        told = {"instrument": "phq-2", "link_id": link, "value": value, "by": viewer, "language": "en"}
        answer_item(request_id=asked.request_id, **told)

    def hurried(_n: int) -> None:
        at_once.wait(10)
        try:
            tap("phq2-1", 2)
        finally:
            connection.close()

    with ThreadPoolExecutor(TAPS) as pool:
        list(pool.map(hurried, range(TAPS)))
    tap("phq2-2", 1)
    assert Assessment.objects.count() == 1
    assert Answer.objects.count() == TAPS + 1
