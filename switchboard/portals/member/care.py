"""The conversation: start, one question a screen, help when it is needed, and the result."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from switchboard.frontdoor.actions import NotSayable, ask, finish
from switchboard.frontdoor.core.conversation import Said, next_step, path
from switchboard.frontdoor.queries import RequestView, request_of, said_for, triage_of, usual_answers
from switchboard.members.queries import viewer_of
from switchboard.outcomes.actions import NotAnswerable
from switchboard.platform.access import AccessDenied, DataClass, Viewer
from switchboard.platform.audit import together
from switchboard.platform.doors import for_roles
from switchboard.platform.roles import Role
from switchboard.portals.conversing import NotAStep, keep_step, screen_for
from switchboard.rulebook.listings import label
from switchboard.rulebook.rules import rule
from switchboard.rulebook.words import say

members_only = for_roles(Role.MEMBER, Role.PROXY)
# Questions whose answer of an earlier time is shown as chosen.
ASKED_BEFORE = ("place", "meet", "times", "gender", "language", "background")


def language() -> str:
    """Give the language of the page: en or es."""
    return (translation.get_language() or "en").partition("-")[0]


def request_or_404(viewer: Viewer, key: UUID) -> RequestView:
    """Give the request an address names; 404 when there is none the viewer may see."""
    found = request_of(viewer=viewer, public_id=key)
    if found is None:
        raise Http404("No request of that id.")
    return found


@members_only
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Open a request for oneself, or for the person chosen, and go to the first question."""
    viewer = viewer_of(request)
    chosen = request.POST.get("member", "")
    member_id = int(chosen) if chosen.isdigit() else viewer.member_id
    if member_id is None:
        raise AccessDenied(viewer, None, DataClass.IDENTITY, "request")
    channel = "portal" if member_id == viewer.member_id else "proxy"
    opened = ask(member_id=member_id, channel=channel, by=viewer, language=language())
    return redirect("member_care", key=opened.public_id)


@members_only
def resume(request: HttpRequest, key: UUID) -> HttpResponse:
    """Go to the first question not yet answered, or to the result."""
    viewer = viewer_of(request)
    found = request_or_404(viewer, key)
    if found.state != "open":
        return redirect("member_result", key=key)
    said, _begun = said_for(viewer=viewer, request=found, language=language())
    step_now = next_step(said)
    if step_now is None:
        return redirect("member_result", key=key)
    return redirect("member_step", key=key, step=step_now.key)


@members_only
@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, key: UUID, step: str) -> HttpResponse:
    """Show one question, or keep its answer: at each choice (htmx) and at Continue."""
    viewer = viewer_of(request)
    with together():
        found = request_or_404(viewer, key)
        said, _begun = said_for(viewer=viewer, request=found, language=language())
    error = ""
    if request.method == "POST":
        try:
            crisis = keep_step(
                request=found, said=said, key=step, form=request.POST, by=viewer, language=language()
            )
        except NotAStep:
            return _go(request, reverse("member_care", args=[key]))
        except (NotSayable, NotAnswerable):
            error = _("Please choose an answer to go on.")
        else:
            return _onward(request, found, viewer, step, crisis, before=len(path(said)))
    try:
        asked_before = step in ASKED_BEFORE and step not in said.intake
        usual = usual_answers(viewer=viewer, request=found) if asked_before else {}
        sent = request.POST.getlist("answer") if error else None
        screen = screen_for(said, step, language(), usual=usual, sent=sent)
    except NotAStep:
        return redirect("member_care", key=key)
    context = {
        "screen": screen,
        "key": key,
        "error": error,
        "more": "more" in request.GET,
        "no_child_screen": _child_screen_missing(said),
        "for_another": said.answered_by == "parent",
    }
    return render(request, "member/step.html", context, status=422 if error else 200)


def _child_screen_missing(said: Said) -> bool:
    """Tell whether a parent answers and the parents' form is not in this build: its words need a licence."""
    form = rule("frontdoor/conversation").on(said.today)["child_screen"]
    parents = said.instruments(form)
    return said.answered_by == "parent" and parents.suits(said.age) and not parents.ready(said.language)


def _onward(
    request: HttpRequest, found: RequestView, viewer: Viewer, step: str, crisis: bool, *, before: int
) -> HttpResponse:
    """After an answer: help first when it speaks of danger, else the next question."""
    if crisis:
        return _go(request, reverse("member_with_you", args=[found.public_id, step]))
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204)
    said, _begun = said_for(viewer=viewer, request=found, language=language())
    steps = path(said)
    keys = [s.key for s in steps]
    after = steps[keys.index(step) + 1 :] if step in keys else []
    following = next((s.key for s in after if not s.answered), None)
    if following is None:
        return redirect("member_care", key=found.public_id)
    address = reverse("member_step", args=[found.public_id, following])
    return redirect(f"{address}?more" if len(steps) > before + 1 else address)


def _go(request: HttpRequest, address: str) -> HttpResponse:
    """Lead on, whether the form was sent whole or by htmx."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)


@members_only
def with_you(request: HttpRequest, key: UUID, step: str) -> HttpResponse:
    """Say thank you, show who is there right now, and offer to go on."""
    viewer = viewer_of(request)
    found = request_or_404(viewer, key)
    return render(request, "member/with_you.html", {"key": key, "request_view": found})


@members_only
def result(request: HttpRequest, key: UUID) -> HttpResponse:
    """Say in plain words where the answers lead and why."""
    viewer = viewer_of(request)
    found = request_or_404(viewer, key)
    if found.state == "open":
        said, _begun = said_for(viewer=viewer, request=found, language=language())
        if next_step(said) is not None:
            return redirect("member_care", key=key)
        finish(request=found, by=viewer, language=language())
        found = request_or_404(viewer, key)
    triage = triage_of(viewer=viewer, request=found)
    if triage is None:
        return redirect("member_care", key=key)
    context = {
        "key": key,
        "request_view": found,
        "lane": label("lanes", triage.lane, language()),
        "lane_code": triage.lane,
        "because": [say(reason, language()) for reason in triage.because],
        "crisis": triage.lane in ("crisis_now", "urgent"),
        "rule": str(triage.because[0].rule or ""),
    }
    return render(request, "member/result.html", context)
