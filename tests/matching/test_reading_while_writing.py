"""Many readers, one writer: every answer is of one moment of the world."""

import threading

from switchboard.matching.core.facts import PanelChanged, SlotsReplaced
from switchboard.matching.core.match import look
from switchboard.matching.core.world import World

from .worlds import NOW, WEIGHTS, WORDS, need, role, slot


def diary(mark: int, hours: int):
    """All slots of role 1 as one edition: ids and starts tell which edition they are of."""
    return tuple(
        slot(slot=mark * 1000 + i, start=NOW + mark + i * 60 + 60, minutes=mark) for i in range(hours)
    )


def test_no_reader_sees_half_a_change():
    """While diaries are replaced (and outgrow their room, and all is laid anew) no answer mixes two."""
    world = World.from_facts(WORDS, [role()], diary(1, 3))
    stop, wrong, answers = threading.Event(), [], [0]

    def read() -> None:
        while not stop.is_set():
            found = look(world, need(), WEIGHTS, 10)
            answers[0] += 1
            for pair in found.pairs:
                edition = pair.slot // 1000
                if pair.minutes != edition or pair.start != NOW + edition + pair.slot % 1000 * 60 + 60:
                    wrong.append(pair)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for turn in range(400):
        world.apply(SlotsReplaced(1, diary(turn % 50 + 2, 3 + turn)))
        world.apply(PanelChanged(1, turn % 7 != 0, 5))
    stop.set()
    for reader in readers:
        reader.join()
    assert answers[0] > 10
    assert not wrong


def test_a_look_that_lost_the_race_is_taken_again():
    """An answer during which the world changed is thrown away."""
    world = World.from_facts(WORDS, [role()], [slot()])
    looks = []

    def interrupted(tables) -> int:
        looks.append(tables)
        if len(looks) == 1:
            world.apply(PanelChanged(1, False, 0))
        return len(looks)

    assert world.read(interrupted) == 2
