"""Questionnaires filled in elsewhere: a FHIR R4 QuestionnaireResponse or a plain form.

Nothing that arrives here is lost for its form: what can be read as JSON is kept, and a risk answer in it
opens its crisis task, also when the form is refused. So this door asks for no key, knows no rate limit, and
reads the body itself.
"""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router

from switchboard.api.callers import CARE, CRISIS, SYSTEMS, answer, key_of
from switchboard.api.problems import Problem
from switchboard.api.reading import read_json
from switchboard.api.shapes import ReasonTold, Told, reasons
from switchboard.members.queries import member_id_by_number, member_id_of, viewer_of
from switchboard.outcomes.actions import Received, receive
from switchboard.outcomes.core.handed_in import HandedIn, read_form
from switchboard.outcomes.queries import results_of
from switchboard.platform.clock import today
from switchboard.platform.doors import for_roles
from switchboard.platform.idempotency import once
from switchboard.platform.lastresort import CRISIS_WORDS
from switchboard.platform.roles import Role

router = Router(tags=["assessments"])
SCOPE = "write:assessments"
FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["instrument", "answers"],
                    "properties": {
                        "instrument": {"type": "string"},
                        "version": {"type": "string"},
                        "language": {"type": "string"},
                        "authored": {"type": "string", "format": "date-time"},
                        "given_by": {"type": "string", "enum": ["self", "proxy", "staff", "import"]},
                        "completed": {"type": "boolean"},
                        "total": {"type": "integer"},
                        "member": {"type": "string"},
                        "member_number": {"type": "string"},
                        "contact": {"type": "string"},
                        "answers": {"type": "array", "items": {"type": "object"}},
                    },
                }
            },
            "application/fhir+json": {"schema": {"type": "object", "required": ["resourceType"]}},
        },
    }
}


class ProblemInForm(Told):
    """One thing that is wrong with a form: where, and a code."""

    path: str
    code: str


class ReceivedTold(Told):
    """What became of a form. ``help`` stands there when somebody may be in danger: show it."""

    id: UUID
    status: str
    total: float | None
    band: str
    positive: bool | None
    problems: list[ProblemInForm]
    because: list[ReasonTold]
    crisis: bool
    help: str | None


@router.post("/assessments", response={201: ReceivedTold, 422: ReceivedTold}, openapi_extra=FORM, throttle=[])
@for_roles(*dict.fromkeys((*SYSTEMS, *CRISIS)))
def hand_in(request: HttpRequest) -> HttpResponse:
    """Hand in a filled-in questionnaire. 422: kept in quarantine, without a score; its risk answers count."""
    viewer = viewer_of(request)
    if viewer.role is Role.SYSTEM and SCOPE not in viewer.scopes:
        raise Problem(403, "scope_missing", f"This key may not hand in questionnaires: it needs {SCOPE}.")
    sent = read_json(request.body, forgiving=True) if request.body else None
    if not isinstance(sent, dict):
        raise Problem(422, "invalid", "A questionnaire is a JSON object.")

    def act() -> tuple[int, Any]:
        form = read_form(sent, today())
        got = receive(form=form, member_id=_whose(form), by=viewer)
        return (422 if got.status == "refused" else 201), _told(got, viewer.language).model_dump(mode="json")

    if not request.headers.get("Idempotency-Key"):
        return _answered(*act())
    kept = once(by=viewer, key=key_of(request), question=b"assessments\n" + request.body, act=act)
    return _answered(kept.status, kept.body, replayed=kept.replayed)


def _answered(status: int, told: dict[str, Any], *, replayed: bool = False) -> HttpResponse:
    if status == 201:
        return answer(status, told, replayed=replayed)
    headers = {"Idempotent-Replayed": "true"} if replayed else {}
    words = "The form was kept, without a score: see problems."
    raise Problem(status, "form_refused", words, headers, **{k: v for k, v in told.items() if k != "status"})


def _whose(form: HandedIn) -> int | None:
    """Give the member a form is about: by our id, else by the plan's number; None when that is nobody."""
    try:
        found = member_id_of(public_id=UUID(form.member))
    except ValueError:
        found = None
    return found or (member_id_by_number(member_number=form.member_number) if form.member_number else None)


def _told(got: Received, language: str) -> ReceivedTold:
    return ReceivedTold(
        id=got.public_id,
        status=got.status,
        total=got.total,
        band=got.band,
        positive=got.positive,
        problems=[ProblemInForm(path=p.path, code=p.code) for p in got.problems],
        because=reasons(got.because, language),
        crisis=got.crisis,
        help=CRISIS_WORDS if got.crisis else None,
    )


class ResultTold(Told):
    """A completed assessment. ``total`` is null where an item was left out."""

    instrument: str
    version: str
    at: str
    total: float | None
    band: str
    positive: bool | None
    given_by: str
    because: list[ReasonTold]


@router.get("/members/{member}/assessments", response=list[ResultTold])
@for_roles(*CARE)
def results(request: HttpRequest, member: UUID) -> list[ResultTold]:
    """Give a member's completed assessments, newest first; none to a viewer who may know no scores."""
    viewer = viewer_of(request)
    number = member_id_of(public_id=member)
    if number is None:
        raise Problem(404, "not_found", "There is nothing here, or nothing that is for you.")
    return [
        ResultTold(
            instrument=r.instrument, version=r.version, at=r.at.isoformat(), total=r.total, band=r.band,
            positive=r.positive, given_by=r.given_by, because=reasons(r.because, viewer.language),
        )
        for r in results_of(viewer=viewer, member_id=number)
    ]  # fmt: skip
