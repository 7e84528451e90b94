"""What imports leave to a person: codes nobody knows, and records that may be one person."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from switchboard.interop.findings import said
from switchboard.interop.queries import RunView, runs_by_id
from switchboard.members.actions.people import decide_duplicate, undo_merge
from switchboard.members.queries import viewer_of
from switchboard.members.queries_pairs import (
    Pair,
    PairLine,
    members_of_pair,
    pair_of,
    pairs_decided,
    pairs_waiting,
)
from switchboard.platform.audit import relate
from switchboard.platform.doors import for_roles
from switchboard.platform.worklist import Work, close_work, waiting
from switchboard.portals.network.frame import IMPORTS, PAIRS, day_words, page, time_words
from switchboard.rulebook.listings import label
from switchboard.rulebook.words import say

QUEUE = "import-review"
OUTCOMES = (
    ("mended_at_source", "Mended at the source: the next file has it right"),
    ("mapped", "Mapped: the code is in our list now"),
    ("left_out", "Left out on purpose"),
)
DECIDED = {"same": "The same person", "different": "Two people"}
LOOKED_MINUTES = 30  # a pair is open to whoever compares it for this long


@for_roles(*IMPORTS)
def review(request: HttpRequest) -> HttpResponse:
    """List what waits for a person, soonest due first."""
    tasks = waiting(QUEUE)
    found = runs_by_id([_run_number(task) for task in tasks])
    context = {
        "lines": [_line(task, found.get(_run_number(task))) for task in tasks],
        "outcomes": OUTCOMES,
    }
    return page(request, "network/review.html", context, here="network_review")


def _run_number(task: Work) -> int:
    text = task.subject.partition(":")[2]
    return int(text) if text.isdigit() else 0


def _line(task: Work, run: RunView | None) -> dict[str, Any]:
    return {"task": task, "says": said(task.kind), "run": run, "field": f"outcome-{task.public_id.hex}"}


@for_roles(*IMPORTS)
@require_POST
def settle(request: HttpRequest, task: UUID) -> HttpResponse:
    """Close one of them, saying how it ended."""
    outcome = request.POST.get("outcome", "")
    if outcome not in dict(OUTCOMES):
        messages.error(request, "Say how it ended.")
    elif close_work(public_id=task, outcome=outcome, by=viewer_of(request), queue=QUEUE):
        messages.success(request, "Closed.")
    else:
        messages.info(request, "Somebody has closed it already.")
    return redirect("network_review")


@for_roles(*PAIRS)
def pairs(request: HttpRequest) -> HttpResponse:
    """List pairs that may be one person: how alike and why, not who."""
    context = {
        "lines": [_pair_line(line) for line in pairs_waiting()],
        "decided": [_pair_line(line) for line in pairs_decided()],
    }
    return page(request, "network/pairs.html", context, here="network_pairs")


def _pair_line(line: PairLine) -> dict[str, Any]:
    return {
        "pair": line,
        "percent": round(line.likeness * 100),
        "because": [say(reason) for reason in line.because if reason.code != "likeness_score"],
        "found": day_words(line.found_at),
        "decision": DECIDED.get(line.decision, ""),
        "decided": day_words(line.decided_at),
    }


def _members(pair: int) -> tuple[int, int]:
    found = members_of_pair(pair_id=pair)
    if found is None:
        raise Http404("There is no such pair.")
    return found


@for_roles(*PAIRS)
@require_POST
def compare(request: HttpRequest, pair: int) -> HttpResponse:
    """Open both records to whoever decides, for a while; both members can see who looked."""
    for member in _members(pair):
        relate(
            viewer=viewer_of(request),
            member_id=member,
            kind="task",
            reason="Are these two records one person?",
            minutes=LOOKED_MINUTES,
        )
    return redirect("network_pair", pair=pair)


@for_roles(*PAIRS)
def pair(request: HttpRequest, pair: int) -> HttpResponse:
    """Show both side by side."""
    found = pair_of(viewer=viewer_of(request), pair_id=pair)
    if found is None:
        raise Http404("There is no such pair.")
    context = {
        "line": _pair_line(found.line),
        "rows": _side_by_side(found),
        "undoable": found.line.decision == "same" and found.right.merged,
    }
    return page(request, "network/pair.html", context, here="network_pairs")


def _side_by_side(found: Pair) -> list[tuple[str, str, str, bool]]:
    """Give term, left, right, and whether they differ."""
    told = (
        ("Name", "name", str), ("Called", "preferred_name", str), ("Born", "birth_date", _born),
        ("Sex", "sex", str), ("Plan number", "number", str), ("Address", "address", str),
        ("Language", "language", lambda code: label("languages", code)), ("Reached by", "contacts", _joined),
        ("Lines of business", "coverage", _joined), ("Sources", "sources", _joined),
        ("On file since", "since", lambda at: time_words(at, "UTC")),
    )  # fmt: skip
    rows = []
    for term, name, words in told:
        left, right = (words(getattr(side, name)) for side in (found.left, found.right))
        rows.append((term, left or "–", right or "–", left != right))
    return rows


def _born(day: Any) -> str:
    return f"{day:%b} {day.day}, {day.year}"


def _joined(words: tuple[str, ...]) -> str:
    return ", ".join(words)


@for_roles(*PAIRS)
@require_POST
def decide(request: HttpRequest, pair: int) -> HttpResponse:
    """Say that they are the same person or two people, or take a merge apart again."""
    _left, right = _members(pair)
    viewer, do = viewer_of(request), request.POST.get("do", "")
    if do == "undo":
        undo_merge(member_id=right, by=viewer)
        messages.success(request, "Taken apart: both records stand for themselves again.")
    elif do in DECIDED:
        decide_duplicate(candidate_id=pair, decision=do, by=viewer)
        words = "One record shows from now on." if do == "same" else "Both records stay."
        messages.success(request, f"{words} You can come back to this pair below.")
    else:
        messages.error(request, "Say whether they are one person or two.")
    return redirect("network_pairs")
