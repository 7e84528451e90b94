"""Take in a questionnaire filled in elsewhere: every answer kept, and its crisis task.

A form that is refused is kept in quarantine (status ``refused``): it has no score, and its risk items count
all the same (promise C5). When we do not know whose it is, the task goes to the unroutable queue.
"""

import hashlib
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import transaction

from switchboard.kernel.reasons import Decision, Reason
from switchboard.members.queries import care_facts
from switchboard.outcomes.actions.answering import keep_answers
from switchboard.outcomes.core.answers import Person
from switchboard.outcomes.core.handed_in import HandedIn
from switchboard.outcomes.core.instrument import Instrument
from switchboard.outcomes.core.scoring import Score, score
from switchboard.outcomes.core.validity import Problem, Verdict, validity_of, validity_rule
from switchboard.outcomes.models import Assessment
from switchboard.outcomes.wording import instrument_as_given, instrument_in_force
from switchboard.platform.access import SWITCHBOARD, DataClass, Viewer
from switchboard.platform.audit import record, touch
from switchboard.platform.clock import now, today
from switchboard.platform.outbox import tell
from switchboard.platform.roles import Role
from switchboard.rulebook.rules import rule

#: They hand in for whole populations; the rest only for somebody whose record is open to them.
SENDERS = frozenset({Role.SYSTEM, Role.ADMINISTRATOR, Role.NETWORK_MANAGER})


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a form: ``completed``, ``started`` (not finished) or ``refused``."""

    public_id: UUID
    status: str
    total: float | None
    band: str
    positive: bool | None
    problems: tuple[Problem, ...]
    because: tuple[Reason, ...]
    crisis: bool


def receive(
    *, form: HandedIn, member_id: int | None, by: Viewer, channel: str = "api", source_key: str | None = None
) -> Received:
    """Keep a form with all its answers and, in the same transaction, the crisis task they may call for.

    ``member_id`` None: whose it is is not known. The same ``source_key`` again adds to the first: the answers
    are kept once more, the score stays. Raises AccessDenied when ``by`` may not hand in for this member.
    """
    with transaction.atomic():
        _may_hand_in(by, member_id)
        person = _person(member_id)
        verdict = _verdict(form, member_id, person)
        row, again = _opened(form, member_id, by, channel, source_key)
        cause = "" if member_id else f"unroutable:{_digest(form) or row.pk}"
        heard = keep_answers(row, form.response.answers, by, cause=cause, contact_note=form.contact[:300])
        if not again:
            _judge(row, form, person, verdict)
        tell("assessment.received", {"assessment_id": row.pk, "member_id": member_id, "status": row.status})
    return Received(
        row.public_id, row.status, row.total, row.band, row.positive, verdict.outcome.problems,
        verdict.because, any(h.crisis for h in heard.values()),
    )  # fmt: skip


def _may_hand_in(by: Viewer, member_id: int | None) -> None:
    if by.role in SENDERS or member_id is None:
        record(viewer=by, action="write", data_class=DataClass.CRISIS, member_id=member_id, what="handed_in")
        return
    touch(
        viewer=by, member_id=member_id, data_class=DataClass.CRISIS, what="handed_in", write=True,
        scope="assessments",
    )  # fmt: skip


def _person(member_id: int | None) -> Person:
    if member_id is None:
        return Person()
    facts = care_facts(viewer=SWITCHBOARD, member_id=member_id)
    return Person(born=facts.birth_date, sex=None if facts.sex == "unknown" else facts.sex)


def _verdict(form: HandedIn, member_id: int | None, person: Person) -> Decision[Verdict]:
    value = rule("assessment/validity").on(today())
    if form.instrument is None:
        wrong = Problem("instrument", "other_instrument")
        return Decision(
            Verdict("refuse", (wrong,)),
            (Reason("response_other_instrument", {"path": wrong.path}, value.ref),),
        )
    earlier = Assessment.objects.filter(instrument=form.instrument.code)
    dates = []
    if member_id is not None:
        known = earlier.filter(member_id=member_id).exclude(status="refused")
        dates = list(known.values_list("authored_at", flat=True))
    instrument = _as_filled_in(form.instrument, form.response.version)
    return validity_of(form.response, instrument, person, dates, validity_rule(value), now())


def _as_filled_in(named: Instrument, version: str) -> Instrument:
    """Give an instrument in the version a form was filled in: a newer one asks and scores otherwise."""
    return instrument_as_given(named.code, version) or instrument_in_force(named.code, today())


def _opened(
    form: HandedIn, member_id: int | None, by: Viewer, channel: str, source_key: str | None
) -> tuple[Assessment, bool]:
    if source_key:
        before = Assessment.objects.select_for_update().filter(source_key=source_key).first()
        if before is not None:
            return before, True
    sent = form.response
    row = Assessment.objects.create(
        member_id=member_id, instrument=sent.instrument[:40], version=sent.version[:24],
        language=sent.language[:12], started_at=now(), authored_at=sent.authored or now(),
        given_by=sent.given_by, entered_by_id=by.user_id, channel=channel, source_key=source_key,
    )  # fmt: skip
    return row, False


def _judge(row: Assessment, form: HandedIn, person: Person, verdict: Decision[Verdict]) -> None:
    """Write down what the form comes to: refused, unfinished, or its score."""
    row.because = [reason.as_json() for reason in verdict.because]
    if verdict.outcome.action == "refuse" or form.instrument is None:
        row.status = "refused"
    elif form.response.completed:
        instrument = _as_filled_in(form.instrument, form.response.version)
        row.version = instrument.ref.version
        decision = score(instrument, [replace(a, at=None) for a in form.response.answers], person)
        _score(row, decision)
    row.save()


def _score(row: Assessment, decision: Decision[Score]) -> None:
    result = decision.outcome
    row.status, row.completed_at = "completed", now()
    row.total, row.band, row.positive = result.total, result.band or "", result.positive
    row.scores = {s.code: s.total for s in result.subscales}
    row.because = [*row.because, *(reason.as_json() for reason in decision.because)]


def _digest(form: HandedIn) -> str:
    return hashlib.sha256(form.contact.encode()).hexdigest()[:24] if form.contact else ""
