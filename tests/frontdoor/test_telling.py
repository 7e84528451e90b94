"""Who is told which reason of a triage: the access matrix cell by cell (classes D4, D5, D6, D9)."""

import re
from datetime import date

import pytest

from switchboard.frontdoor.core.triage import TOLD_BY_ANOTHER, Findings, Needs, _safety
from switchboard.frontdoor.models import Request, Triage
from switchboard.frontdoor.queries import triage_of, view_of
from switchboard.frontdoor.telling import ABOUT_SAFETY, OF_A_CHILD
from switchboard.kernel.reasons import Reason
from switchboard.members.models import Member
from switchboard.members.queries import viewer_for
from switchboard.platform.audit import relate
from switchboard.platform.clock import today
from switchboard.platform.models import User
from switchboard.platform.roles import Role
from switchboard.rulebook.rules import rule
from switchboard.rulebook.words import catalogue, say_to_staff

SAID = ("triage_risk", "triage_alcohol_high", "triage_depression", "triage_wants_talk")
NEEDS = Needs(("depression",), every=False, helpful=(), level_of_care="outpatient", within_days=2)


def told(role: Role, *, born: date = date(1990, 1, 1), channel: str = "portal") -> list[str]:
    """What a role with the record open is told of a triage for these four reasons."""
    made = Member.objects.create(member_number="T1", family_name="Example", birth_date=born)
    asked = Request.objects.create(member=made, channel=channel, state="triaged")
    because = [{"code": code, "params": {"total": 14} if "total" in catalogue()[code]["en"] else {},
                "rule": None} for code in SAID]  # fmt: skip
    Triage.objects.create(request=asked, acuity=2, lane="urgent", needs=NEEDS.as_json(), because=because)
    user = User.objects.create_user("who@example.org", name="Who", role=role.value)
    if role is Role.MEMBER:
        Member.objects.filter(pk=made.pk).update(user=user)
    else:
        relate(viewer=viewer_for(user), member_id=made.pk, kind="call", reason="on the phone")
    found = triage_of(viewer=viewer_for(user), request=view_of(asked))
    assert found is not None
    return [reason.code for reason in found.because]


@pytest.mark.django_db
class TestWhoIsTold:
    def test_the_member_is_told_all(self):
        assert told(Role.MEMBER) == list(SAID)

    def test_a_navigator_is_told_that_there_is_a_safety_answer_and_not_what_was_said(self):
        """D5 and D6 are a flag, scores masked. Seen to fail when only scores were left out."""
        assert told(Role.NAVIGATOR) == ["flag_safety_answer", "flag_protected", "triage_wants_talk"]

    def test_of_a_teen_who_asked_alone_a_navigator_is_told_flags_only(self):
        """D9. Seen to fail with the look at age left out."""
        teen = date(today().year - 15, 1, 1)
        assert told(Role.NAVIGATOR, born=teen) == ["flag_safety_answer", "flag_protected"]

    def test_of_a_child_whose_parent_asked_a_navigator_is_told_what_a_parent_wants(self):
        """Nothing the child consented to alone stands behind it."""
        child = date(today().year - 9, 1, 1)
        assert "triage_wants_talk" in told(Role.NAVIGATOR, born=child, channel="proxy")

    def test_a_care_manager_is_told_all(self):
        assert told(Role.CARE_MANAGER) == list(SAID)


def test_whatever_triage_says_of_danger_is_a_safety_answer():
    """A finding of danger added to triage later is no leak: it must be named here too."""
    about = {f.code for risk in ("imminent", "positive", "unknown") for by in ((), TOLD_BY_ANOTHER)
             for f in _safety(Findings(age=9, risk=risk, dangers=frozenset(by)))}  # fmt: skip
    about |= {f"triage_{code}" for code in rule("routing/lanes").on(today())["dangers"]}
    assert {code.removesuffix(OF_A_CHILD) for code in about} == ABOUT_SAFETY


SPOKEN_TO = re.compile(r"\b(you|your|yours|we|us)\b", re.IGNORECASE)


@pytest.mark.parametrize("code", sorted(c for c in catalogue() if c.startswith("triage_")))
def test_staff_read_about_the_person_not_to_them(code: str):
    """No sentence for staff says "you", or in Spanish "you told us" or "your answers"."""
    blank = {"total": 1, "age": 9, "screen": "PHQ-9", "why": "-", "criteria": "x", "level": "y"}
    reason = Reason(code, blank)
    assert not SPOKEN_TO.search(say_to_staff(reason))
    assert not re.match(r"(Nos|Sus) ", say_to_staff(reason, "es"))
