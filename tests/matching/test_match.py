"""The compiled match agrees with the slow, obvious one: same pairs, same order, same points, same reasons."""

from hypothesis import given, settings
from hypothesis import strategies as st

from switchboard.matching.core.facts import (
    Busy,
    Free,
    PanelChanged,
    RolePut,
    RoleRemoved,
    SlotReleased,
    SlotsReplaced,
    SlotTaken,
)
from switchboard.matching.core.match import match
from switchboard.matching.core.world import World

from . import reference
from .worlds import DRAWN, NEED, WEIGHTS, WORDS, changes, needs, role, slot, worlds


def agree(world: World, model: reference.Model, need, count=10) -> None:
    expected = reference.match(model, need, WEIGHTS, count)
    assert list(match(world, need, WEIGHTS, count).outcome) == expected


def both(people, times):
    model = reference.Model({r.role: r for r in people}, {s.slot: s for s in times})
    return World.from_facts(WORDS, people, times), model


@settings(max_examples=DRAWN)
@given(worlds(), st.lists(needs(), min_size=1, max_size=4), st.sampled_from([1, 2, 10]))
def test_any_world_any_need(drawn, asked, count):
    """On any world and any need the answers are equal."""
    world, model = both(*drawn)
    for need in asked:
        agree(world, model, need, count)


@settings(max_examples=DRAWN)
@given(worlds(), needs(), st.data())
def test_any_changes(drawn, need, data):
    """After any changes the world answers as one built anew."""
    world, model = both(*drawn)
    for serial in range(1, data.draw(st.integers(1, 8)) + 1):
        change = data.draw(changes(serial))
        world.apply(change)
        model.apply(change)
        agree(world, model, need)
        agree(world, model, NEED)


def test_a_plain_match():
    """One practitioner who fits is found, at the first time, the nearer way."""
    world, model = both([role()], [slot(), slot(slot=2, start=slot().start + 60)])
    found = match(world, NEED, WEIGHTS).outcome
    assert [(p.practitioner, p.slot, p.modality) for p in found] == [(1, 1, "in_person")]
    agree(world, model, NEED)


def test_equal_pairs_stand_in_order_of_start_practitioner_role_and_slot():
    """Equal points never leave the order to chance, and a practitioner stands once."""
    people = [role(practitioner=who, role=number) for number, who in ((1, 3), (2, 2), (3, 2), (4, 1))]
    world, model = both(people, [slot(slot=10 - r.role, role=r.role) for r in people])
    assert [(p.practitioner, p.role) for p in match(world, NEED, WEIGHTS).outcome] == [(1, 4), (2, 2), (3, 1)]
    agree(world, model, NEED)


def test_an_engagement_closes_what_overlaps_in_every_role_until_it_ends():
    """Busy elsewhere is busy here; touching ends do not overlap; a diary replaced meanwhile stays closed."""
    people = [role(), role(role=2)]
    start = slot().start
    world, model = both(people, [slot(), slot(slot=2, role=2, start=start + 60)])
    engaged = Busy(practitioner=1, key=7, start=start + 30, end=start + 60)
    for change, best in (
        (engaged, 2),
        (SlotsReplaced(1, (slot(slot=5, start=start + 15),)), 2),
        (Free(practitioner=1, key=7), 5),
        (SlotTaken(5), 2),
        (SlotReleased(5), 5),
        (PanelChanged(1, False, 0), 2),
        (RoleRemoved(2), None),
    ):
        world.apply(change)
        model.apply(change)
        found = match(world, NEED, WEIGHTS).outcome
        assert (found[0].slot if found else None) == best, change
        agree(world, model, NEED)


def test_changed_facts_of_a_role_show_in_its_reasons():
    """Facts read back are kept only until a role changes. Seen to fail with what was kept left standing."""
    world, model = both([role()], [slot()])
    agree(world, model, NEED)
    for change in (RolePut(role(treats=frozenset(), modalities=frozenset({"video"}))), RolePut(role())):
        world.apply(change)
        model.apply(change)
        agree(world, model, NEED)
    other = RolePut(role(practitioner=9, load=0.5))
    world.apply(other)
    model.apply(other)
    assert [pair.practitioner for pair in match(world, NEED, WEIGHTS).outcome] == [9]
    agree(world, model, NEED)
