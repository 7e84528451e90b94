"""The same conversation by phone: the navigator reads aloud, answers by key; danger leads to a hand-over."""

from dataclasses import replace
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from switchboard.frontdoor.actions import NotSayable, ask, finish
from switchboard.frontdoor.core.conversation import Said, next_step, path
from switchboard.frontdoor.queries import RequestView, said_for
from switchboard.kernel.reasons import Reason
from switchboard.members.queries import head_of, viewer_of
from switchboard.outcomes.actions import NotAnswerable, raise_alarm
from switchboard.outcomes.queries import crisis_state_of
from switchboard.platform.access import Viewer
from switchboard.platform.doors import for_roles
from switchboard.portals.conversing import NotAStep, keep_step, screen_for
from switchboard.portals.desk.frame import CALLS, page
from switchboard.portals.desk.person import known
from switchboard.portals.desk.recording import open_request, open_to

KEYS = "123456789abcdefghijklmnopqrstuvwxyz"


@for_roles(*CALLS)
@require_POST
def start(request: HttpRequest, member: UUID) -> HttpResponse:
    """Open a request by phone, or go on with the open one."""
    person, viewer = known(member), viewer_of(request)
    head = head_of(viewer=viewer, public_id=member)
    language = head.language.partition("-")[0] if head else "en"
    ask(member_id=person.member_id, channel="phone", by=viewer, language="es" if language == "es" else "en")
    return redirect("desk_questions", member=member)


@for_roles(*CALLS)
def resume(request: HttpRequest, member: UUID) -> HttpResponse:
    """Go to the first question without an answer; when there is none, to where the answers lead."""
    person, viewer = known(member), viewer_of(request)
    asked = open_request(viewer, person.member_id)
    said, _ = said_for(viewer=viewer, request=asked, language=asked.language)
    return _onward(member, asked, said, viewer, after=None)


@for_roles(*CALLS)
def first(request: HttpRequest, member: UUID) -> HttpResponse:
    """Go to the first question, answered or not: to hear the answers again or change one."""
    person, viewer = known(member), viewer_of(request)
    asked = open_request(viewer, person.member_id)
    said, _ = said_for(viewer=viewer, request=asked, language=asked.language)
    return redirect("desk_question", member=member, step=path(said)[0].key)


def _onward(member: UUID, asked: RequestView, said: Said, viewer: Viewer, after: str | None) -> HttpResponse:
    following = next_step(said)
    if following is not None:
        return redirect("desk_question", member=member, step=following.key)
    keys = [step.key for step in path(said)]
    if asked.state != "open" and after in keys[:-1]:
        return redirect("desk_question", member=member, step=keys[keys.index(after) + 1])
    finish(request=asked, by=viewer, language=asked.language)
    return redirect("desk_times", member=member)


@for_roles(*CALLS)
@require_http_methods(["GET", "POST"])
def question(request: HttpRequest, member: UUID, step: str) -> HttpResponse:
    """Show one question to read aloud, or keep its answer."""
    person, viewer = known(member), viewer_of(request)
    asked = open_request(viewer, person.member_id)
    said, _ = said_for(viewer=viewer, request=asked, language=asked.language)
    error = ""
    if request.method == "POST":
        try:
            crisis = keep_step(
                request=asked, said=said, key=step, form=request.POST, by=viewer, language=asked.language
            )
        except NotAStep:
            return redirect("desk_questions", member=member)
        except (NotSayable, NotAnswerable) as wrong:
            error = str(wrong)
        else:
            if crisis:
                return redirect("desk_transfer", member=member)
            said, _ = said_for(viewer=viewer, request=asked, language=asked.language)
            return _onward(member, asked, said, viewer, after=step)
    try:
        screen = screen_for(said, step, asked.language)
    except NotAStep:
        return redirect("desk_questions", member=member)
    if screen.select and not screen.value:
        screen = replace(screen, value={"place": asked.care_state}.get(step, asked.language))
    context = {
        "person": person,
        "screen": screen,
        "error": error,
        "keyed": list(zip(KEYS, screen.options, strict=False)),
        "said_before": [str(v) for v in screen.value] if screen.many else [str(screen.value)],
        "spoken": asked.language,
        "place": f"Question {screen.number} of {screen.of}",
    }
    return page(request, "desk/question.html", context, here="find", status=422 if error else 200)


@for_roles(*CALLS)
@require_http_methods(["GET", "POST"])
def transfer(request: HttpRequest, member: UUID) -> HttpResponse:
    """Hand somebody in danger over: the numbers, what to say, and a crisis task that clinicians see."""
    person, viewer = known(member), viewer_of(request)
    if request.method == "POST":
        open_to(viewer, person.member_id)
        raise_alarm(
            member_id=person.member_id,
            cause=f"call:{viewer.user_id}",
            level="high",
            because=Reason("risk_heard_on_the_phone"),
            by=viewer,
        )
        return redirect("desk_transfer", member=member)
    head = head_of(viewer=viewer, public_id=member)
    context = {"head": head, "person": person, "crisis": crisis_state_of(member_id=person.member_id)}
    if request.headers.get("HX-Request"):
        return page(request, "desk/transfer_state.html", context)
    return page(request, "desk/transfer.html", context, here="find")
