"""The lines of the work queue: requests and things to do, most pressing first, each with its clock."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from switchboard.frontdoor.queries import RequestView, breaches_ahead, waiting_requests
from switchboard.members.queries import initials_of
from switchboard.platform.access import Viewer
from switchboard.platform.audit import at_work_on
from switchboard.platform.insider import PRIVACY
from switchboard.platform.roles import Role
from switchboard.platform.worklist import Work, waiting

AHEAD_HOURS = 48
A_PAGE = 50  # lines: who has more than that before them takes the next
REQUESTS = "requests"
URGENCY = {"emergency": 0, "urgent": 1, "soon": 2, "routine": 3}
WORDS = {
    "follow_up": "Follow-up",
    "rebook": "Book again",
    "outreach": "Outreach",
    "unroutable": "Nobody's work yet",
    REQUESTS: "Requests",
}
STATES = {
    "open": ("Questions not finished", ""),
    "triaged": ("No times offered yet", "warning"),
    "offered": ("Times offered, none chosen", "info"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what it is, whose (initials only), until when, who has it open now.

    ``key`` names it in forms: ``request:12`` or the public id of a thing to do.
    """

    key: str
    queue: str
    what: str
    note: str
    state: str
    tone: str
    urgency: int
    start: datetime
    due: datetime | None
    member_id: int | None
    who: str = ""
    holder: str = ""
    mine: bool = False


@dataclass(frozen=True, slots=True)
class Queue:
    """Everything that waits: what runs out within two days apart from the rest."""

    ahead: list[Line]
    rest: list[Line]

    def every(self) -> list[Line]:
        """Give all lines, most pressing first."""
        return [*self.ahead, *self.rest]

    def only(self, queue: str) -> "Queue":
        """Give the lines of one queue."""
        return Queue(
            [line for line in self.ahead if line.queue == queue],
            [line for line in self.rest if line.queue == queue],
        )

    @property
    def pages(self) -> int:
        """Give how many pages hold all lines."""
        return max(1, -(-(len(self.ahead) + len(self.rest)) // A_PAGE))

    def part(self, page: int) -> "Queue":
        """Give one page of the lines, most pressing first."""
        first, last = (page - 1) * A_PAGE, page * A_PAGE
        before = len(self.ahead)
        return Queue(self.ahead[first:last], self.rest[max(0, first - before) : max(0, last - before)])


def queue_words(queue: str) -> str:
    """Say what a queue is called."""
    return WORDS.get(queue, queue.replace("_", " ").capitalize())


def everything(viewer: Viewer, at: datetime) -> Queue:
    """Give the whole queue as a viewer sees it at an instant."""
    soonest = breaches_ahead(hours=AHEAD_HOURS)
    requests = {view.request_id: view for view in [*soonest, *waiting_requests()]}
    # Who looked up too many people is for a supervisor's eyes.
    work = [w for w in waiting() if w.queue != PRIVACY or viewer.role is Role.SUPERVISOR]
    lines = [*map(_of_request, requests.values()), *map(_of_work, work)]
    lines = sorted(_named(lines, viewer), key=_pressing)
    edge = at + timedelta(hours=AHEAD_HOURS)
    ahead = [line for line in lines if line.due is not None and line.due <= edge]
    return Queue(ahead, [line for line in lines if line.due is None or line.due > edge])


def _pressing(line: Line) -> tuple[bool, bool, datetime, int]:
    # What is urgent first, then whose clock runs out first.
    return line.urgency > 1, line.due is None, line.due or line.start, line.urgency


def _of_request(view: RequestView) -> Line:
    state, tone = STATES.get(view.state, (view.state, ""))
    urgent = view.urgency in ("emergency", "urgent")
    what = "Urgent request for care" if urgent else "Request for care"
    return Line(
        f"request:{view.request_id}", REQUESTS, what, "by phone" if view.channel == "phone" else "",
        state, tone, URGENCY.get(view.urgency, 3), view.asked_at, view.due_at, view.member_id,
    )  # fmt: skip


def _of_work(work: Work) -> Line:
    what = WORDS.get(work.kind, work.kind.replace("_", " ").capitalize())
    return Line(
        str(work.public_id), work.queue, what, work.note, "", "", work.urgency, work.opened_at, work.due_at,
        work.member_id,
    )  # fmt: skip


def _named(lines: Iterable[Line], viewer: Viewer) -> list[Line]:
    lines = list(lines)
    ids = {line.member_id for line in lines if line.member_id is not None}
    people, holders = initials_of(ids), at_work_on(ids)
    named = []
    for line in lines:
        person = people.get(line.member_id or 0)
        holder_id, holder = holders.get(line.member_id or 0, (None, ""))
        named.append(
            replace(
                line,
                who=person.words if person else "Nobody's member",
                holder=holder,
                mine=holder_id == viewer.user_id and holder_id is not None,
            )
        )
    return named


def next_for(queue: Queue) -> Line | None:
    """Give the most pressing line that belongs to a member and that nobody has open."""
    return next((line for line in queue.every() if line.member_id is not None and not line.holder), None)
