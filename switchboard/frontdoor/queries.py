"""Reads of the front door: the conversation so far, the request and its triage, offers, the waiting queue."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import Case, F, OuterRef, QuerySet, Value, When
from django.db.models.functions import JSONObject
from psycopg import sql

from switchboard.frontdoor.core.asks import URGENCIES, Asks
from switchboard.frontdoor.core.conversation import Said
from switchboard.frontdoor.core.triage import Needs
from switchboard.frontdoor.models import IntakeAnswer, Note, Offer, Request, Triage
from switchboard.frontdoor.telling import GROWN_UP, told_to
from switchboard.kernel.reasons import Reason
from switchboard.members.choices import wishes_of
from switchboard.members.core.own_consent import age_on
from switchboard.members.queries import CareFacts, care_facts
from switchboard.outcomes.core.answers import Person
from switchboard.outcomes.queries import answers_of_request
from switchboard.outcomes.wording import instrument_in_force
from switchboard.platform.access import DataClass, Relation, Viewer
from switchboard.platform.audit import relation_to, touch
from switchboard.platform.clock import now, today
from switchboard.platform.copying import columns_of
from switchboard.platform.roles import Role
from switchboard.rulebook.listings import codes
from switchboard.scheduling.queries import (
    AppointmentView,
    appointment_of,
    appointments_of,
    coming_appointments_of,
)


@dataclass(frozen=True, slots=True)
class RequestView:
    """A request for care as pages show it."""

    request_id: int
    public_id: UUID
    member_id: int
    state: str
    channel: str
    language: str
    line_of_business: str
    care_state: str
    urgency: str
    asked_at: datetime
    first_offered_at: datetime | None
    third_next_at: datetime | None
    booked_at: datetime | None
    appointment_starts_at: datetime | None
    kept_at: datetime | None
    due_at: datetime | None
    due_rule: str
    appointment_id: int | None
    closed_reason: str


@dataclass(frozen=True, slots=True)
class TriageView:
    """What the answers meant, by rule or by a person's override."""

    at: datetime
    acuity: int
    lane: str
    needs: Needs
    because: tuple[Reason, ...]
    by: str
    override_reason: str


@dataclass(frozen=True, slots=True)
class NoteView:
    """What a navigator wrote down."""

    at: datetime
    by: str
    text: str


def request_of(*, viewer: Viewer, public_id: UUID) -> RequestView | None:
    """Give one request, audited; None when there is none (or none the viewer may know of raises)."""
    return _one(viewer, Request.objects.filter(public_id=public_id))


def _one(viewer: Viewer, rows: QuerySet[Request]) -> RequestView | None:
    with transaction.atomic():
        row = rows.first()
        if row is None or row.pk in _own_only(viewer, row.member_id, [row]):
            return None
        touch(viewer=viewer, member_id=row.member_id, data_class=DataClass.CLINICAL, what="request",
              scope="appointments")  # fmt: skip
        return view_of(row)


def request_numbered(*, viewer: Viewer, request_id: int) -> RequestView | None:
    """Give one request by its number, audited; None when there is none."""
    return _one(viewer, Request.objects.filter(pk=request_id))


def requests_of(*, viewer: Viewer, member_id: int, limit: int = 20) -> list[RequestView]:
    """Give a member's requests, newest first."""
    with transaction.atomic():
        touch(viewer=viewer, member_id=member_id, data_class=DataClass.CLINICAL, what="requests",
              scope="appointments")  # fmt: skip
        rows = Request.objects.filter(member_id=member_id).order_by("-asked_at")[:limit]
        hidden = _own_only(viewer, member_id, rows)
        return [view_of(row) for row in rows if row.pk not in hidden]


def open_requests_of(*, viewer: Viewer, member_ids: Sequence[int]) -> dict[int, RequestView]:
    """Give the request under way of each of these members who has one, in one statement; audited."""
    with transaction.atomic():
        for member_id in member_ids:
            touch(viewer=viewer, member_id=member_id, data_class=DataClass.CLINICAL, what="requests",
                  scope="appointments")  # fmt: skip
        rows = Request.objects.filter(member_id__in=member_ids, state__in=("open", "triaged", "offered"))
        seen = [row for row in rows if not _own_only(viewer, row.member_id, [row])]
        return {row.member_id: view_of(row) for row in seen}


def coming_visits_of(*, viewer: Viewer, member_ids: Sequence[int]) -> list[AppointmentView]:
    """Give what is still to come for these members and this viewer may see, soonest first, audited."""
    views = coming_appointments_of(viewer=viewer, member_ids=member_ids)
    narrowed = [m for m in member_ids if _narrowed(viewer, m)]
    own = Request.objects.filter(member_id__in=narrowed).exclude(channel="proxy")
    hidden = frozenset(own.values_list("pk", flat=True)) if narrowed else frozenset()
    return [view for view in views if view.request_id not in hidden]


def hidden_from(*, viewer: Viewer, member_id: int) -> frozenset[int]:
    """Give the requests of a young person that a parent does not see: what they asked for themselves.

    It holds once the parent's view has narrowed to appointments (rule ``consent/proxies``, class D9).
    """
    if not _narrowed(viewer, member_id):
        return frozenset()
    return _own_only(viewer, member_id, Request.objects.filter(member_id=member_id))


def visits_of(*, viewer: Viewer, member_id: int, limit: int = 50) -> list[AppointmentView]:
    """Give the appointments of a member that this viewer may see, latest first, audited."""
    views = appointments_of(viewer=viewer, member_id=member_id, limit=limit)
    hidden = hidden_from(viewer=viewer, member_id=member_id)
    return [view for view in views if view.request_id not in hidden]


def visit_of(*, viewer: Viewer, public_id: UUID) -> AppointmentView | None:
    """Give one appointment, audited; None when there is none that this viewer may see."""
    found = appointment_of(viewer=viewer, public_id=public_id)
    hidden = found is not None and found.request_id in hidden_from(viewer=viewer, member_id=found.member_id)
    return None if hidden else found


def _own_only(viewer: Viewer, member_id: int, rows: Iterable[Request]) -> frozenset[int]:
    if not _narrowed(viewer, member_id):
        return frozenset()
    return frozenset(row.pk for row in rows if row.channel != "proxy")


def _narrowed(viewer: Viewer, member_id: int) -> bool:
    return member_id in viewer.proxied and "assessments" not in viewer.proxied[member_id]


#: The order is the database's: a limit cuts what is least pressing, never somebody urgent behind many late.
PRESSING = (Case(When(urgency__in=("emergency", "urgent"), then=Value(0)), default=Value(1)), "due_at")


def waiting_requests(*, limit: int = 100) -> list[RequestView]:
    """Give the requests without an appointment, urgent first, then soonest due; it names nobody."""
    rows = Request.objects.filter(state__in=["open", "triaged", "offered"], booked_at__isnull=True)
    return [view_of(row) for row in rows.order_by(*PRESSING, "asked_at")[:limit]]


def request_waiting(*, public_id: UUID) -> RequestView | None:
    """Give one request that waits for an appointment, as lists show it; it opens no record."""
    rows = Request.objects.filter(state__in=["open", "triaged", "offered"], booked_at__isnull=True)
    row = rows.filter(public_id=public_id).first()
    return None if row is None else view_of(row)


def triage_of(*, viewer: Viewer, request: RequestView) -> TriageView | None:
    """Give the triage that counts for a request: the newest, with the reasons this viewer may be told."""
    with transaction.atomic():
        touch(viewer=viewer, member_id=request.member_id, data_class=DataClass.CLINICAL, what="triage",
                     scope="assessments")  # fmt: skip
        row = Triage.objects.filter(request_id=request.request_id).select_related("by").last()
        if row is None:
            return None
        because = [Reason.from_json(r) for r in row.because]
        return _triage(row, reasons_for(viewer=viewer, request=request, because=because))


def reasons_for(*, viewer: Viewer, request: RequestView, because: Iterable[Reason]) -> tuple[Reason, ...]:
    """Give the reasons of a triage that a viewer may be told; for the others, that there is one."""
    own = request.channel != "proxy"
    if own:
        asked = Request.objects.filter(pk=request.request_id).annotate(born=F("member__birth_date"))
        own = age_on(asked.values_list("born", flat=True).get(), today()) < GROWN_UP
    return told_to(viewer, member_id=request.member_id, because=because, own_as_minor=own)


def notes_of(*, viewer: Viewer, member_id: int, limit: int = 50) -> list[NoteView]:
    """Give what was noted about a member, newest first."""
    with transaction.atomic():
        touch(viewer=viewer, member_id=member_id, data_class=DataClass.CLINICAL, what="notes")
        rows = Note.objects.filter(member_id=member_id).select_related("by").order_by("-at")[:limit]
        return [NoteView(n.at, n.by.name, n.text) for n in rows]


def said_for(*, viewer: Viewer, request: RequestView, language: str) -> tuple[Said, Mapping[str, int]]:
    """Give the conversation so far, and the assessment id of each instrument begun."""
    facts = care_facts(viewer=viewer, member_id=request.member_id)
    begun = answers_of_request(viewer=viewer, member_id=request.member_id, request_id=request.request_id)
    said = Said(
        today=today(facts.time_zone),
        person=person_of(facts),
        respondent=respondent(viewer, request.member_id),
        language=language,
        intake=intake_of(request.request_id),
        items={code: values for code, (_, values) in begun.items()},
        instruments=lambda code: instrument_in_force(code, today()),
    )
    return said, {code: number for code, (number, _) in begun.items()}


def person_of(facts: CareFacts) -> Person:
    """Give a member as scoring needs them."""
    return Person(born=facts.birth_date, sex=None if facts.sex == "unknown" else facts.sex)


def respondent(viewer: Viewer, member_id: int) -> str:
    """Say who answers: the member, a proxy, or staff writing down what the member says on the phone."""
    if viewer.role in {Role.MEMBER, Role.PROXY}:
        return "self" if relation_to(viewer, member_id, scope="assessments") is Relation.OWN else "proxy"
    return "staff"


def intake_of(request_id: int) -> dict[str, Any]:
    """Give the latest answer of each of the front door's own questions."""
    rows = IntakeAnswer.objects.filter(request_id=request_id).order_by("id")
    return {row.question: row.value for row in rows}


def triaged_with_answers(request_id: int) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Give the needs of the triage that counts and the answers as :func:`intake_of`, in one statement."""
    answers = IntakeAnswer.objects.filter(request=OuterRef("request_id")).order_by("id")
    told = ArraySubquery(answers.values(told=JSONObject(question="question", value="value")))
    row = Triage.objects.filter(request_id=request_id).annotate(answers=told).last()
    return None if row is None else (row.needs, {a["question"]: a["value"] for a in row.answers})


def usual_answers(*, viewer: Viewer, request: RequestView) -> dict[str, Any]:
    """Give what was chosen before, as answers to the questions that ask it again; for showing only."""
    wishes = wishes_of(viewer=viewer, member_id=request.member_id)
    usual = {
        "place": request.care_state,
        "meet": list(wishes.modalities),
        "times": list(wishes.times),
        "gender": wishes.genders[0] if len(wishes.genders) == 1 else "any" if wishes.languages else "",
        "language": wishes.languages[0] if wishes.languages else request.language,
        "background": list(wishes.backgrounds),
    }
    return {code: value for code, value in usual.items() if value}


def offers_of(*, viewer: Viewer, request: RequestView) -> list[Offer]:
    """Give the last batch of offers made for a request."""
    with transaction.atomic():
        touch(viewer=viewer, member_id=request.member_id, data_class=DataClass.CLINICAL, what="offers",
              scope="appointments")  # fmt: skip
        last = Offer.objects.filter(request_id=request.request_id).order_by("-id").first()
        if last is None:
            return []
        return list(Offer.objects.filter(request_id=request.request_id, batch=last.batch).order_by("rank"))


def breaches_ahead(*, hours: int = 48, limit: int = 100) -> list[RequestView]:
    """Give the requests whose clock runs out within so many hours, or has, without one yet; urgent first."""
    rows = Request.objects.filter(
        booked_at__isnull=True, closed_at__isnull=True, due_at__lte=now() + timedelta(hours=hours)
    )
    return [view_of(row) for row in rows.order_by(*PRESSING)[:limit]]


def view_of(row: Request) -> RequestView:
    """Give a request's row as facts."""
    return RequestView(
        row.pk,
        row.public_id,
        row.member_id,
        row.state,
        row.channel,
        row.language,
        row.line_of_business,
        row.care_state,
        row.urgency,
        row.asked_at,
        row.first_offered_at,
        row.third_next_at,
        row.booked_at,
        row.appointment_starts_at,
        row.kept_at,
        row.due_at,
        row.due_rule,
        row.appointment_id,
        row.closed_reason,
    )


def _triage(row: Triage, because: tuple[Reason, ...]) -> TriageView:
    return TriageView(
        row.at,
        row.acuity,
        row.lane,
        Needs.from_json(row.needs),
        because,
        row.by.name if row.by else "",
        row.override_reason,
    )


COUNTED = """
  SELECT r.member_id, {days}, {minutes},
    coalesce(array_position({lines}, r.line_of_business::text), 0)::int8 - 1,
    coalesce(array_position({states}, r.care_state::text), 0)::int8 - 1,
    coalesce(array_position({urgencies}, r.urgency::text), 0)::int8 - 1,
    coalesce(array_position({conditions}, t.needs -> 'conditions' ->> 0), 0)::int8 - 1
  FROM frontdoor_request r LEFT JOIN (
    SELECT DISTINCT ON (request_id) request_id, needs FROM frontdoor_triage
    WHERE at >= {since} ORDER BY request_id, id DESC
  ) t ON t.request_id = r.id
  WHERE r.asked_at >= {since}
"""
DAYS = (
    "asked_at",
    "first_offered_at",
    "first_offer_starts_at",
    "third_next_at",
    "booked_at",
    "appointment_starts_at",
    "kept_at",
)
MINUTES = ("appointment_starts_at", "due_at", "closed_at")


def asks_since(since: datetime, *, zone: str) -> Asks:
    """Give every request asked since an instant as columns, for counting; days are those of ``zone``.

    It names nobody: whoever shows counts from it hides the small ones (``access/small_cells``).
    """
    day = "coalesce((r.{} AT TIME ZONE {})::date - date '1970-01-01', -1)::int8"
    minute = "coalesce(floor(extract(epoch FROM r.{}) / 60), -1)::int8"
    statement = sql.SQL(COUNTED).format(
        days=sql.SQL(", ").join(sql.SQL(day).format(sql.Identifier(c), sql.Literal(zone)) for c in DAYS),
        minutes=sql.SQL(", ").join(sql.SQL(minute).format(sql.Identifier(c)) for c in MINUTES),
        lines=_texts(codes("lines_of_business")),
        states=_texts(codes("states")),
        urgencies=_texts(URGENCIES),
        conditions=_texts(codes("conditions")),
        since=sql.Literal(since),
    )
    return Asks(*columns_of(statement, len(Asks._fields)))


def _texts(values: Iterable[str]) -> sql.Composable:
    return sql.SQL("ARRAY[{}]::text[]").format(sql.SQL(", ").join(map(sql.Literal, values)))
