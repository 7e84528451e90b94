"""The compiled match agrees with the slow, obvious one: same pairs, same order, same points, same reasons."""

from hypothesis import given, settings
from hypothesis import strategies as st

from switchboard.matching.core.match import match
from switchboard.matching.core.world import World

from . import reference
from .worlds import NEED, WEIGHTS, WORDS, changes, needs, role, slot, worlds


def agree(world: World, model: reference.Model, need, count=10) -> None:
    expected = reference.match(model, need, WEIGHTS, count)
    assert list(match(world, need, WEIGHTS, count).outcome) == expected


def both(people, times):
    model = reference.Model({r.role: r for r in people}, {s.slot: s for s in times})
    return World.from_facts(WORDS, people, times), model


@settings(max_examples=60, deadline=None)
@given(worlds(), st.lists(needs(), min_size=1, max_size=4), st.sampled_from([1, 2, 10]))
def test_any_world_any_need(drawn, asked, count):
    """On any world and any need the answers are equal."""
    world, model = both(*drawn)
    for need in asked:
        agree(world, model, need, count)


@settings(max_examples=60, deadline=None)
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
