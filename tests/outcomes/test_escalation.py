"""The clock of a crisis task (promise C2): nobody is forgotten, and nothing closes by itself."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from switchboard.kernel.reasons import Reason, RuleRef
from switchboard.outcomes.core.escalation import (
    Clock,
    Closer,
    Step,
    Task,
    clock_of,
    may_close,
    next_step,
    queue_of,
    upcoming,
)
from switchboard.rulebook.rules import rule


def fresh() -> Clock:
    """The clock, built anew: what reads the rule file is under test too (and under mutation)."""
    return clock_of(rule("safety/escalation").on(date(2026, 6, 1)))


CLOCK = fresh()
T0 = datetime(2026, 6, 1, 12, tzinfo=UTC)
CALL, SECOND, DESK = "page_on_call", "page_second", "page_supervisor_and_desk"
UNFINISHED = "page_supervisor_unfinished"


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def task(*fired: tuple[str, float], **more: object) -> Task:
    return Task(T0, tuple((name, at(minutes)) for name, minutes in fired), **more)


def due(one: Task, minutes: float) -> Step | None:
    return next_step(one, at(minutes), CLOCK).outcome


def test_the_promised_times_stand_in_the_rulebook():
    """C2: at once, five minutes, fifteen minutes; late after sixty seconds."""
    clock = fresh()
    assert clock == CLOCK
    assert clock.ref == RuleRef("safety/escalation", "2020-01-01")
    assert [(n, d.total_seconds()) for n, d in clock.steps] == [(CALL, 0), (SECOND, 300), (DESK, 900)]
    assert clock.late_after == timedelta(seconds=60)
    assert clock.repeat_every == timedelta(minutes=15)
    assert (clock.unfinished_step, clock.unfinished_after) == (UNFINISHED, timedelta(hours=1))
    assert clock.dispositions == {
        **dict.fromkeys(["safe_with_plan", "handed_to_clinician", "handed_to_988", "emergency_services"], 0),
        **dict.fromkeys(["in_hospital", "answered_by_mistake"], 0),
        "not_reached": 3,
    }


@pytest.mark.parametrize(
    ("one", "minutes", "step", "late"),
    [
        (task(), 0, CALL, False),
        (task(), 1, CALL, False),
        (task(), 1.1, CALL, True),
        (task((CALL, 0)), 5, SECOND, False),
        (task((CALL, 0)), 7, SECOND, True),
        (task((CALL, 0), (SECOND, 5)), 15, DESK, False),
        (task((CALL, 0), (SECOND, 5), (DESK, 15)), 30, DESK, False),
        (task((CALL, 0), (SECOND, 5), (DESK, 15), (DESK, 30)), 45, DESK, False),
        (task((CALL, 0), acknowledged_at=at(2)), 62, UNFINISHED, False),
        (task((CALL, 0), (UNFINISHED, 62), acknowledged_at=at(2)), 122, UNFINISHED, False),
        (task((UNFINISHED, 62), acknowledged_at=at(90)), 150, UNFINISHED, False),
    ],
)
def test_a_step_is_due(one, minutes, step, late):
    """Each step in its turn, again and again, late when the worker was."""
    decision = next_step(one, at(minutes), CLOCK)
    name, due_at = upcoming(one, CLOCK)
    assert decision.outcome == Step(step, due_at, late)
    assert decision.outcome.name == name
    assert [r.code for r in decision.because] == ["crisis_step_late" if late else "crisis_step_due"]
    assert decision.because[0].params == {"step": step}
    assert decision.because[0].rule == CLOCK.ref


@pytest.mark.parametrize(
    ("one", "minutes", "step", "then"),
    [
        (task((CALL, 0)), 4.9, SECOND, 5),
        (task((CALL, 0), (SECOND, 5)), 14.9, DESK, 15),
        (task((CALL, 0), (SECOND, 5), (DESK, 15)), 29.9, DESK, 30),
        (task((CALL, 0), acknowledged_at=at(2)), 61.9, UNFINISHED, 62),
        (task((UNFINISHED, 62), acknowledged_at=at(90)), 149, UNFINISHED, 150),
    ],
)
def test_nothing_is_due_yet_and_it_says_when(one, minutes, step, then):
    """While waiting, the reason names the next step and its time."""
    decision = next_step(one, at(minutes), CLOCK)
    assert decision.outcome is None
    assert decision.because[0].code == "crisis_waiting"
    assert decision.because[0].params == {"step": step, "at": at(then).isoformat()}
    assert decision.because[0].rule == CLOCK.ref


def test_nobody_on_call_goes_to_the_second_person_at_once():
    """C5, clinician on leave: a step with nobody to reach does not cost its waiting time."""
    assert due(task((CALL, 0), unreachable=frozenset({CALL})), 0).name == SECOND


def test_nobody_on_call_and_no_second_goes_to_the_supervisor_at_once():
    """Both missing: the supervisor now, not in fifteen minutes."""
    nobody = frozenset({CALL, SECOND})
    assert due(task((CALL, 0), (SECOND, 0), unreachable=nobody), 0).name == DESK


def test_only_the_second_missing_brings_the_supervisor_at_the_second_s_time():
    """The on-call person still has their five minutes."""
    one = task((CALL, 0), (SECOND, 5), unreachable=frozenset({SECOND}))
    assert due(one, 4.9) is None
    assert due(one, 5).name == DESK


def test_nobody_at_the_last_step_leaves_the_first_as_it_was():
    """Without a supervisor the on-call person is still paged at once."""
    assert due(task(unreachable=frozenset({DESK})), 0).name == CALL


def test_an_owner_who_left_counts_as_nobody():
    """C5, queue owner deactivated: the acknowledgement falls, and what is owed is due."""
    acknowledged = task((CALL, 0), acknowledged_at=at(1))
    assert due(acknowledged, 10) is None
    assert due(task((CALL, 0), acknowledged_at=at(1), owner_active=False), 10).name == SECOND


def test_a_closed_task_is_quiet():
    """After closing nothing is due, however late it is."""
    decision = next_step(task(closed=True), at(10_000), CLOCK)
    assert decision.outcome is None
    assert [(r.code, dict(r.params), r.rule) for r in decision.because] == [("crisis_closed", {}, CLOCK.ref)]


def test_no_time_closes_a_task():
    """A week without an answer still has a next step."""
    one = task((CALL, 0), (SECOND, 5), (DESK, 15))
    assert due(one, 7 * 24 * 60).name == DESK


TICK = timedelta(seconds=10)
Deaths = list[tuple[datetime, datetime]]


def deaths(rng: random.Random) -> Deaths:
    """When the worker is dead, over two hours: every ten minutes or so, for five minutes or so."""
    moment, found = T0, []
    while moment < at(120):
        start = moment + timedelta(seconds=rng.expovariate(1 / 600))
        moment = start + timedelta(seconds=rng.expovariate(1 / 300))
        found.append((start, moment))
    return found


def awake(since: datetime, until: datetime, dead: Deaths) -> timedelta:
    """How long the worker lived between two moments."""
    asleep = (min(end, until) - max(start, since) for start, end in dead)
    return until - since - sum((a for a in asleep if a > timedelta()), timedelta())


def next_look(now: datetime, wanted: datetime, dead: Deaths) -> datetime:
    """The worker looks every ten seconds, and at once when it is started again."""
    ticks = max(1, -(-(wanted - now) // TICK))
    look = now + ticks * TICK
    return next((end for start, end in dead if now < end and start <= look), look)


def live(rng: random.Random) -> list[str]:
    """Live one task through two hours; every step fires within one look of the worker's own life."""
    dead = deaths(rng)
    acknowledged = at(rng.uniform(0, 40)) if rng.random() < 0.6 else at(1_000)
    one, now = Task(T0), next_look(T0 - TICK, T0, dead)
    while now < at(120):
        if acknowledged <= now and one.acknowledged_at is None:
            one = replace(one, acknowledged_at=acknowledged)
        while (step := next_step(one, now, CLOCK).outcome) is not None:
            late_by = awake(step.due_at, now, dead)
            assert late_by <= TICK, f"{step} fired after the worker had lived {late_by} past its time"
            one = replace(one, fired=(*one.fired, (step.name, now)))
        pending = [acknowledged] if one.acknowledged_at is None else []
        now = next_look(now, min([upcoming(one, CLOCK)[1], *pending]), dead)
    return [name for name, _ in one.fired]


def test_no_task_passes_a_deadline_while_the_worker_lives():
    """C2: 10,000 tasks, random acknowledgements, random worker deaths: every step fires when it can."""
    rng = random.Random(20260601)
    stories = [live(rng) for _ in range(10_000)]
    assert all(story[0] == CALL for story in stories)
    assert {DESK, UNFINISHED} <= {name for story in stories for name in story}


LICENSED = Closer(active=True, licensed=True)


@pytest.mark.parametrize("disposition", [d for d, tries in CLOCK.dispositions.items() if not tries])
def test_a_licensed_person_closes_with_a_disposition(disposition):
    """Each listed disposition, by somebody licensed and active who wrote down that the person was reached."""
    decision = may_close(task(reached=True), LICENSED, disposition, CLOCK)
    assert decision.outcome is True
    assert [(r.code, r.rule) for r in decision.because] == [("crisis_may_close", CLOCK.ref)]


@pytest.mark.parametrize(
    ("one", "closer", "disposition", "codes"),
    [
        (task(), LICENSED, "", ["crisis_needs_disposition"]),
        (task(), LICENSED, "done", ["crisis_needs_disposition"]),
        (task(), Closer(active=True, licensed=False), "in_hospital", ["crisis_needs_license"]),
        (task(), Closer(active=False, licensed=True), "in_hospital", ["crisis_closer_inactive"]),
        (task(closed=True), LICENSED, "in_hospital", ["crisis_closed"]),
        (task(attempts=2), LICENSED, "not_reached", ["crisis_needs_attempts"]),
        (
            task(closed=True),
            Closer(active=False, licensed=False),
            "",
            ["crisis_closed", "crisis_needs_disposition", "crisis_closer_inactive", "crisis_needs_license"],
        ),
    ],
)
def test_a_task_stays_open_and_says_why(one, closer, disposition, codes):
    """Every refusal is named at once, so that nobody has to try four times."""
    decision = may_close(one, closer, disposition, CLOCK)
    assert decision.outcome is False
    assert [r.code for r in decision.because] == codes
    assert {r.rule for r in decision.because} == {CLOCK.ref}


def test_what_says_that_somebody_spoke_with_the_person_needs_it_written_down():
    """Only what others can tell, help being with the person, closes without."""
    closes = {
        d: may_close(task(), LICENSED, d, CLOCK) for d, tries in CLOCK.dispositions.items() if not tries
    }
    assert {d for d, decision in closes.items() if decision.outcome} == {"emergency_services", "in_hospital"}
    refused = [r.code for d in closes.values() if not d.outcome for r in d.because]
    assert set(refused) == {"crisis_needs_contact"}
    assert len(refused) == 4
    assert closes["safe_with_plan"].because == (Reason("crisis_needs_contact", {}, CLOCK.ref),)


def test_not_reached_needs_three_attempts():
    """Giving up is not one unanswered call."""
    refused = may_close(task(attempts=2), LICENSED, "not_reached", CLOCK)
    assert refused.because[0].params == {"attempts": 3}
    assert may_close(task(attempts=3), LICENSED, "not_reached", CLOCK).outcome is True


def test_an_unknown_disposition_is_answered_with_the_known_ones():
    """The way out stands in the refusal."""
    refused = may_close(task(), LICENSED, "done", CLOCK)
    assert refused.because[0].params == {"known": ", ".join(CLOCK.dispositions)}


@pytest.mark.parametrize(
    ("known", "covered", "living", "queue", "because"),
    [
        (True, True, True, "crisis", "crisis_routed"),
        (True, False, True, "unroutable_crisis", "crisis_not_covered"),
        (True, True, False, "unroutable_crisis", "crisis_member_deceased"),
        (True, False, False, "unroutable_crisis", "crisis_member_deceased"),
        (False, True, True, "unroutable_crisis", "crisis_member_unknown"),
        (False, False, True, "unroutable_crisis", "crisis_member_unknown"),
    ],
)
def test_every_task_stands_in_a_list_people_watch(known, covered, living, queue, because):
    """C5: member not found or dead, coverage ended, wrong plan: the unroutable list, never nowhere."""
    decision = queue_of(member_known=known, covered=covered, living=living)
    assert decision.outcome == queue
    assert [r.code for r in decision.because] == [because]


def test_somebody_is_taken_to_live_unless_the_record_says_otherwise():
    """Most senders know nothing of deaths."""
    assert queue_of(member_known=True, covered=True).outcome == "crisis"
