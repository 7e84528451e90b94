"""Edges that must still escalate (promise C5): one row each, from the answer to the page."""

from datetime import UTC, date, datetime, timedelta

import pytest

from switchboard.members.actions.people import undo_merge
from switchboard.members.models import Coverage, Member
from switchboard.outcomes import wording
from switchboard.outcomes.actions import NotAnswerable, answer, begin, complete, escalate
from switchboard.outcomes.core.answers import Person
from switchboard.outcomes.models import Answer, CrisisEvent, CrisisTask
from switchboard.outcomes.queries import crisis_state_of, crisis_worklist, open_crisis_of, results_of
from switchboard.platform.access import SWITCHBOARD
from switchboard.platform.audit import relate
from switchboard.platform.clock import today
from switchboard.platform.models import OutgoingMessage
from switchboard.platform.roles import Role
from tests.outcomes.test_crisis_path import member, say_several_days, staff, started

pytestmark = pytest.mark.django_db


def covered(who, until: date | None = None) -> None:
    Coverage.objects.create(member_id=who.member_id, line_of_business="COM", period=(date(2020, 1, 1), until))


def stored_and_paged() -> CrisisTask:
    """The one task: in the worklist, and the clinician on call paged at once."""
    staff(Role.CRISIS_CLINICIAN, licence="CT 1")
    escalate()
    assert OutgoingMessage.objects.count() == 1
    assert len(crisis_worklist()) == 1
    return CrisisTask.objects.get()


class TestWhoeverItIs:
    def test_somebody_covered_is_routed(self):
        who = member()
        covered(who)
        say_several_days(who)
        assert not stored_and_paged().unroutable

    def test_ended_coverage_is_marked_and_paged_all_the_same(self):
        """Eligibility termed. Seen to fail when only nobody's answers were marked."""
        who = member()
        covered(who, until=today() - timedelta(days=1))
        say_several_days(who)
        assert stored_and_paged().unroutable
        shown = crisis_worklist()[0]
        assert shown.uncovered
        assert shown.member_id == who.member_id

    def test_a_member_recorded_as_dead_is_marked_and_paged_all_the_same(self):
        """Somebody gave the answer: a wrong record, or another person in danger."""
        who = member()
        covered(who)
        Member.objects.filter(pk=who.member_id).update(deceased_on=date(2026, 1, 1))
        say_several_days(who)
        assert stored_and_paged().unroutable
        assert "crisis_member_deceased" in [r.code for r in crisis_worklist()[0].because]

    def test_a_task_follows_into_a_merge_and_out_of_it_again(self):
        """Unmerged: each record has its own answers and task, as before (threat 15)."""
        one, other = member("M1"), member("M2")
        say_several_days(other)
        task = CrisisTask.objects.get()
        Member.objects.filter(pk=other.member_id).update(merged_into_id=one.member_id)
        assert open_crisis_of(member_id=one.member_id), "whoever opens the record kept sees it"
        assert crisis_state_of(member_id=one.member_id) == ("open", "")
        navigator = staff(Role.NAVIGATOR)
        for number in (one.member_id, other.member_id):
            relate(viewer=navigator, member_id=number, kind="call", reason="call")
        undo_merge(member_id=other.member_id, by=navigator)
        assert not open_crisis_of(member_id=one.member_id)
        assert open_crisis_of(member_id=other.member_id)
        assert stored_and_paged().pk == task.pk
        assert Answer.objects.get(risk="positive").crisis_task_id == task.pk


class TestWhateverTheForm:
    @pytest.mark.parametrize(("age", "form", "link"), [(40, "phq-9m", "phq9m-9"), (14, "phq-9", "phq9-9")])
    def test_a_form_made_for_another_age_escalates(self, age, form, link):
        """An adult given the teens' form, a teen the adults'; from the first answer to the page."""
        who = member()
        Member.objects.filter(pk=who.member_id).update(birth_date=date(today().year - age, 1, 1))
        row = begin(member_id=who.member_id, instrument=form, language="en", given_by="self",
                    channel="portal", by=who)  # fmt: skip
        assert answer(assessment_id=row, link_id=link, value=1, by=who).crisis
        assert stored_and_paged().member_id == who.member_id

    def test_an_answer_that_is_refused_takes_none_of_the_others_with_it(self):
        """Lost progress after a validation error: every answer so far is kept, and its task."""
        who = member()
        row = say_several_days(who)
        answer(assessment_id=row, link_id="phq9-1", value=2, by=who)
        with pytest.raises(NotAnswerable):
            answer(assessment_id=row, link_id="phq9-2", value=9, by=who)
        kept = Answer.objects.order_by("id").values_list("link_id", "value")
        assert list(kept) == [("phq9-9", "1"), ("phq9-1", "2")]
        answer(assessment_id=row, link_id="phq9-2", value=1, by=who)
        assert CrisisTask.objects.count() == 1

    def test_a_form_begun_before_a_new_version_is_scored_in_its_own(self, monkeypatch):
        """A second version of the PHQ-9 comes into force in between: it knows no third item."""
        who = member()
        row = started(who)
        given = {f"phq9-{n}": 1 for n in range(1, 10)}
        for link, value in given.items():
            answer(assessment_id=row, link_id=link, value=value, by=who)
        second_version(monkeypatch)
        answer(assessment_id=row, link_id="phq9-3", value=2, by=who)
        scored = complete(
            assessment_id=row, answers=given | {"phq9-3": 2}, person=Person(date(1990, 1, 1)), by=who
        )
        assert scored.total == 10
        assert [r.version for r in results_of(viewer=who, member_id=who.member_id)] == ["2001-09-01"]
        assert CrisisEvent.objects.filter(kind="answer").count() == 1


def second_version(monkeypatch) -> None:
    """From now on the PHQ-9 in force is another: dated today, without its third item."""
    from dataclasses import replace

    from switchboard.kernel.reasons import RuleRef

    old = wording.instrument_in_force("phq-9", date(2026, 1, 1))
    newer = replace(
        old,
        ref=RuleRef(old.ref.name, "2026-11-01"),
        items=tuple(i for i in old.items if i.link_id != "phq9-3"),
    )

    def in_force(code: str, day: date):
        return newer if day >= date(2026, 11, 1) else old

    for place in ("wording", "actions.answering", "actions.receiving"):
        monkeypatch.setattr(f"switchboard.outcomes.{place}.instrument_in_force", in_force)


def test_a_form_handed_in_late_is_scored_in_the_version_it_was_filled_in(monkeypatch):
    """An old response and a real second version. Seen to fail when the version in force scored it."""
    from switchboard.outcomes.actions.receiving import receive
    from switchboard.outcomes.core.handed_in import read_form

    second_version(monkeypatch)
    who = member()
    sent = {
        "instrument": "phq-9", "version": "2001-09-01", "authored": datetime.now(UTC).isoformat(),
        "answers": [{"link_id": f"phq9-{n}", "value": 1} for n in range(1, 10)],
    }  # fmt: skip
    got = receive(form=read_form(sent, today()), member_id=who.member_id, by=SWITCHBOARD)
    assert (got.status, got.total) == ("completed", 9)
    assert got.crisis
