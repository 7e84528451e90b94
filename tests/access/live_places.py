"""What stands where in an address, what each call sends, and which doors open by purpose and not by tie."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from tests.access.live_world import Belongings, Live

PARAM = re.compile(r"<(?:\w+:)?(\w+)>")
NOBODY, NO_NUMBER = uuid4(), 987_654_321

#: A parameter of a route: what stands there. A route with another one fails until it has its place here.
PLACES: dict[str, Callable[[Live, Belongings, str], Any]] = {
    "member": lambda live, one, route: one.member.public_id,
    "task": lambda live, one, route: one.task.public_id if "crisis" in route else live.review.public_id,
    "item": lambda live, one, route: live.review.public_id if "review" in route else one.item.public_id,
    "appointment": lambda live, one, route: one.visit.public_id,
    "key": lambda live, one, route: _of_member(one, route).public_id,
    "request_id": lambda live, one, route: (one.asked if route.endswith(ASKING) else one.done).public_id,
    "step": lambda live, one, route: "reasons",
    "number": lambda live, one, route: one.done.request_id,
    "grant": lambda live, one, route: one.grant.pk,
    "route": lambda live, one, route: one.route.pk,
    "run": lambda live, one, route: live.run.pk,
    "pair": lambda live, one, route: live.pair.pk,
    "organization": lambda live, one, route: live.organization.pk,
    "practitioner": lambda live, one, route: live.practitioner.pk,
    "role": lambda live, one, route: live.role_id,
    "role_id": lambda live, one, route: live.role_id,
    "schedule": lambda live, one, route: live.schedule.pk,
}
ASKING = ("next", "say", "answers", "finish", "close")
#: Of these the places are a person's; a route that has none of them is about the network or the house.
PERSONAL = {"member", "appointment", "key", "request_id", "grant", "route", "crisis", "work"}


def _of_member(one: Belongings, route: str) -> Any:
    if "appointments" in route:
        return one.visit
    return one.asked if "ask/" in route or route.endswith(">/") else one.done


def address(route: str, live: Live, one: Belongings | None) -> str:
    """Give the address of a route for somebody's things; for nobody's when ``one`` is None."""
    path = "/" + route.rpartition(" ")[2]

    def place(found: re.Match[str]) -> str:
        there = PLACES[found[1]](live, one or live.mine, route)
        if one is not None or found[1] == "step":
            return str(there)
        return str(NO_NUMBER if isinstance(there, int) else NOBODY)

    return PARAM.sub(place, path)


def personal(route: str) -> bool:
    """Say whether what stands in the address is a person's."""
    return bool(PERSONAL & ({*PARAM.findall(route)} | set(re.split(r"\W", route))))


def sent(route: str, live: Live) -> dict[str, Any]:
    """Give a body that the call would act on, so that nothing is refused for its form alone."""
    time = {"slot_id": live.slots[5], "modality": "video"}
    return {
        "cancel": {"reason": "feeling_better"},
        "reschedule": time,
        "attempts": {"reached": True, "note": "talked"},
        "attempt": {"reached": "yes", "note": "talked"},
        "close": _closing(route),
        "follow-ups": {"text": "call", "due": "2030-01-07"},
        "follow-up": {"text": "call", "note": "call", "due": "2030-01-07", "days": "2"},
        "notes": {"text": "said"},
        "note": {"text": "said"},
        "open": {"reason": "on the line"} if "members" in route else {},
        "decide": {"decision": "different"},
        "answers": {"instrument": "phq-9", "link_id": "phq2-1", "value": 1},
        "appointments": time,
        "holds": time,
        "hold": {"time": f"{live.slots[5]}:video", "slot": f"{live.slots[5]}:video"},
        "override": {"lane": "therapy", "acuity": 3, "why": "known to us", "conditions": []},
        "say": {"question": "reasons", "value": ["mood"]},
        "settle": {"outcome": "left_out"},
        "hours": {"hours": [], "buffer_minutes": 0},
        "preview": {"hours": [], "buffer_minutes": 0},
        "reasons": {"answer": ["mood"]},
    }.get(route.rpartition("/")[2], {"answer": ["mood"]} if route.endswith("<str:step>") else {})


def _closing(route: str) -> dict[str, Any]:
    if "crisis" in route:
        return {"disposition": "safe_with_plan", "note": "talked"}
    return {"outcome": "done"} if "work" in route else {"reason": "withdrawn"}


#: Doors that open a record, or what is about one, to a role without a tie: why, and what makes it known.
BY_PURPOSE = {
    "desk/find/<uuid:member>": "asks the reason for opening; shows initials and last four until then",
    "POST api/members/<member>/open": "says the reason for opening, as that page does",
    "desk/member/<uuid:member>": "leads to the page that asks the reason; shows nothing",
    "desk/crisis/<uuid:task>/take": "whoever may answer crises takes one from the list: taking ties them",
    "POST api/crisis/tasks/<task>/acknowledge": "as that page",
    "POST api/work/<item>/take": "whoever works the queue takes a line from it: taking ties them",
    "POST api/me/routes/<route>/remove": "done, whoever's it was: what is not one's own stays",
}
#: Served, and yet not found: what stands there is not theirs, or not yet. Role or ``*``, and why.
NOT_THEIRS = {
    "POST api/requests/<request_id>/take": ({"*"}, "no line of the queue is about this request"),
    "GET api/pairs/<pair>": ({"*"}, "a pair is compared first, which is written down in both records"),
    "network/pairs/<int:pair>": ({"*"}, "as above"),
    "POST api/pairs/<pair>/decide": ({"*"}, "as above"),
    "POST api/imports/<run>/apply": ({"supervisor"}, "files of the network are the network manager's"),
    "POST api/imports/<run>/drop": ({"supervisor"}, "as above"),
    "network/imports/<int:run>/apply": ({"supervisor"}, "as above"),
    "network/imports/<int:run>/drop": ({"supervisor"}, "as above"),
    "network/schedules/<int:schedule>": (
        {"practitioner", "practice_manager", "administrator", "supervisor"},
        "hours are their practitioner's; who reads the directory changes none",
    ),
    "GET api/schedules/<schedule>": ({"practitioner", "practice_manager"}, "another practitioner's"),
    "POST api/schedules/<schedule>/hours": ({"practitioner", "practice_manager"}, "another practitioner's"),
    "POST api/schedules/<schedule>/preview": ({"practitioner", "practice_manager"}, "another practitioner's"),
    "POST api/roles/<role_id>/schedule": ({"practitioner", "practice_manager"}, "another practitioner's"),
    "network/roles/<int:role>/schedule": ({"practitioner", "practice_manager"}, "another practitioner's"),
}
