"""Bad input, JSON API: a test a row. Never a 500, never a partial write, never a value repeated."""

import gzip
import json
from uuid import uuid4

import pytest
from django.core import signing

from switchboard.platform.roles import Role
from switchboard.scheduling.models import Appointment
from tests.api.conftest import know

pytestmark = pytest.mark.django_db
SECRET = "ZZCANARYSMITH"


def refused(answer, status):
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == status
    assert told["type"].startswith("urn:switchboard:problem:")
    assert SECRET not in answer.content.decode()
    return told


def test_an_unknown_field_is_named_by_its_path(desk, taking):
    told = refused(desk.post("/appointments", taking | {"colour": SECRET}), 422)
    assert told["errors"] == [{"in": "body", "path": "/colour", "code": "unknown_field"}]
    told = refused(desk.post("/appointments", taking | {SECRET: 1}), 422)
    assert told["errors"][0]["path"] == "/*"


@pytest.mark.parametrize("field", ["tenant_id", "role", "status", "id"])
def test_mass_assignment_is_refused_and_noted(desk, taking, field, capfd):
    refused(desk.post("/appointments", taking | {field: SECRET}), 422)
    lines = capfd.readouterr().err
    assert "mass_assignment" in lines
    assert SECRET not in lines
    assert Appointment.objects.count() == 0


WRONG = {
    "a text for a number": ("slot_id", SECRET),
    "a boolean for a number": ("slot_id", True),
    "a decimal": ("slot_id", 1.5),
    "minus": ("slot_id", -1),
    "larger than 2^63": ("slot_id", 2**63),
    "far larger": ("slot_id", 10**30),
    "a list": ("slot_id", [1]),
    "null": ("slot_id", None),
    "no such choice": ("modality", SECRET),
    "a number for a text": ("modality", 1),
    "no id": ("member", SECRET),
    "a number for an id": ("member", 7),
    "a text for a boolean": ("returning", "yes"),
    "a number for a boolean": ("returning", 1),
    "a NUL": ("modality", "vid\x00eo"),
    "half a character": ("modality", "\ud800"),
}


@pytest.mark.parametrize(("field", "value"), WRONG.values(), ids=WRONG)
def test_a_wrong_value_is_422_at_its_path(desk, taking, field, value):
    told = refused(desk.post("/appointments", taking | {field: value}), 422)
    assert told["errors"][0]["path"] == f"/{field}"
    assert Appointment.objects.count() == 0


def body(taking, **texts):
    return (
        json.dumps(taking)[:-1].encode()
        + b","
        + ",".join(f'"{k}":{v}' for k, v in texts.items()).encode()
        + b"}"
    )


RAW = {
    "not JSON": (b"{", 400),
    "nothing": (b"", 422),
    "a BOM": (b"\xef\xbb\xbf{}", 400),
    "not UTF-8": (b'{"a":"\xff"}', 400),
    "a bare NUL": (b'{"a":"\x00"}', 400),
    "a name twice": (b'{"slot_id":1,"slot_id":2}', 400),
    "NaN": (b'{"slot_id":NaN}', 400),
    "Infinity": (b'{"slot_id":-Infinity}', 400),
    "1e400": (b'{"slot_id":1e400}', 422),
    "five thousand figures": (b'{"slot_id":' + b"9" * 5000 + b"}", 422),
    "a hundred deep": (b'{"a":' * 100 + b"1" + b"}" * 100, 400),
    "a hundred thousand deep": (b"[" * 100_000 + b"]" * 100_000, 400),
    "a list": (b"[]", 422),
    "a text": (b'"x"', 422),
    "a megabyte of text": (b'{"modality":"' + b"x" * 1_000_000 + b'"}', 413),
}


@pytest.mark.parametrize(("raw", "status"), RAW.values(), ids=RAW)
def test_a_body_that_is_not_what_it_should_be(desk, taking, raw, status):
    refused(desk.post("/appointments", raw=raw), status)


@pytest.mark.parametrize(
    "words",
    [
        "O'Brien",
        "李",
        "Null",
        "N",
        "x" * 300,
        "\u202emirror",
        "zero\u200bwidth",
        "👩‍👩‍👧",
        "<script>",
        "'; DROP TABLE",
    ],
)
def test_legal_words_are_kept_as_they_are(desk, taking, member, words):
    one = member(family_name=words)
    know(desk, one)
    assert desk.post(f"/members/{one.public_id}/notes", {"text": words}).status_code == 201
    assert desk.get(f"/members/{one.public_id}/notes").json()[0]["text"] == words


def test_somebody_elses_and_nobodys_record_are_the_same_404(desk, member):
    theirs = refused(desk.get(f"/members/{member().public_id}"), 404)
    assert refused(desk.get(f"/members/{uuid4()}"), 404) == theirs


@pytest.mark.parametrize("key", ["", "x" * 256, "é", "a b"])
def test_a_key_that_is_none(desk, taking, key):
    refused(desk.post("/appointments", taking, Idempotency_Key=key), 400)


def test_a_used_key_with_another_body(desk, member):
    one = member()
    know(desk, one)
    path = f"/members/{one.public_id}/notes"
    first = desk.post(path, {"text": "called"}, Idempotency_Key="n")
    again = desk.post(path, {"text": "called"}, Idempotency_Key="n")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again["Idempotent-Replayed"] == "true"
    refused(desk.post(path, {"text": SECRET}, Idempotency_Key="n"), 422)
    assert len(desk.get(path).json()) == 1


def test_too_many_wait_and_the_crisis_path_does_not(caller, monkeypatch):
    from switchboard.api.api import api

    [limit] = api.throttle
    monkeypatch.setattr(limit, "rate", 0.25)
    one = caller(Role.SUPERVISOR)
    assert one.get("/me").status_code == 200
    told = one.get("/me")
    refused(told, 429)
    assert int(told["Retry-After"]) >= 1
    for _ in range(5):
        assert one.get("/crisis/tasks").status_code == 200


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "FROB"])
def test_another_method_is_405_with_allow(desk, method):
    answer = desk.send(method, "/appointments")
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"


def test_other_answers_than_json_are_406(desk):
    refused(desk.get("/me", Accept="text/html"), 406)
    assert desk.get("/me", Accept="text/html, */*;q=0.1").status_code == 200


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "application/json; charset=utf-16",
    ],
)
def test_other_bodies_than_json_are_415(desk, taking, kind):
    refused(desk.post("/appointments", taking, Content_Type=kind), 415)


def test_a_gzip_bomb_is_not_opened(desk):
    bomb = gzip.compress(b" " * 10_000_000)
    refused(desk.post("/appointments", raw=bomb, Content_Encoding="gzip"), 415)


def test_a_length_that_lies_and_a_body_without_one(desk):
    assert desk.post("/match", raw=b"{}", Content_Length="x").status_code in (200, 400)
    refused(desk.send("POST", "/match", Transfer_Encoding="chunked", Content_Length=""), 411)


def test_ten_thousand_headers_are_431(desk):
    refused(desk.get("/me", **{f"X_Filler_{n}": "x" for n in range(10_000)}), 431)


def test_a_database_that_is_away_is_503_with_the_crisis_lines(desk, monkeypatch):
    from django.db import OperationalError

    from switchboard.api import people

    def away(**_):
        raise OperationalError(SECRET)

    monkeypatch.setattr(people, "member_id_of", away)
    answer = desk.get(f"/members/{uuid4()}/notes")
    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert "988" in answer.json()["detail"]
    assert SECRET not in answer.content.decode()


def test_a_cursor_is_ones_own_for_an_hour_and_one_list(caller, desk, noon):
    salt = "switchboard.api.cursor"
    mine = signing.dumps([desk.user.pk, "requests", 50], salt=salt)
    assert desk.get(f"/requests?cursor={mine}").status_code == 200
    refused(desk.get(f"/requests?cursor={mine}x"), 400)
    refused(desk.get(f"/work?cursor={mine}"), 400)
    refused(caller(Role.NAVIGATOR).get(f"/requests?cursor={mine}"), 400)
    refused(desk.get("/requests?cursor=%00"), 422)
    for limit in ("0", "-1", "1000000000", SECRET):
        refused(desk.get(f"/requests?limit={limit}"), 422)


def test_an_address_that_is_nowhere(desk):
    refused(desk.get("/nowhere"), 404)
    refused(desk.get(f"/members/{SECRET}"), 422)


def test_a_browser_gets_problems_too(signed_in, user):
    browser = signed_in(user(Role.NAVIGATOR))
    for path, status in (("/api/nowhere", 404), ("/api/appointments", 405)):
        refused(browser.get(path, HTTP_HOST="localhost"), status)
