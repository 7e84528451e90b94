"""Keep answers as they are given, each risk answer with its crisis task, and score what is complete."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction

from switchboard.kernel.reasons import Decision
from switchboard.outcomes import safety_net
from switchboard.outcomes.core.answers import Answer as GivenAnswer
from switchboard.outcomes.core.answers import Person
from switchboard.outcomes.core.instrument import Instrument
from switchboard.outcomes.core.safety import Risk, risk_of
from switchboard.outcomes.core.scoring import Score, score
from switchboard.outcomes.models import Answer, Assessment
from switchboard.outcomes.wording import instrument_as_given, instrument_in_force
from switchboard.platform.access import DataClass, Viewer
from switchboard.platform.audit import touch
from switchboard.platform.clock import now, today
from switchboard.platform.outbox import tell


class NotAnswerable(ValueError):  # noqa: N818 - it is an answer, not a fault
    """The answer does not fit the item. The message names the item and the rule, never the value."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of one answer: whether it opened (or joined) a crisis task, and how grave."""

    risk: Risk
    crisis: bool


def begin(
    *,
    member_id: int,
    instrument: str,
    language: str,
    given_by: str,
    channel: str,
    by: Viewer,
    request_id: int | None = None,
) -> int:
    """Start an assessment, or give the one already started for the same request; returns its id."""
    with transaction.atomic():
        _may_answer(by, member_id, instrument)
        # Whoever answers for a request holds its row (``frontdoor.answer_item``): two taps make one form.
        asked = {"member_id": member_id, "instrument": instrument, "request_id": request_id}
        row = Assessment.objects.filter(status="started", **asked).order_by("pk").first()
        if row is None:
            row = Assessment.objects.create(
                version=instrument_in_force(instrument, today()).ref.version,
                language=language,
                given_by=given_by,
                channel=channel,
                entered_by_id=by.user_id,
                started_at=now(),
                authored_at=now(),
                **asked,
            )
        return row.pk


def answer(*, assessment_id: int, link_id: str, value: int | None, by: Viewer) -> Heard:
    """Keep one answer (None: would rather not say); a risk answer is kept together with its crisis task."""
    with transaction.atomic():
        assessment = Assessment.objects.select_for_update().get(pk=assessment_id)
        instrument = _as_begun(assessment)
        item = instrument.item(link_id)
        if item is None:
            raise NotAnswerable(f"{instrument.code} has no item of that link id: use one of its items.")
        if value is not None and item.option(value) is None:
            raise NotAnswerable(f"{link_id} takes one of its own options only.")
        _may_answer(by, assessment.member_id, link_id)
        given = GivenAnswer(link_id, value, now(), loinc=item.loinc, instrument=instrument.code)
        return keep_answers(assessment, [given], by).get(link_id, Heard(_calm(), crisis=False))


def _as_begun(row: Assessment) -> Instrument:
    """Give the instrument in the version the assessment was begun in: a newer one asks other things."""
    return instrument_as_given(row.instrument, row.version) or instrument_in_force(row.instrument, today())


def _may_answer(by: Viewer, member_id: int | None, what: str) -> None:
    touch(
        viewer=by,
        member_id=member_id,
        data_class=DataClass.CRISIS,
        what=what,
        write=True,
        scope="assessments",
    )


def _calm() -> Risk:
    return Risk("none", None, (), stale=False)


def keep_answers(
    assessment: Assessment,
    answers: Iterable[GivenAnswer],
    by: Viewer,
    *,
    cause: str = "",
    contact_note: str = "",
) -> dict[str, Heard]:
    """Store answers and, for those that speak of risk, the one task; all in the present transaction.

    ``cause`` and ``contact_note`` serve a task of which we do not know whose it is.
    """
    heard: dict[str, Heard] = {}
    rules = safety_net.rules_of_safety()
    for given in answers:
        decision = risk_of([given], rules, now())
        task = None
        if decision.outcome.needs_call:
            task = safety_net.open_or_add(
                member_id=assessment.member_id,
                cause=cause or f"assessment:{assessment.pk}",
                risk=decision.outcome,
                because=decision.because,
                by_id=by.user_id,
                contact_note=contact_note,
            )
        Answer.objects.create(
            assessment=assessment,
            link_id=given.link_id[:80],
            value="" if given.value is None else str(given.value)[:400],
            risk=decision.outcome.verdict,
            crisis_task=task,
            by_id=by.user_id,
            at=now(),
        )
        heard[given.link_id] = Heard(decision.outcome, crisis=task is not None)
    return heard


def complete(*, assessment_id: int, answers: Mapping[str, int | None], person: Person, by: Viewer) -> Score:
    """Score an assessment on its answers (with those carried over from a shorter form) and close it."""
    with transaction.atomic():
        row = Assessment.objects.select_for_update().get(pk=assessment_id)
        _may_answer(by, row.member_id, row.instrument)
        instrument = _as_begun(row)
        decision = score(instrument, _given(answers), person)
        _record_score(row, instrument, decision)
        tell("assessment.completed", {"assessment_id": row.pk, "member_id": row.member_id})
        return decision.outcome


def _given(answers: Mapping[str, int | None]) -> list[GivenAnswer]:
    return [GivenAnswer(link, value) for link, value in answers.items() if value is not None]


def _record_score(row: Assessment, instrument: Instrument, decision: Decision[Score]) -> None:
    result = decision.outcome
    row.status, row.completed_at, row.authored_at = "completed", now(), now()
    row.total, row.band, row.positive = result.total, result.band or "", result.positive
    row.version = instrument.ref.version
    row.scores = {s.code: s.total for s in result.subscales}
    row.because = [reason.as_json() for reason in decision.because]
    row.save()
