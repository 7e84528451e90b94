"""One client of the kill test, a process of its own: books until every one of its attempts has an answer.

``python -m tests.scheduling.hammer FIRST LAST SLOTS MEMBERS FILE``. Attempt ``n`` always asks the same, under
the key ``n``; what was answered stands in FILE, so a killed client begins where it ended and asks again what
it never heard back about.
"""

import os
import random
import sys
import time
from pathlib import Path

import django


def main(first: int, last: int, slots: int, members: int, file: str) -> None:
    django.setup()
    import psycopg
    from django.db import InterfaceError, OperationalError, connections

    from switchboard.platform.access import SWITCHBOARD
    from switchboard.scheduling.actions import book

    lost = (psycopg.OperationalError, psycopg.InterfaceError, OperationalError, InterfaceError)
    known = {int(line.split()[0]) for line in Path(file).read_text().splitlines() if line.count(" ") == 2}
    out = os.open(file, os.O_WRONLY | os.O_APPEND)
    for n in range(first, last):
        rng = random.Random(n)
        asked = {"slot_id": rng.randint(1, slots), "member_id": rng.randint(1, members)}
        while n not in known:
            try:
                said = book(modality="video", by=SWITCHBOARD, key=f"attempt-{n}", **asked).outcome
            except lost:
                connections.close_all()
                time.sleep(0.02)  # the database is starting: a client waits as a person would
                continue
            if said.answer != "in_flight":
                made = said.appointment.public_id if said.appointment else "-"
                os.write(out, f"{n} {said.answer} {made}\n".encode())
                break


if __name__ == "__main__":
    main(*map(int, sys.argv[1:5]), sys.argv[5])
