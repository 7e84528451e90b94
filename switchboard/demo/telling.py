"""The rows of requests: answers, triages, offers, and crisis tasks with their history."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from numpy.random import Generator
from psycopg.types.json import Jsonb

from switchboard.demo.asking import DAY, Case, Taken, at
from switchboard.demo.hours import Clock
from switchboard.demo.plan import FIRST_USER, Plan, uuids
from switchboard.demo.slots import Opening
from switchboard.frontdoor.actions.loading import IntakeRow, NoteRow, OfferRow, RequestRow, TriageRow
from switchboard.kernel.reasons import Reason
from switchboard.outcomes.actions.loading import AnswerRow, AssessmentRow, CrisisEventRow, CrisisRow
from switchboard.outcomes.core.escalation import Task, clock_of, next_step, upcoming
from switchboard.rulebook.rules import rule

NAVIGATOR, CRISIS_CLINICIAN = FIRST_USER, FIRST_USER + 2
OFFERS = 3
ANSWERED_AFTER = timedelta(minutes=4)
ENDINGS = ("safe_with_plan", "safe_with_plan", "handed_to_clinician", "answered_by_mistake")
NOTES = (
    "Called back; prefers mornings.",
    "Asked for a closer office; offered video in the meantime.",
    "Left a discreet message, as agreed.",
    "Needs a ride; told about the plan's transport line.",
)


@dataclass(slots=True)
class Told:
    """All rows that requests leave behind."""

    requests: list[RequestRow] = field(default_factory=list)
    intake: list[IntakeRow] = field(default_factory=list)
    triages: list[TriageRow] = field(default_factory=list)
    offers: list[OfferRow] = field(default_factory=list)
    notes: list[NoteRow] = field(default_factory=list)
    assessments: list[AssessmentRow] = field(default_factory=list)
    tasks: list[CrisisRow] = field(default_factory=list)
    answers: list[AnswerRow] = field(default_factory=list)
    events: list[CrisisEventRow] = field(default_factory=list)


def told(
    plan: Plan, when: Clock, found: list[Case], openings: list[Opening], booked: dict[int, tuple[int, int]]
) -> Told:
    """Give the rows of all requests. ``booked``: request to (appointment, slot)."""
    draw, rows = plan.stream("telling"), Told()
    for case in found:
        name, batch = uuids(draw, 2)
        rows.requests.append(_request(case, when, name, booked.get(case.id)))
        _conversation(rows, case, when, draw)
        if case.first_start:
            _offers(rows, case, batch, openings, booked.get(case.id), draw)
        if case.channel == "phone" and case.stage != "open" and draw.random() < 0.3:
            text = NOTES[int(draw.random() * len(NOTES))]
            rows.notes.append(NoteRow(case.member, case.id, text, NAVIGATOR, at(case.offered)))
    return rows


def _request(case: Case, when: Clock, name: str, booked: tuple[int, int] | None) -> RequestRow:
    """Give the request's row; a cancelled visit leaves it waiting again."""
    offered = case.first_start > 0
    stands = booked is not None and case.fate != "cancelled"
    return RequestRow(
        case.id, name, case.member, case.stage, case.channel, case.language, case.line, case.state,
        case.decision.outcome.urgency, at(case.asked), case.due_at, case.due_rule,
        at(case.offered) if offered else None,
        at(case.first_start) if offered else None,
        at(case.first_start + DAY) if offered else None,
        at(case.booked) if stands else None,
        at(case.start) if stands else None,
        at(min(case.start + 50, when.start)) if case.stage == "kept" else None,
        booked[0] if stands and booked else None,
        NAVIGATOR if case.channel == "phone" else None,
        at(min(max(case.asked + 5 * DAY, case.start + 2 * DAY), when.start)) if case.closed else None,
        case.closed,
    )  # fmt: skip


def _conversation(rows: Told, case: Case, when: Clock, draw: Generator) -> None:
    """Give what was said, as far as the conversation has come, and what it means."""
    by = NAVIGATOR if case.channel == "phone" else None
    kept = list(case.intake.items())
    for i, (question, value) in enumerate(kept if case.stage != "open" else kept[:2]):
        rows.intake.append(IntakeRow(case.id, question, Jsonb(value), at(case.asked + i), by))
    if case.stage == "open" and not case.risky:
        return
    for taken in case.taken:
        _assessment(rows, case, taken, by, when, uuids(draw, 2))
    if case.stage == "open":
        case.stage = "triaged"
        rows.requests[-1] = rows.requests[-1]._replace(state="triaged")
    decided = case.decision
    rows.triages.append(
        TriageRow(
            case.id, at(min(case.asked + 11, case.offered)), decided.outcome.acuity, decided.outcome.lane,
            Jsonb(decided.outcome.needs.as_json()), Jsonb([r.as_json() for r in decided.because]),
        )
    )  # fmt: skip


def _assessment(rows: Told, case: Case, taken: Taken, by: int | None, seen: Clock, names: list[str]) -> None:
    ident, done = len(rows.assessments) + 1, taken.score.outcome
    given_by = "staff" if by else "proxy" if case.channel == "proxy" else "self"
    rows.assessments.append(
        AssessmentRow(
            ident, names[0], case.member, taken.instrument.code, taken.instrument.ref.version,
            case.language if case.language in taken.instrument.languages else "en", case.id, at(case.asked),
            at(case.asked + 9), at(case.asked + 9), given_by, by, case.channel, "completed",
            None if done.total is None else float(done.total), done.band or "", done.positive,
            Jsonb({s.code: s.total for s in done.subscales}),
            Jsonb([r.as_json() for r in taken.score.because]),
        )
    )  # fmt: skip
    task = _crisis(rows, case, taken, ident, at(seen.start), names[1]) if taken.risks else None
    for given in taken.answers:
        risk = taken.risks.get(given.link_id)
        verdict = risk.outcome.verdict if risk else "none"
        when = at(case.asked + 5)
        rows.answers.append(
            AnswerRow(ident, given.link_id, str(given.value), verdict, task if risk else None, when, by)
        )


def _crisis(rows: Told, case: Case, taken: Taken, assessment: int, now: datetime, name: str) -> int:
    """Open the task of a risk answer, and tell what has happened to it since."""
    decision = next(iter(taken.risks.values()))
    task, opened = len(rows.tasks) + 1, at(case.asked + 5)
    row = CrisisRow(
        task, name, case.member, f"assessment:{assessment}", decision.outcome.level or "standard", "open", "",
        opened, opened, Jsonb([r.as_json() for r in decision.because]),
    )  # fmt: skip
    rows.events.append(CrisisEventRow(task, opened, "opened", None, ""))
    rows.tasks.append(_since(rows, row, now))
    return task


def _since(rows: Told, row: CrisisRow, now: datetime) -> CrisisRow:
    """Run the clock of a task up to now: old ones are closed, the newest wait for somebody."""
    age, who = now - row.opened_at, CRISIS_CLINICIAN
    if age < timedelta(hours=2):
        return _waiting(rows, row, now)
    fired = rows.events
    fired.append(CrisisEventRow(row.id, row.opened_at, "page_on_call", None, ""))
    answered = row.opened_at + ANSWERED_AFTER
    fired.append(CrisisEventRow(row.id, answered, "acknowledged", who, ""))
    held = row._replace(
        state="acknowledged", step="page_on_call", acknowledged_at=answered, acknowledged_by_id=who
    )
    if age < timedelta(hours=4):
        task = Task(row.opened_at, (("page_on_call", row.opened_at),), answered)
        return held._replace(
            next_step_at=upcoming(task, clock_of(rule("safety/escalation").on(now.date())))[1]
        )
    called, ended = answered + timedelta(minutes=3), answered + timedelta(minutes=31)
    fired.append(CrisisEventRow(row.id, called, "reached", who, "Spoke with the person."))
    fired.append(CrisisEventRow(row.id, ended, "closed", who, "Follow-up visit offered."))
    ending = ENDINGS[row.id % len(ENDINGS)]
    return held._replace(
        state="closed", closed_at=ended, closed_by_id=who, disposition=ending, next_step_at=None
    )


def _waiting(rows: Told, row: CrisisRow, now: datetime) -> CrisisRow:
    """Fire what the clock has fired by now on a task nobody has answered."""
    clock, fired = clock_of(rule("safety/escalation").on(now.date())), list[tuple[str, datetime]]()
    moment = row.opened_at
    while moment <= now:
        step = next_step(Task(row.opened_at, tuple(fired)), moment, clock).outcome
        if step is None:
            moment = upcoming(Task(row.opened_at, tuple(fired)), clock)[1]
            continue
        fired.append((step.name, step.due_at))
        rows.events.append(CrisisEventRow(row.id, step.due_at, step.name, None, ""))
    last = fired[-1][0] if fired else ""
    return row._replace(step=last, next_step_at=upcoming(Task(row.opened_at, tuple(fired)), clock)[1])


def _offers(
    rows: Told,
    case: Case,
    batch: str,
    openings: list[Opening],
    booked: tuple[int, int] | None,
    draw: Generator,
) -> None:
    """Give what was offered: the time that was chosen, if any, and other open times."""
    later = [
        o for o in (openings[int(c * len(openings))] for c in draw.random(OFFERS)) if o.minute > case.asked
    ]
    named: list[tuple[int, int | None, int]] = [(booked[1], None, case.start)] if booked else []
    named += [(o.slot, o.role, o.minute) for o in later]
    for rank, (slot, role, start) in enumerate(named[:OFFERS], start=1):
        because = [Reason("by_video" if case.intake["meet"] == ["video"] else "in_person").as_json()]
        rows.offers.append(
            OfferRow(
                case.id, batch, rank, slot, role, at(start), 0.9 - rank / 10, Jsonb(because), at(case.offered)
            )
        )
