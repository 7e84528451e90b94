"""The match, slow and obvious: every role, slot and way of meeting, then sort. No columns, no kernel."""

from dataclasses import dataclass, field, replace

from switchboard.matching.core import facts
from switchboard.matching.core.explain import because
from switchboard.matching.core.facts import Busy, Need, Pair, RoleFacts, SlotFacts, Weights
from switchboard.matching.core.gates import IN_PERSON, consented, fitting_modalities, may_see, tenths
from switchboard.matching.core.ranking import parts


@dataclass
class Model:
    """The world as two lists and a set of engagements."""

    roles: dict[int, RoleFacts] = field(default_factory=dict)
    slots: dict[int, SlotFacts] = field(default_factory=dict)
    busy: dict[tuple[int, int], Busy] = field(default_factory=dict)

    def apply(self, change: facts.Change) -> None:
        """Make one change, the plain way."""
        match change:
            case facts.SlotTaken(slot) | facts.SlotReleased(slot) if slot in self.slots:
                opened = isinstance(change, facts.SlotReleased)
                self.slots[slot] = replace(self.slots[slot], open=opened)
            case facts.SlotsReplaced(role, slots) if role in self.roles:
                self.slots = {k: s for k, s in self.slots.items() if s.role != role} | {
                    s.slot: s for s in slots
                }
            case facts.RolePut(role):
                self.roles[role.role] = role
            case facts.RoleRemoved(role):
                self.roles.pop(role, None)
                self.slots = {k: s for k, s in self.slots.items() if s.role != role}
            case facts.PanelChanged(role, accepting, room) if role in self.roles:
                self.roles[role] = replace(self.roles[role], accepting=accepting, room=room)
            case Busy(practitioner, key, _, _):
                self.busy[practitioner, key] = change
            case facts.Free(practitioner, key):
                self.busy.pop((practitioner, key), None)

    def engaged(self, practitioner: int, slot: SlotFacts) -> bool:
        """Say whether an engagement of the practitioner overlaps the slot."""
        return any(
            one.practitioner == practitioner
            and one.start < slot.start + slot.minutes
            and slot.start < one.end
            for one in self.busy.values()
        )


def candidates(model: Model, need: Need, weights: Weights) -> list[Pair]:
    """Give every fitting pair with its points."""
    found = []
    for slot in model.slots.values():
        role = model.roles[slot.role]
        if not may_see(need, role) or model.engaged(role.practitioner, slot):
            continue
        for way in fitting_modalities(need, role, slot):
            miles = tenths(need, role) if way == IN_PERSON else None
            points = sum(parts(need, role, slot, way, weights).values())
            found.append(
                Pair(
                    practitioner=role.practitioner,
                    role=role.role,
                    slot=slot.slot,
                    start=slot.start,
                    minutes=slot.minutes,
                    modality=way,
                    miles=None if miles is None else miles / 10,
                    points=points,
                )
            )
    return found


def match(model: Model, need: Need, weights: Weights, count: int = 10) -> list[Pair]:
    """Give the best pairs, one a practitioner, with reasons."""
    need = consented(need)
    ranked = sorted(
        candidates(model, need, weights),
        key=lambda p: (-p.points, p.start, p.practitioner, p.role, p.slot, need.modalities.index(p.modality)),
    )
    best: dict[int, Pair] = {}
    for pair in ranked:
        best.setdefault(pair.practitioner, pair)
    return [
        because(need, pair, model.roles[pair.role], model.slots[pair.slot], weights)
        for pair in list(best.values())[:count]
    ]


def fitting(model: Model, need: Need, weights: Weights) -> tuple[int, int | None]:
    """Count the practitioners that fit and give the first start."""
    pairs = candidates(model, need, weights)
    return len({p.practitioner for p in pairs}), min((p.start for p in pairs), default=None)
