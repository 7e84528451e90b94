"""The hard gates, in readable Python: what must hold before a practitioner and a time are offered.

The compiled kernel answers the same questions in bulk; this is what they mean. Reasons and the tests' slow
reference read the gates from here.
"""

from dataclasses import replace
from functools import cache
from math import asin, cos, floor, radians, sin, sqrt

from switchboard.matching.core.facts import IN_PERSON, MODALITIES, NEW, Need, RoleFacts, SlotFacts
from switchboard.rulebook.listings import entries
from switchboard.rulebook.rules import rule

EARTH_MILES = 3958.7613  # mean radius

GATES = (
    "licensed",
    "network",
    "level",
    "age",
    "treats",
    "language",
    "modality",
    "accepting",
    "excluded",
    "reach",
    "open_time",
)


@cache
def by_consent() -> frozenset[str]:
    """Give the codes (conditions and backgrounds) that matching uses only with the member's consent."""
    return frozenset(code for _, data in rule("matching/sensitive").values for code in data["codes"])


@cache
def unnamed() -> frozenset[str]:
    """Give the codes that no reason names: those by consent, and those the code lists mark sensitive."""
    listed = (entries(listing).values() for listing in ("conditions", "backgrounds"))
    return by_consent() | {one["code"] for group in listed for one in group if one.get("sensitive")}


def consented(need: Need) -> Need:
    """Give the need without what the member has not agreed to have used."""
    if need.consent:
        return need
    hidden = by_consent()
    return replace(
        need,
        conditions=need.conditions - hidden,
        helpful=need.helpful - hidden,
        likes_gender=None,
        likes_cultures=frozenset(),
        group=None if need.group in hidden else need.group,
    )


def unit(latitude: float, longitude: float) -> tuple[float, float, float]:
    """Give a point on the unit sphere."""
    up, across = radians(latitude), radians(longitude)
    return cos(up) * cos(across), cos(up) * sin(across), sin(up)


def tenths(need: Need, role: RoleFacts) -> int | None:
    """Give the great-circle distance in tenths of a mile, rounded; None when either place is unknown."""
    if need.latitude is None or need.longitude is None or role.latitude is None or role.longitude is None:
        return None
    here, there = unit(need.latitude, need.longitude), unit(role.latitude, role.longitude)
    chord = sqrt(sum((a - b) ** 2 for a, b in zip(here, there, strict=True)))
    return floor(2 * asin(min(1.0, chord / 2)) * EARTH_MILES * 10 + 0.5)


def within_reach(need: Need, role: RoleFacts) -> bool:
    """Say whether a visit in person is near enough.

    A member whose place is unknown is not held to a distance; a location whose place is unknown
    cannot be shown to lie within one.
    """
    if need.max_miles is None or need.latitude is None or need.longitude is None:
        return True
    distance = tenths(need, role)
    return distance is not None and distance <= floor(need.max_miles * 10)


def role_gate(gate: str, need: Need, role: RoleFacts) -> bool:
    """Say whether a role passes one gate by itself, whatever its slots."""
    match gate:
        case "licensed":
            return need.state is None or need.state in role.states
        case "network":
            return need.line is None or need.line in role.lines
        case "level":
            return need.level is None or need.level in role.levels
        case "age":
            return need.age is None or role.youngest <= min(need.age, 120) <= role.oldest
        case "treats" if need.every_condition:
            return need.conditions <= role.treats
        case "treats":
            return not need.conditions or bool(need.conditions & role.treats)
        case "language":
            return need.language is None or need.language in role.languages
        case "modality":
            return bool(set(need.modalities) & role.modalities)
        case "accepting":
            return need.relation != NEW or (role.accepting and role.room > 0)
        case "excluded":
            return role.practitioner not in need.excluded
        case "reach":
            return bool(possible_modalities(need, role))
        case _:
            raise ValueError(f"No gate is called '{gate}': there are {', '.join(GATES)}.")


def possible_modalities(need: Need, role: RoleFacts) -> frozenset[str]:
    """Give the ways this role can see this member: acceptable, offered, and near enough when in person."""
    ways = role.modalities & set(need.modalities)
    return ways if within_reach(need, role) else ways - {IN_PERSON}


def fitting_modalities(need: Need, role: RoleFacts, slot: SlotFacts) -> tuple[str, ...]:
    """Give the ways in which this very slot suits the need, liked best first; none means it does not."""
    fits = (
        slot.open
        and need.earliest <= slot.start <= need.latest
        and need.relation in slot.relations
        and (need.visit_type is None or need.visit_type in slot.visit_types)
        and slot.minutes >= need.minutes
    )
    if not fits:
        return ()
    ways = possible_modalities(need, role) & slot.modalities
    return tuple(way for way in need.modalities if way in ways)


def may_see(need: Need, role: RoleFacts) -> bool:
    """Say whether a role passes every gate but that of open time."""
    return all(role_gate(gate, need, role) for gate in GATES if gate != "open_time")


def other_modalities(need: Need) -> tuple[str, ...]:
    """Give the ways of meeting that the need leaves out."""
    return tuple(way for way in MODALITIES if way not in need.modalities)
