"""A request for care, from the first question to the offers: what the pages do, step by step.

Answers ask for no key and know no rate limit: each may say that somebody is in danger.
"""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from switchboard.api.appointments import told
from switchboard.api.callers import BOOKING, CARE, DESK, KEYED, key_of, once_each
from switchboard.api.matching import matched
from switchboard.api.paging import FARTHEST, LARGEST_PAGE, PAGE, page, start_of
from switchboard.api.people import member_or_404
from switchboard.api.problems import Problem
from switchboard.api.shapes import (
    AppointmentTold,
    Asked,
    Code,
    Done,
    Id,
    Language,
    MatchTold,
    Modality,
    Number,
    ReasonTold,
    RequestTold,
    Told,
    pair,
    reasons,
)
from switchboard.frontdoor import actions
from switchboard.frontdoor.core.conversation import next_step, questions
from switchboard.frontdoor.core.triage import Needs
from switchboard.frontdoor.queries import (
    RequestView,
    offers_of,
    reasons_for,
    request_of,
    requests_of,
    said_for,
    triage_of,
    waiting_requests,
)
from switchboard.kernel.reasons import Decision, Reason
from switchboard.members.queries import public_ids_of, viewer_of
from switchboard.outcomes.wording import instrument_in_force
from switchboard.platform.access import Viewer
from switchboard.platform.clock import today
from switchboard.platform.doors import for_roles
from switchboard.platform.lastresort import CRISIS_WORDS
from switchboard.platform.roles import Role
from switchboard.scheduling.core.answer import Outcome

router = Router(tags=["requests"])
Whole = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]


class AskAsked(Asked):
    """How the request came in, and in which language."""

    channel: Literal["portal", "phone", "api"] = "api"
    language: Language = "en"


class SayAsked(Asked):
    """An answer to one of the front door's own questions; a list where several may be chosen."""

    question: Code
    value: str | list[str] | None


class AnswerAsked(Asked):
    """An answer to an item; null: would rather not say."""

    instrument: Code
    link_id: Code
    value: Whole | None
    language: Language = "en"


class OverrideAsked(Asked):
    """Where somebody should go instead, and why."""

    lane: Code
    acuity: Annotated[int, Field(strict=True, ge=1, le=5)]
    conditions: Annotated[list[Code], Field(max_length=20)] = []
    why: Annotated[str, Field(min_length=1, max_length=300)]


class WishesAsked(Asked):
    """Wishes loosened or added."""

    meet: Annotated[list[Modality], Field(max_length=3)] | None = None
    times: Annotated[list[Code], Field(max_length=10)] | None = None
    gender: Code | None = None
    language: Code | None = None
    background: Annotated[list[Code], Field(max_length=20)] | None = None
    max_miles: Annotated[Number, Field(gt=0, le=1000)] | None = None


class BookAsked(Asked):
    """Which of the times."""

    slot_id: Id
    modality: Modality


class CloseAsked(Asked):
    """Why it will not be booked."""

    reason: Annotated[str, Field(min_length=1, max_length=40)]


class HeardTold(Told):
    """Kept. ``help`` stands there when the answer says somebody may be in danger: show it now."""

    crisis: bool
    help: str | None


class OptionTold(Told):
    """One possible answer."""

    value: str | int
    words: str


class StepTold(Told):
    """What to ask next; ``done`` when nothing is left. ``instrument`` is empty for the front door's own."""

    done: bool
    instrument: str
    code: str
    kind: str
    words: str
    options: list[OptionTold]
    optional: bool


class TriageTold(Told):
    """Where this person should go, and why."""

    acuity: int
    lane: str
    needs: dict[str, Any]
    because: list[ReasonTold]
    override_reason: str = ""


class OfferTold(Told):
    """A time that was offered, as it was shown."""

    rank: int
    slot_id: int
    role_id: int | None
    starts_at: datetime
    score: float
    because: list[ReasonTold]


class RequestPage(Told):
    """Requests without an appointment, soonest due first, and the cursor of the next page."""

    requests: list[RequestTold]
    next: str | None


@router.post("/members/{member}/requests", response={201: RequestTold}, openapi_extra=KEYED)
@for_roles(*CARE)
@once_each(201)
def ask(request: HttpRequest, member: UUID, asked: AskAsked) -> RequestTold:
    """Open a request for care, or give the one that is open."""
    view = actions.ask(
        member_id=member_or_404(member), channel=asked.channel, by=viewer_of(request), language=asked.language
    )
    return RequestTold.of(view, member)


@router.get("/members/{member}/requests", response=list[RequestTold])
@for_roles(*CARE)
def requests(request: HttpRequest, member: UUID) -> list[RequestTold]:
    """Give a member's requests, newest first."""
    views = requests_of(viewer=viewer_of(request), member_id=member_or_404(member))
    return [RequestTold.of(view, member) for view in views]


@router.get("/requests", response=RequestPage)
@for_roles(*DESK)
def waiting(
    request: HttpRequest,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = PAGE,
) -> RequestPage:
    """Give the requests without an appointment, soonest due first; they name nobody."""
    viewer = viewer_of(request)
    start = start_of(cursor, viewer, "requests")
    rows, following = page(waiting_requests(limit=FARTHEST), start, limit, viewer, "requests")
    known = public_ids_of({row.member_id for row in rows})
    return RequestPage(requests=[RequestTold.of(r, known[r.member_id]) for r in rows], next=following)


@router.get("/requests/{request_id}", response=RequestTold)
@for_roles(*CARE)
def one(request: HttpRequest, request_id: UUID) -> RequestTold:
    """Give one request."""
    return _told(_view(request, request_id))


@router.get("/requests/{request_id}/next", response=StepTold, throttle=[])
@for_roles(*CARE)
def ask_next(request: HttpRequest, request_id: UUID, language: Language = "en") -> StepTold:
    """Give the next question with its options."""
    said, _ = said_for(viewer=viewer_of(request), request=_view(request, request_id), language=language)
    step = next_step(said)
    if step is None:
        return StepTold(done=True, instrument="", code="", kind="", words="", options=[], optional=False)
    if step.instrument:
        return _item(step.instrument, step.code, language)
    question = questions(today())[step.code]
    options = [OptionTold(value=o["code"], words=o.get(language, "")) for o in question.options]
    return StepTold(
        done=False, instrument="", code=step.code, kind=question.kind, words=question.text[language],
        options=options, optional=question.optional,
    )  # fmt: skip


def _item(instrument: str, code: str, language: str) -> StepTold:
    form = instrument_in_force(instrument, today())
    item = form.item(code)
    assert item is not None
    words = " ".join(filter(None, (form.stem.get(language, ""), item.text.get(language, ""))))
    options = [OptionTold(value=o.value, words=o.text.get(language, "")) for o in item.options]
    return StepTold(
        done=False, instrument=instrument, code=code, kind="item", words=words, options=options, optional=True
    )


@router.post("/requests/{request_id}/say", response=HeardTold, throttle=[])
@for_roles(*CARE)
def say(request: HttpRequest, request_id: UUID, asked: SayAsked) -> HeardTold:
    """Keep an answer to one of the front door's own questions, and its crisis task when it calls for one."""
    view = _view(request, request_id)
    alarming = actions.say(
        request_id=view.request_id, question=asked.question, value=asked.value, by=viewer_of(request)
    )
    return _heard(alarming)


@router.post("/requests/{request_id}/answers", response=HeardTold, throttle=[])
@for_roles(*CARE)
def answer_item(request: HttpRequest, request_id: UUID, asked: AnswerAsked) -> HeardTold:
    """Keep an answer to an item of an instrument, and its crisis task when it calls for one."""
    view = _view(request, request_id)
    heard = actions.answer_item(
        request_id=view.request_id, instrument=asked.instrument, link_id=asked.link_id, value=asked.value,
        by=viewer_of(request), language=asked.language,
    )  # fmt: skip
    return _heard(heard.crisis)


@router.post("/requests/{request_id}/finish", response={201: TriageTold}, openapi_extra=KEYED, throttle=[])
@for_roles(*CARE)
@once_each(201)
def finish(request: HttpRequest, request_id: UUID) -> TriageTold:
    """Score what was answered and decide where this person should go."""
    viewer = viewer_of(request)
    view = _view(request, request_id)
    decision = actions.finish(request=view, by=viewer, language=viewer.language)
    told = reasons_for(viewer=viewer, request=view, because=decision.because)
    return _triaged(decision.outcome.acuity, decision.outcome.lane, decision.outcome.needs, told, viewer)


@router.get("/requests/{request_id}/triage", response=TriageTold)
@for_roles(*CARE)
def triage(request: HttpRequest, request_id: UUID) -> TriageTold:
    """Give the triage that counts: the newest."""
    viewer = viewer_of(request)
    found = triage_of(viewer=viewer, request=_view(request, request_id))
    if found is None:
        raise _none()
    told = _triaged(found.acuity, found.lane, found.needs, found.because, viewer)
    return told.model_copy(update={"override_reason": found.override_reason})


@router.post("/requests/{request_id}/override", response={201: TriageTold}, openapi_extra=KEYED)
@for_roles(*DESK)
@once_each(201)
def override(request: HttpRequest, request_id: UUID, asked: OverrideAsked) -> TriageTold:
    """Send somebody elsewhere than the rule says, with the reason."""
    viewer, view = viewer_of(request), _view(request, request_id)
    decision = actions.override(
        request_id=view.request_id, lane=asked.lane, acuity=asked.acuity, conditions=asked.conditions,
        why=asked.why, by=viewer,
    )  # fmt: skip
    triaged = decision.outcome
    told = reasons_for(viewer=viewer, request=view, because=decision.because)
    return _triaged(triaged.acuity, triaged.lane, triaged.needs, told, viewer)


@router.post("/requests/{request_id}/offers", response={201: MatchTold}, openapi_extra=KEYED)
@for_roles(*BOOKING)
@once_each(201)
def offer(request: HttpRequest, request_id: UUID, asked: WishesAsked) -> MatchTold:
    """Match the request now and keep what was offered."""
    viewer, view = viewer_of(request), _view(request, request_id)
    wishes = asked.model_dump(exclude_none=True)
    found = actions.offer(request_id=view.request_id, by=viewer, changed=wishes).found
    return MatchTold.model_validate(matched(found, viewer.language))


@router.get("/requests/{request_id}/offers", response=list[OfferTold])
@for_roles(*BOOKING)
def offers(request: HttpRequest, request_id: UUID) -> list[OfferTold]:
    """Give the last batch of times offered."""
    viewer = viewer_of(request)
    return [
        OfferTold(
            rank=o.rank, slot_id=o.slot_id, role_id=o.role_id, starts_at=o.starts_at, score=o.score,
            because=reasons([Reason.from_json(r) for r in o.because], viewer.language),
        )
        for o in offers_of(viewer=viewer, request=_view(request, request_id))
    ]  # fmt: skip


@router.post("/requests/{request_id}/appointments", response={201: AppointmentTold}, openapi_extra=KEYED)
@for_roles(*BOOKING)
def book(request: HttpRequest, request_id: UUID, asked: BookAsked) -> HttpResponse:
    """Book a time for a request. 409 when somebody was quicker, with the next three that fit it."""
    viewer, key, view = viewer_of(request), key_of(request), _view(request, request_id)
    decision = actions.book(
        request_id=view.request_id, slot_id=asked.slot_id, modality=asked.modality, by=viewer, key=key
    )
    return _kept(viewer, view, asked, decision)


@router.post("/requests/{request_id}/holds", response={201: AppointmentTold}, openapi_extra=KEYED)
@for_roles(*BOOKING)
def hold(request: HttpRequest, request_id: UUID, asked: BookAsked) -> HttpResponse:
    """Keep a time for a request while it is read over; it ends by itself. 409 as when booking."""
    viewer, key, view = viewer_of(request), key_of(request), _view(request, request_id)
    decision = actions.hold_time(
        request_id=view.request_id, slot_id=asked.slot_id, modality=asked.modality, by=viewer, key=key
    )
    return _kept(viewer, view, asked, decision)


@router.post("/requests/{request_id}/close", response=Done, openapi_extra=KEYED)
@for_roles(*CARE)
@once_each(200)
def close(request: HttpRequest, request_id: UUID, asked: CloseAsked) -> Done:
    """Close a request that will not be booked."""
    actions.close(public_id=_view(request, request_id).public_id, reason=asked.reason, by=viewer_of(request))
    return Done()


def _kept(viewer: Viewer, view: RequestView, asked: BookAsked, decision: Decision[Outcome]) -> HttpResponse:
    others = None
    if not decision.outcome.done:
        found = actions.offer(request_id=view.request_id, by=viewer).found
        others = [pair(one, viewer.language) for one in found.outcome if one.slot != asked.slot_id][:3]
    return told(decision, viewer.language, 201, asked.slot_id, asked.modality, alternatives=others)


def _view(request: HttpRequest, request_id: UUID) -> RequestView:
    view = request_of(viewer=viewer_of(request), public_id=request_id)
    if view is None:
        raise _none()
    return view


def _none() -> Problem:
    return Problem(404, "not_found", "There is nothing here, or nothing that is for you.")


def _told(view: RequestView) -> RequestTold:
    return RequestTold.of(view, public_ids_of([view.member_id])[view.member_id])


def _heard(crisis: bool) -> HeardTold:
    return HeardTold(crisis=crisis, help=CRISIS_WORDS if crisis else None)


def _triaged(acuity: int, lane: str, needs: Needs, because: tuple[Reason, ...], by: Viewer) -> TriageTold:
    told = reasons(because, by.language, staff=by.role not in {Role.MEMBER, Role.PROXY})
    return TriageTold(acuity=acuity, lane=lane, needs=dict(needs.as_json()), because=told)
