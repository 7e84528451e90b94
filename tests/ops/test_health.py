"""What machines ask: alive, ready, metrics. None of it carries personal data, none is for strangers."""

import json

import pytest
import structlog
from django.test import Client

pytestmark = pytest.mark.django_db


def test_alive_asks_nothing_of_the_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/healthz").status_code == 200


def test_ready_looks_at_database_migrations_and_queue(client):
    answer = client.get("/readyz")
    found = {one["what"]: one["state"] for one in answer.json()["findings"]}
    assert answer.status_code == 200
    assert found == {
        "database": "fine",
        "extensions": "fine",
        "migrations": "fine",
        "queue": "warning",
    }


def test_a_stranger_is_told_whether_it_is_ready_and_no_words(client, settings):
    settings.METRICS_TOKEN = "let-me-in"
    from_afar = client.get("/readyz", REMOTE_ADDR="10.1.2.3")
    assert {key for one in from_afar.json()["findings"] for key in one} == {"what", "state"}
    assert "PostgreSQL" not in from_afar.content.decode()
    token = {"Authorization": "Bearer let-me-in"}
    for told in (client.get("/readyz"), client.get("/readyz", REMOTE_ADDR="10.1.2.3", headers=token)):
        assert "PostgreSQL" in told.json()["findings"][0]["said"]


def test_metrics_are_for_this_machine_or_the_token_only(client, settings):
    settings.METRICS_TOKEN = "let-me-in"
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="10.1.2.3").status_code == 403
    assert client.get("/metrics", headers={"X-Forwarded-For": "10.1.2.3"}).status_code == 403
    token = {"Authorization": "Bearer let-me-in"}
    assert client.get("/metrics", REMOTE_ADDR="10.1.2.3", headers=token).status_code == 200


def test_metrics_name_routes_and_never_addresses(client: Client):
    client.get("/nothing/ZZCANARYSMITH?ssn=987-65-4321")
    said = client.get("/metrics").content.decode()
    assert 'switchboard_requests_total{method="GET",route="none",status="404"}' in said
    assert "switchboard_queue_oldest_seconds" in said
    assert "ZZCANARY" not in said
    assert "987-65-4321" not in said


def test_a_request_keeps_a_plain_id_and_gets_a_new_one_for_anything_else(client):
    assert client.get("/healthz", headers={"X-Request-ID": "abc-12345678"})["X-Request-ID"] == "abc-12345678"
    made = client.get("/healthz", headers={"X-Request-ID": "Jane Roe <script>"})["X-Request-ID"]
    assert len(made) == 32


def test_only_listed_keys_reach_the_log(capfd):
    structlog.get_logger("switchboard.test").info(
        "tried", count=3, name="ZZCANARYSMITH", email="zz@example.org"
    )
    line = json.loads(capfd.readouterr().err.splitlines()[-1])
    assert line["event"] == "tried"
    assert line["count"] == 3
    assert "ZZCANARY" not in json.dumps(line)
    assert "email" not in line


def test_a_librarys_words_do_not_reach_the_log(capfd):
    import logging

    logging.getLogger("somebody.elses").warning("cannot parse %s", "ZZCANARYSMITH")
    line = json.loads(capfd.readouterr().err.splitlines()[-1])
    assert "ZZCANARY" not in json.dumps(line)
    assert "test_health" in line["where"]
