"""Ask for care: open a request, keep what is said, triage it, override, note, close."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from switchboard.frontdoor.actions.choosing import keep_choices
from switchboard.frontdoor.core.access_clock import Asked, access_rules, due
from switchboard.frontdoor.core.conversation import (
    THEIR_SAFETY,
    Said,
    Step,
    path,
    questions,
    scored,
    values_of,
)
from switchboard.frontdoor.core.triage import DANGER, LANES, Findings, Needs, Triaged, first_visit, level_of
from switchboard.frontdoor.licensed import route
from switchboard.frontdoor.models import IntakeAnswer, Note, Request, Triage
from switchboard.frontdoor.queries import RequestView, intake_of, person_of, respondent, said_for, view_of
from switchboard.kernel.reasons import Decision, Reason
from switchboard.members.queries import CareFacts, care_facts
from switchboard.outcomes.actions import Heard, NotAnswerable, answer, begin, complete, raise_alarm
from switchboard.outcomes.queries import open_crisis_of, risk_of_request
from switchboard.outcomes.wording import instrument_in_force
from switchboard.platform.access import DataClass, Viewer
from switchboard.platform.audit import touch
from switchboard.platform.clock import now, today
from switchboard.platform.outbox import tell
from switchboard.platform.worklist import close_all
from switchboard.rulebook.listings import codes
from switchboard.rulebook.rules import rule

OPEN = ("open", "triaged", "offered")
# How the worklist says what was chosen; nothing in it is an answer to an instrument.
SAID = {
    "withdrawal": "risk_withdrawal",
    "overdose": "risk_overdose",
    "others": "risk_to_others",
    "unsafe": "risk_from_others",
    "before": "risk_told_by_another",
    "lately": "risk_told_by_another",
    "now": "risk_told_by_another_now",
    "unsure": "risk_unsure_by_another",
}


# Our questions with answers that open a crisis task.
WITH_ALARMS = ("reasons", "unusual", THEIR_SAFETY)
# Of them, those that speak of the person's own life.
OWN_LIFE = frozenset({"self_harm", "harm", "before", "lately"})


class NotSayable(ValueError):  # noqa: N818 - it is an answer, not a fault
    """The answer does not fit the question. The message names the question and the rule, never the value."""


def ask(*, member_id: int, channel: str, by: Viewer, language: str = "en") -> RequestView:
    """Open a request for care, or give the one that is already open."""
    with transaction.atomic():
        may_write(by, member_id)
        facts = care_facts(viewer=by, member_id=member_id)
        row = Request.objects.filter(member_id=member_id, state__in=OPEN).first()
        if row is None:
            row = _open(facts, channel, by, language)
        return view_of(row)


def _open(facts: CareFacts, channel: str, by: Viewer, language: str) -> Request:
    row = Request(
        member_id=facts.member_id,
        channel=channel,
        language=language,
        line_of_business=facts.line_of_business or "",
        care_state=facts.state,
        asked_at=now(),
        opened_by_id=by.user_id,
    )
    _set_clock(row, facts, "routine", after_discharge=False)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        return Request.objects.get(member_id=facts.member_id, state__in=OPEN)
    tell("request.opened", {"request_id": row.pk, "member_id": row.member_id})
    return row


def _set_clock(row: Request, facts: CareFacts, urgency: str, *, after_discharge: bool) -> None:
    asked = Asked(
        row.line_of_business, row.care_state, urgency, row.asked_at, facts.time_zone, after_discharge
    )
    decision = due(asked, access_rules(today(facts.time_zone)))
    row.urgency, row.due_at = urgency, decision.outcome
    row.due_rule = str(decision.because[0].rule or "")


def may_write(by: Viewer, member_id: int) -> None:
    """Raise AccessDenied unless ``by`` may ask for care for this member now; audited."""
    touch(viewer=by, member_id=member_id, data_class=DataClass.CLINICAL, what="request", write=True,
          scope="assessments")  # fmt: skip


def say(*, request_id: int, question: str, value: Any, by: Viewer) -> bool:
    """Keep an answer to one of the front door's own questions; True when it opens a crisis task."""
    with transaction.atomic():
        row = Request.objects.select_for_update().get(pk=request_id)
        may_write(by, row.member_id)
        checked = _checked(question, value)
        IntakeAnswer.objects.create(request=row, question=question, value=checked, by_id=by.user_id, at=now())
        if question == "place":
            row.care_state = checked
            row.save(update_fields=["care_state"])
        spoken = _alarms(question, checked)
        for code, level in spoken.items():
            raise_alarm(
                member_id=row.member_id,
                cause=f"request:{row.pk}:{code}",
                level=level,
                because=Reason(SAID.get(code, "risk_said_at_the_door")),
                by=by,
            )
        return bool(spoken)


def _alarms(question: str, value: Any) -> dict[str, str]:
    """Give the options chosen that ask for a person now, with their level."""
    options = questions(today())[question].options
    chosen = value if isinstance(value, list) else [value]
    return {o["code"]: o["alarm"] for o in options if "alarm" in o and o["code"] in chosen}


def _checked(code: str, value: Any) -> Any:
    question = questions(today()).get(code)
    if question is None:
        raise NotSayable("There is no such question: use one the conversation asks.")
    if question.kind == "many" or question.kind == "background":
        known = {o["code"] for o in question.options} or set(codes("backgrounds"))
        if not isinstance(value, list) or not set(value) <= known or not (value or question.optional):
            raise NotSayable(f"'{code}' takes one or more of its own options.")
        # "None of these" ticked beside something hides nothing: what else was ticked is what counts.
        return [one for one in dict.fromkeys(value) if one != question.none] or value[:1]
    if question.kind == "state":
        if not (isinstance(value, str) and len(value) == 2 and value.isalpha()):
            raise NotSayable(f"'{code}' takes the two letters of a state.")
        return value.upper()
    known = set(codes("languages")) if question.kind == "language" else {o["code"] for o in question.options}
    if value not in known and not (question.optional and value in ("", None)):
        raise NotSayable(f"'{code}' takes one of its own options.")
    return value


def answer_item(
    *, request_id: int, instrument: str, link_id: str, value: int | None, by: Viewer, language: str
) -> Heard:
    """Keep an answer to an item of an instrument, beginning the assessment when it is the first."""
    with transaction.atomic():
        # A tap saves itself and Continue sends it again: the second waits for the first, or each would begin
        # a form of its own and every later answer would fail.
        row = Request.objects.select_for_update(no_key=True).get(pk=request_id)
        assessment = begin(
            member_id=row.member_id,
            instrument=instrument,
            language=language,
            given_by=_answering(row, by),
            channel=row.channel,
            by=by,
            request_id=row.pk,
        )
        _made_for(_answering(row, by), instrument, link_id)
        return answer(assessment_id=assessment, link_id=link_id, value=value, by=by)


def _answering(row: Request, by: Viewer) -> str:
    """Say who answers: self (also on a parent's phone), proxy or staff."""
    given_by = respondent(by, row.member_id)
    they = given_by == "proxy" and intake_of(row.pk).get("answering") == "they"
    return "self" if they else given_by


def _made_for(given_by: str, code: str, link_id: str) -> None:
    """Raise unless a form is made for whoever answers. An item about danger is kept whoever answers it."""
    form = instrument_in_force(code, today())
    item = form.item(link_id)
    if (item and item.risk) or ("parent" if given_by == "proxy" else "self") in form.respondents:
        return
    raise NotAnswerable(
        f"{code} is answered by {', '.join(form.respondents)}: ask them, or use another form."
    )


def finish(*, request: RequestView, by: Viewer, language: str) -> Decision[Triaged]:
    """Score what was answered and decide where this person should go."""
    with transaction.atomic():
        row = Request.objects.select_for_update().get(pk=request.request_id)
        may_write(by, row.member_id)
        facts = care_facts(viewer=by, member_id=row.member_id)
        said, begun = said_for(viewer=by, request=request, language=language)
        steps = path(said)
        for code, assessment in begun.items():
            values = values_of(said, said.instruments(code))
            complete(assessment_id=assessment, answers=values, person=person_of(facts), by=by)
        risk, dangers = risk_of_request(request_id=row.pk), _dangers_said(row.pk)
        decision = route(_findings(said, steps, risk, dangers), said.today)
        _record(row, facts, decision, by=None, override_reason="")
        keep_choices(member_id=row.member_id, intake=said.intake, by=by)
        return decision


def _findings(said: Said, steps: Sequence[Step], risk: str, dangers: frozenset[str]) -> Findings:
    used = dict.fromkeys(step.instrument for step in steps if step.instrument)
    scores = {code: scored(said, code) for code in used}
    return Findings(
        age=said.age or 0,
        risk=_risk_with(dangers, risk),
        scores={code: s.total for code, s in scores.items() if s.total is not None},
        positives=frozenset(code for code, s in scores.items() if s.positive),
        left_open=frozenset(code for code, s in scores.items() if s.positive is None),
        dangers=dangers,
        intake=said.intake,
    )


def _risk_with(dangers: frozenset[str], risk: str) -> str:
    """Give the gravest of what the forms found and what was chosen from our own questions."""
    if "now" in dangers:
        return "imminent"
    if dangers & OWN_LIFE and risk in ("none", "unknown"):
        return "positive"
    return "unknown" if "unsure" in dangers and risk == "none" else risk


def _dangers_said(request_id: int) -> frozenset[str]:
    """Give every alarming option ever chosen for a request: what is unticked later was said all the same."""
    given = IntakeAnswer.objects.filter(request_id=request_id, question__in=WITH_ALARMS)
    rows = given.values_list("question", "value")
    return frozenset(code for question, value in rows for code in _alarms(question, value))


def _record(
    row: Request, facts: CareFacts, decision: Decision[Triaged], *, by: Viewer | None, override_reason: str
) -> None:
    triaged = decision.outcome
    Triage.objects.create(
        request=row,
        at=now(),
        acuity=triaged.acuity,
        lane=triaged.lane,
        needs=triaged.needs.as_json(),
        because=[reason.as_json() for reason in decision.because],
        by_id=by.user_id if by else None,
        override_reason=override_reason,
    )
    discharged = "discharge" in intake_of(row.pk).get("history", ())
    _set_clock(row, facts, triaged.urgency, after_discharge=discharged)
    row.state = "triaged" if row.state in OPEN else row.state
    row.save()
    tell(
        "request.triaged",
        {
            "request_id": row.pk,
            "member_id": row.member_id,
            "lane": triaged.lane,
            "acuity": triaged.acuity,
            "due": row.due_at.timestamp() if row.due_at else None,
        },
    )


def override(
    *, request_id: int, lane: str, acuity: int, conditions: Sequence[str], why: str, by: Viewer
) -> Decision[Triaged]:
    """Send somebody elsewhere than the rule says; the reason is required and kept beside the rule's own."""
    if lane not in LANES or not 1 <= acuity <= 5 or not why.strip():
        raise NotSayable("An override needs a lane, an acuity from 1 to 5, and a reason in words.")
    if not set(conditions) <= set(codes("conditions")):
        raise NotSayable("An override needs conditions from the list.")
    with transaction.atomic():
        row = Request.objects.select_for_update().get(pk=request_id)
        may_write(by, row.member_id)
        if acuity > DANGER and not by.licensed and open_crisis_of(member_id=row.member_id):
            raise NotSayable(
                "A person in danger stays urgent until somebody licensed closes the crisis task."
            )
        facts = care_facts(viewer=by, member_id=row.member_id)
        value = rule("routing/lanes").on(today())
        before = Triage.objects.filter(request=row).order_by("-id").values_list("needs", flat=True).first()
        needs = Needs(
            tuple(conditions),
            bool(conditions),
            (),
            level_of(lane),
            value["within_days"][str(acuity)],
            **first_visit(lane, value),
            group=(before or {}).get("group"),  # what they scored is no matter of the lane
        )
        triaged = Triaged(acuity, lane, value["urgency"][str(acuity)], (), needs)
        decision = Decision(triaged, (Reason("triage_override", {"why": why.strip()}, value.ref),))
        _record(row, facts, decision, by=by, override_reason=why.strip()[:300])
        return decision


def note(*, member_id: int, text: str, by: Viewer, request_id: int | None = None) -> None:
    """Write down a note about a member."""
    if not text.strip() or by.user_id is None:
        raise NotSayable("A note needs words and somebody who wrote them: write what was said or agreed.")
    with transaction.atomic():
        may_write(by, member_id)
        Note.objects.create(
            member_id=member_id, request_id=request_id, text=text.strip(), by_id=by.user_id, at=now()
        )


def close(*, public_id: UUID, reason: str, by: Viewer) -> None:
    """Close a request that will not be booked, saying why."""
    if not reason.strip():
        raise NotSayable("Closing a request needs a reason: choose one.")
    with transaction.atomic():
        row = Request.objects.select_for_update().get(public_id=public_id)
        may_write(by, row.member_id)
        row.state, row.closed_at, row.closed_reason = "closed", now(), reason.strip()[:40]
        row.save()
        # Nobody looks for a time that is no longer asked for; a crisis task is none of this and stays.
        close_all(queue="match", subject=f"request:{row.pk}", outcome="request_closed", by=by)
        tell("request.closed", {"request_id": row.pk, "member_id": row.member_id})
