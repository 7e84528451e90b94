"""S3: a retry is safe. One key and question get one effect and one answer, however often they are sent."""

import os
import random
import socket
import threading
from collections import Counter
from contextlib import suppress
from itertools import count

import psycopg
import pytest
from django.db import OperationalError, connection, connections, transaction

from switchboard.platform.access import SWITCHBOARD, Viewer
from switchboard.platform.models import IdempotencyKey
from switchboard.platform.roles import Role
from switchboard.scheduling.actions import book
from switchboard.scheduling.models import Appointment
from tests.scheduling.racing import NONE, race, wrongs
from tests.scheduling.world import World

LOST = (psycopg.OperationalError, OperationalError, psycopg.InterfaceError)


def insist(slot: int, member: int, key: str, cut: float, seed: int):
    """Give a call that sends one keyed booking until it has an answer; now and then its connection breaks."""

    def call() -> tuple[str, str, str, int]:
        rng = random.Random(seed)
        for attempt in count():
            try:
                if rng.random() < cut:
                    _break_soon(rng)
                outcome = book(
                    slot_id=slot, member_id=member, modality="video", by=SWITCHBOARD, key=key
                ).outcome
            except LOST:
                connections.close_all()
                continue
            if outcome.answer != "in_flight":
                made = outcome.appointment
                return key, str(outcome.answer), str(made.public_id if made else None), attempt
        raise AssertionError

    return call


def _break_soon(rng: random.Random) -> None:
    """Cut this connection in a moment: before the booking, in its midst, or after its commit."""
    connection.ensure_connection()
    line = socket.socket(fileno=os.dup(connection.connection.pgconn.socket))

    def cut() -> None:
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)
        line.close()

    threading.Timer(rng.uniform(0, 0.01), cut).start()


def storm(world: World, keys: int, senders: int, cut: float) -> None:
    asked = [(world.slot(), world.member(), f"key-{n}") for n in range(keys)]
    jobs = []
    for sender in range(senders):
        mine = list(asked)
        random.Random(sender).shuffle(mine)
        jobs.append([insist(*one, cut, hash((sender, n))) for n, one in enumerate(mine)])
    said = [answer for one in race(jobs) for answer in one]
    assert sum(attempt for *_, attempt in said) > 0  # connections did break
    answers = Counter(answer[:3] for answer in said)
    assert {answer for _, answer, _ in answers} == {"booked"}
    assert len(answers) == keys  # one answer, with one appointment, a key
    assert set(answers.values()) == {senders}
    assert Appointment.objects.count() == keys
    assert wrongs() == NONE


@pytest.mark.django_db(transaction=True)
def test_many_senders_of_the_same_keys_have_one_effect_each(world: World):
    """Sixty keys, eight senders, one connection in ten breaking.

    Seen to fail without the key (``key=None``): every sender but one is told 'just taken'.
    """
    storm(world, keys=60, senders=8, cut=0.1)


@pytest.mark.nightly
@pytest.mark.django_db(transaction=True)
def test_five_hundred_keys_twenty_senders(world: World):
    storm(world, keys=500, senders=20, cut=0.1)


@pytest.mark.django_db
def test_a_key_belongs_to_its_sender(world: World):
    """Two people may use the same key for their own questions."""
    for number in (1, 2):
        me = world.member()
        by = Viewer(number, "M", Role.MEMBER, member_id=me)
        said = book(slot_id=world.slot(), member_id=me, modality="video", by=by, key="same").outcome
        assert (said.answer, said.replayed) == ("booked", False)
    assert IdempotencyKey.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_key_being_answered_elsewhere_is_in_flight(world: World):
    """While the first transaction is open its retry is told so at once, and waits for nothing."""
    asked = {"slot_id": world.slot(), "member_id": world.member(), "modality": "video", "by": SWITCHBOARD}

    def again() -> str:
        return str(book(**asked, key="k").outcome.answer)

    with transaction.atomic():
        assert again() == "booked"
        assert in_another_process(again) == "in_flight"
    assert again() == "booked"


def in_another_process(call) -> str:
    """Run a call in a child that opens a connection of its own; ours stays open here, untouched there."""
    import multiprocessing as mp

    fork = mp.get_context("fork")
    out = fork.Queue()

    def child() -> None:
        connections["default"].connection = None
        connections["default"].in_atomic_block = False
        connections["default"].savepoint_ids = []
        out.put(call())

    one = fork.Process(target=child)
    one.start()
    answer = out.get(timeout=60)
    one.kill()
    one.join()
    return str(answer)


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "k" * 256])
def test_a_key_has_1_to_255_characters(world: World, key: str):
    with pytest.raises(ValueError, match="1 to 255"):
        book(slot_id=1, member_id=1, modality="video", by=SWITCHBOARD, key=key)
