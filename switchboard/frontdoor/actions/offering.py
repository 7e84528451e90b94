"""Offer times for a request and book one; the request follows what becomes of its appointment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Case, F, Value, When

from switchboard.frontdoor.actions.asking import OPEN, NotSayable, may_write
from switchboard.frontdoor.core.need import Asker, need_of
from switchboard.frontdoor.core.triage import Needs
from switchboard.frontdoor.models import Offer, Request
from switchboard.frontdoor.queries import RequestView, triaged_with_answers, view_of
from switchboard.kernel.reasons import Decision
from switchboard.matching.core.facts import Need, Pair
from switchboard.matching.queries import match_now, third_next
from switchboard.members.queries import CareFacts, care_facts
from switchboard.platform.access import Viewer
from switchboard.platform.clock import now, today
from switchboard.platform.outbox import tell
from switchboard.platform.worklist import open_work
from switchboard.scheduling.actions import book as book_slot
from switchboard.scheduling.actions import reschedule as move_slot
from switchboard.scheduling.core.answer import Outcome

URGENT = ("emergency", "urgent")


@dataclass(frozen=True, slots=True)
class Offered:
    """What was asked of the match, where the member is (degrees), and what was found, with its reasons.

    ``late``: the soonest time lies behind the request's clock. When nobody fits, or only late, a person
    looks too.
    """

    need: Need
    place: tuple[float, float] | None
    found: Decision[tuple[Pair, ...]]
    late: bool = False


def offer(
    *,
    request_id: int,
    by: Viewer,
    changed: Mapping[str, Any] | None = None,
    loosen: Sequence[str] = (),
    seen: RequestView | None = None,
) -> Offered:
    """Match the request now and keep what was offered, in order, with its reasons.

    ``changed`` are wishes loosened or added at the screen (meet, times, gender, max_miles ...); ``loosen``
    names loosenings that an empty match offered (video, any_distance ...); ``seen`` is the request as the
    page has just read it.
    """
    from switchboard.matching.core.explain import loosened  # with the kernel, which a start does not need

    with transaction.atomic():
        row = seen or view_of(Request.objects.get(pk=request_id))
        may_write(by, row.member_id)
        facts = care_facts(viewer=by, member_id=row.member_id)
        latest = triaged_with_answers(row.request_id)
        if latest is None:
            raise NotSayable("This request has no triage yet: finish the questions first.")
        wishes = latest[1] | dict(changed or {})
        need = need_of(_asker(row, facts, wishes), Needs.from_json(latest[0]), wishes, now())
        for change in loosen:
            need = loosened(need, change)
        decision = match_now(need, urgent=row.urgency in URGENT)
        place = None
        if facts.latitude is not None and facts.longitude is not None:
            place = (facts.latitude, facts.longitude)
        if decision.outcome:
            _keep_offers(row, decision.outcome, third_next(need))
        late = row.due_at is not None and any(decision.outcome) and _soonest(decision.outcome) > row.due_at
        if row.state in OPEN and (late or not decision.outcome):
            _let_a_person_look(row, "offers_too_late" if late else "nobody_fits")
        return Offered(need, place, decision, late)


def _soonest(pairs: Sequence[Pair]) -> datetime:
    return min(_instant(pair.start) for pair in pairs)


def _let_a_person_look(row: RequestView, why: str) -> None:
    """Put the request before a navigator, once, due with its own clock."""
    tomorrow = now() + timedelta(days=1)
    open_work(
        queue="match",
        kind=why,
        subject=f"request:{row.request_id}",
        member_id=row.member_id,
        due_at=min(row.due_at, tomorrow) if row.due_at and row.due_at > now() else tomorrow,
        urgency=3 if row.urgency == "routine" else 2,
        once=f"match:{row.request_id}",
    )


def _asker(row: RequestView, facts: CareFacts, wishes: Mapping[str, Any]) -> Asker:
    return Asker(
        age=_age(facts.birth_date, today(facts.time_zone)),
        state=row.care_state,
        line_of_business=row.line_of_business or None,
        latitude=facts.latitude,
        longitude=facts.longitude,
        zone=facts.time_zone,
        language=facts.language,
        max_miles=wishes.get("max_miles") or facts.max_miles,
    )


def _age(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _keep_offers(row: RequestView, pairs: Sequence[Pair], third: datetime | None) -> None:
    batch = uuid4()
    Offer.objects.bulk_create(
        Offer(
            request_id=row.request_id,
            batch=batch,
            rank=rank,
            slot_id=pair.slot,
            role_id=pair.role,
            starts_at=_instant(pair.start),
            score=pair.score,
            because=[reason.as_json() for reason in pair.because],
            at=now(),
        )
        for rank, pair in enumerate(pairs, start=1)
    )
    # Conditions instead of a lock: of two pages at once one is the first offer, and neither waits.
    rows = Request.objects.filter(pk=row.request_id)
    onward = Case(When(state="triaged", then=Value("offered")), default=F("state"))
    first = {"first_offered_at": now(), "first_offer_starts_at": _soonest(pairs), "third_next_at": third}
    if row.first_offered_at is not None:
        if row.state == "triaged":
            rows.update(state=onward)
    elif rows.filter(first_offered_at__isnull=True).update(state=onward, **first):
        tell("request.offered", {"request_id": row.request_id, "member_id": row.member_id})


def _instant(minute: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)


def book(
    *, request_id: int, slot_id: int, modality: str, by: Viewer, key: str | None = None
) -> Decision[Outcome]:
    """Book a slot for a request; the request follows in the same transaction."""
    with transaction.atomic():
        row = Request.objects.get(pk=request_id)
        decision = book_slot(
            slot_id=slot_id,
            member_id=row.member_id,
            modality=modality,
            by=by,
            key=key,
            request_id=row.pk,
        )
        made = decision.outcome.appointment
        if decision.outcome.done and made is not None and not decision.outcome.replayed:
            follow_booking(request_id=row.pk, appointment_id=made.id, starts_at=made.starts_at)
        return decision


def reschedule(
    *, appointment: UUID, slot_id: int, modality: str, by: Viewer, key: str | None = None
) -> Decision[Outcome]:
    """Move an appointment; the request it belongs to follows in the same transaction."""
    with transaction.atomic():
        decision = move_slot(appointment=appointment, slot_id=slot_id, modality=modality, by=by, key=key)
        made = decision.outcome.appointment
        if decision.outcome.done and made is not None and made.request_id and not decision.outcome.replayed:
            follow_booking(request_id=made.request_id, appointment_id=made.id, starts_at=made.starts_at)
        return decision


def follow_booking(*, request_id: int, appointment_id: int, starts_at: datetime) -> None:
    """Write on the request that it has an appointment."""
    Request.objects.filter(pk=request_id).exclude(state="closed").update(
        state="booked", booked_at=now(), appointment_id=appointment_id, appointment_starts_at=starts_at
    )


def follow_ending(*, request_id: int, appointment_id: int, kept: bool) -> None:
    """Write on the request what became of its appointment: kept, or lost and waiting again."""
    mine = Request.objects.filter(pk=request_id, appointment_id=appointment_id).exclude(state="closed")
    if kept:
        mine.update(state="kept", kept_at=now())
        return
    row = mine.first()
    if row is None:
        return
    row.booked_at = row.appointment_id = row.appointment_starts_at = None
    row.state = "triaged"
    if Request.objects.filter(member_id=row.member_id, state__in=OPEN).exclude(pk=row.pk).exists():
        # They have asked again since: that request carries on, and one open request a member is the rule.
        row.state, row.closed_at, row.closed_reason = "closed", now(), "asked_again"
    row.save()
