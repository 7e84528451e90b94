"""A real server met by many and by the ill-meaning: no answer is another's, no fault, nobody else waits."""

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.ops.conftest import Installation, Up, within

pytestmark = [pytest.mark.kills, pytest.mark.xdist_group("installation")]
REVOKED_WITHIN = 15  # seconds; promise A6 allows sixty
PEOPLE = """
import json, sys
from switchboard.cli.database import at_hand
with at_hand(True):
    from datetime import date
    from switchboard.members.models import Member
    from switchboard.platform.models import User
    from switchboard.platform.tokens import issue
    told = []
    for n in range(2):
        name = f"Canary{n}"
        user, made = User.objects.get_or_create(
            email=f"canary{n}@example.org", defaults={"name": name, "role": "member", "synthetic": True})
        Member.objects.get_or_create(
            member_number=f"CANARY{n}", defaults={"family_name": name, "given_name": name, "user": user,
            "birth_date": date(1990, 1, 2), "zip5": "06101"})
        key = issue(user_id=user.pk, name="test")
        told.append({"name": name, "secret": key.secret, "prefix": key.prefix})
    print(json.dumps(told))
"""
REVOKE = """
import sys
from switchboard.cli.database import at_hand
with at_hand(True):
    from switchboard.platform.tokens import revoke
    assert revoke(prefix=sys.argv[1]) == 1
"""


def elsewhere(installation: Installation, program: str, *words: str) -> str:
    """Run a program in a process of its own beside the server, on the same database."""
    done = subprocess.run(
        [sys.executable, "-c", program, *words],
        env=installation.env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def up(installation: Installation) -> Iterator[Up]:
    with installation.up("--processes", "2") as one:
        assert within(60, lambda: one.get("readyz").status == 200)
        yield one


@pytest.fixture(scope="module")
def people(up: Up) -> list[dict]:
    return json.loads(elsewhere(up.installation, PEOPLE))


def asked(up: Up, path: str, secret: str) -> tuple[int, str]:
    sent = Request(up.said["address"] + path, headers={"Authorization": f"Bearer {secret}"})
    try:
        with urlopen(sent, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as refused:
        return refused.code, refused.read().decode()


def test_a_key_revoked_in_one_process_is_refused_by_every_other(up, people):
    """Both web processes know the key; a third one ends it."""
    victim = json.loads(elsewhere(up.installation, PEOPLE))[0]
    assert {asked(up, "api/me", victim["secret"])[0] for _ in range(20)} == {200}
    elsewhere(up.installation, REVOKE, victim["prefix"])
    begun, refused = time.monotonic(), 0
    while refused < 40 and time.monotonic() - begun < REVOKED_WITHIN:
        refused = refused + 1 if asked(up, "api/me", victim["secret"])[0] == 401 else 0
        time.sleep(0.02)
    assert refused == 40, "a process still believes a key that was revoked"
    assert asked(up, "api/me", people[1]["secret"])[0] == 200


def test_no_answer_is_ever_anothers(up, people):
    """Two people interleaved on the same threads and connections, with faults and calls broken off."""
    wrong: list = []

    served: list = []

    def talk(own: dict, other: dict, rounds: int) -> None:
        for n in range(rounds):
            leaving = f"Authorization: Bearer {own['secret']}\r\n\r\n"
            status, body = asked(up, "api/me", own["secret"])
            served.append(status)
            if status == 200 and (own["name"] not in body or other["name"] in body):
                wrong.append(body)
            elif status not in (200, 429):
                wrong.append((status, body))
            path = ("api/me/who-looked", "api/members/%00", "api/me/people", "api/requests/x")[n % 4]
            status, body = asked(up, path, own["secret"])
            if other["name"] in body or status >= 500:
                wrong.append((path, status, body))
            if n % 5 == 0:
                with suppress(OSError), raw(up) as line:  # leaves in the middle of its own call
                    line.sendall(b"GET /api/me HTTP/1.1\r\n" + H + leaving.encode())

    threads = [threading.Thread(target=talk, args=(people[n % 2], people[1 - n % 2], 25)) for n in range(12)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(120)
    assert not wrong, wrong[:3]
    assert served.count(200) > 200, "too few were answered to tell"


@contextmanager
def raw(up: Up) -> Iterator[socket.socket]:
    port = int(up.said["address"].rstrip("/").rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        yield line


def answered(line: socket.socket) -> bytes:
    with suppress(TimeoutError, ConnectionError):
        return line.recv(4096)
    return b""


H = b"Host: localhost\r\n"
J = b"Content-Type: application/json\r\nIdempotency-Key: k\r\n"
FORM = b"Content-Type: multipart/form-data; boundary=\xff\r\nContent-Length: 3\r\n\r\n\x00\xff\x01"
BOTH = b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
MATCH = b"POST /api/match HTTP/1.1\r\n" + H + J
SIGN_IN = b"POST /account/login/code/ HTTP/1.1\r\n" + H
HOME = b"GET /home/ HTTP/1.1\r\n" + H
XML = b"Content-Type: text/xml\r\nContent-Length: 4\r\n\r\n<a/>"
QUERY = b"?next=%ff%00&a=%80 HTTP/1.1\r\n"
BAD = {
    "length_and_chunked": MATCH + BOTH + b"GET /healthz HTTP/1.1\r\n" + H + b"\r\n",
    "two_lengths": MATCH + b"Content-Length: 2\r\nContent-Length: 7\r\n\r\n{}",
    "huge_chunk": MATCH + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n",
    "negative_length": MATCH + b"Content-Length: -1\r\n\r\n",
    "no_number": MATCH + b"Content-Length: many\r\n\r\n{}",
    "huge_header": b"GET / HTTP/1.1\r\n" + H + b"X-A: " + b"a" * 900_000 + b"\r\n\r\n",
    "many_headers": b"GET / HTTP/1.1\r\n" + H + b"".join(b"X-%d: a\r\n" % n for n in range(5000)) + b"\r\n",
    "bad_utf8_path": b"GET /care/\xff\xfe/ HTTP/1.1\r\n" + H + b"\r\n",
    "bad_percent_path": b"GET /care/%ff%fe%00/ HTTP/1.1\r\n" + H + b"\r\n",
    "bad_query": b"GET /account/login/code/" + QUERY + H + b"\r\n",
    "api_bad_query": b"GET /api/me?cursor=%ff%00 HTTP/1.1\r\n" + H + b"\r\n",
    "bad_cookies": HOME + b"Cookie: sessionid=\xff\x80; csrftoken=\x01\x02; =;;=\r\n\r\n",
    "nul_cookie": HOME + b"Cookie: sessionid=%00\x00\r\n\r\n",
    "bad_language": b"GET /help-now HTTP/1.1\r\n" + H + b"Accept-Language: " + b"a-" * 4000 + b"\r\n\r\n",
    "bad_host": b"GET / HTTP/1.1\r\nHost: evil\xff.example\r\n\r\n",
    "bad_form": SIGN_IN + FORM,
    "wrong_type": b"POST /api/match HTTP/1.1\r\n" + H + XML,
    "deep_json": MATCH + b"Content-Length: 200000\r\n\r\n" + b"[" * 200_000,
    "no_http": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
    "no_version": b"GET /\r\n\r\n",
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_what_no_browser_sends_is_no_fault_of_ours(up, what):
    with raw(up) as line:
        with suppress(OSError):  # the server may have hung up already
            line.sendall(BAD[what])
            line.shutdown(socket.SHUT_WR)
        said = answered(line)
    assert not said.startswith(b"HTTP/1.1 5"), said[:300]
    assert said.count(b"HTTP/1.1") <= 1, "two answers to one question: what follows could be smuggled in"
    assert up.get("help-now").status == 200


def test_the_slow_keep_nobody_from_the_crisis_page(up):
    """Two hundred that send a byte now and then, and bodies that never come: others are answered."""
    lines = []
    try:
        for n in range(200):
            line = socket.create_connection(
                ("127.0.0.1", int(up.said["address"].rstrip("/").rpartition(":")[2]))
            )
            head = b"GET /home/ HTTP/1.1\r\n" + H if n % 2 else (
                b"POST /account/login/code/ HTTP/1.1\r\n" + H
                + b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 5000\r\n\r\na"
            )  # fmt: skip
            line.sendall(head)
            lines.append(line)
        worst = 0.0
        for _ in range(20):
            begun = time.monotonic()
            assert up.get("help-now").status == 200
            assert up.get("healthz").status == 200
            worst = max(worst, time.monotonic() - begun)
            for line in lines[:50]:
                with suppress(OSError):
                    line.sendall(b"X")
        assert worst < 10, f"{worst:.1f} s for the crisis page while others were slow"
    finally:
        for line in lines:
            line.close()
