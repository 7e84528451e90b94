"""A member's record: open it with a reason, their appointments, the notes about them."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from switchboard.api.callers import DESK, KEYED, SYSTEMS, once_each
from switchboard.api.problems import Problem
from switchboard.api.shapes import AppointmentTold, Asked, Day, Done, RouteTold, Told, Words
from switchboard.frontdoor.actions import follow_up, note
from switchboard.frontdoor.queries import notes_of, visits_of
from switchboard.members.queries import Asked as Identifiers
from switchboard.members.queries import TooLittleSaid, find_members, member_file, member_id_of, viewer_of
from switchboard.platform.audit import relate
from switchboard.platform.doors import for_roles

router = Router(tags=["members"])


class OpenAsked(Asked):
    """Why the record is opened."""

    kind: Literal["call", "task", "case"] = "call"
    reason: Annotated[str, Field(min_length=3, max_length=200)]


class OpenTold(Told):
    """Until when the record is open."""

    until: datetime


class FindAsked(Asked):
    """What somebody gives to be found by: at least two of the four."""

    member_number: Annotated[str, Field(max_length=40)] = ""
    birth_date: Day | None = None
    phone: Annotated[str, Field(max_length=40)] = ""
    name: Annotated[str, Field(max_length=300)] = ""


class ListedTold(Told):
    """A member as lists show one: initials and the last four of the number."""

    member: UUID
    words: str


class WhoTold(Told):
    """Who somebody is."""

    member: UUID
    name: str
    called: str
    pronouns: str
    birth_date: date
    age: int
    number: str
    language: str
    needs_interpreter: bool
    time_zone: str
    place: str
    state: str


class CoverTold(Told):
    """A period of coverage; ``ends`` is the first day out."""

    line_of_business: str
    plan_name: str
    starts: date
    ends: date | None
    today: bool


class FileTold(Told):
    """A member's record: identity, safe ways to reach them, coverage."""

    who: WhoTold
    routes: list[RouteTold]
    only_these: bool
    coverages: list[CoverTold]


class NoteAsked(Asked):
    """What was said or agreed."""

    text: Words


class FollowUpAsked(Asked):
    """What is to be done, and by the end of which day of the member's."""

    text: Annotated[str, Field(min_length=1, max_length=500)]
    due: Day


class NoteTold(Told):
    """A note."""

    at: datetime
    by: str
    text: str


def member_or_404(member: UUID) -> int:
    """Give our own number of a member, or raise 404."""
    number = member_id_of(public_id=member)
    if number is None:
        raise Problem(404, "not_found", "There is nothing here, or nothing that is for you.")
    return number


@router.post("/members/find", response=list[ListedTold])
@for_roles(*DESK)
def find(request: HttpRequest, asked: FindAsked) -> list[ListedTold]:
    """Find members by two of: member number, date of birth, phone, name. Every search is written down."""
    said = Identifiers(
        member_number=asked.member_number, birth_date=asked.birth_date, phone=asked.phone, name=asked.name
    )
    try:
        found = find_members(viewer=viewer_of(request), asked=said)
    except TooLittleSaid as wrong:
        raise Problem(422, "too_little", str(wrong)) from wrong
    return [ListedTold(member=one.public_id, words=one.words) for one in found]


@router.get("/members/{member}", response=FileTold)
@for_roles(*DESK)
def record(request: HttpRequest, member: UUID) -> FileTold:
    """Give who a member is, how to reach them safely, and what covers them; open the record first."""
    found = member_file(viewer=viewer_of(request), public_id=member)
    if found is None:
        raise Problem(404, "not_found", "There is nothing here, or nothing that is for you.")
    who = {name: getattr(found.head, name) for name in WhoTold.model_fields if name != "member"}
    return FileTold(
        who=WhoTold(member=found.head.public_id, **who),
        routes=[RouteTold.of(r) for r in found.routes],
        only_these=found.only_these,
        coverages=[CoverTold(**{n: getattr(c, n) for n in CoverTold.model_fields}) for c in found.coverages],
    )


@router.post("/members/{member}/open", response={201: OpenTold}, openapi_extra=KEYED)
@for_roles(*DESK)
@once_each(201)
def open_record(request: HttpRequest, member: UUID, asked: OpenAsked) -> OpenTold:
    """Open a member's record for an hour, saying why; the member can see it."""
    ends = relate(
        viewer=viewer_of(request), member_id=member_or_404(member), kind=asked.kind, reason=asked.reason
    )
    return OpenTold(until=ends)


@router.get("/members/{member}/appointments", response=list[AppointmentTold])
@for_roles(*SYSTEMS)
def appointments(request: HttpRequest, member: UUID) -> list[AppointmentTold]:
    """Give a member's appointments, latest start first."""
    found = visits_of(viewer=viewer_of(request), member_id=member_or_404(member))
    return [AppointmentTold.of(one) for one in found]


@router.get("/members/{member}/notes", response=list[NoteTold])
@for_roles(*DESK)
def notes(request: HttpRequest, member: UUID) -> list[NoteTold]:
    """Give what was noted about a member, newest first."""
    found = notes_of(viewer=viewer_of(request), member_id=member_or_404(member))
    return [NoteTold(at=n.at, by=n.by, text=n.text) for n in found]


@router.post("/members/{member}/notes", response={201: Done}, openapi_extra=KEYED)
@for_roles(*DESK)
@once_each(201)
def write_note(request: HttpRequest, member: UUID, asked: NoteAsked) -> Done:
    """Write down a note about a member."""
    note(member_id=member_or_404(member), text=asked.text, by=viewer_of(request))
    return Done()


@router.post("/members/{member}/follow-ups", response={201: Done}, openapi_extra=KEYED)
@for_roles(*DESK)
@once_each(201)
def add_follow_up(request: HttpRequest, member: UUID, asked: FollowUpAsked) -> Done:
    """Put something to be done for a member in the follow-up queue."""
    follow_up(member_id=member_or_404(member), text=asked.text, due=asked.due, by=viewer_of(request))
    return Done()
