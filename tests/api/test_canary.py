"""A strange name and number in every field of every flow, then looked for where no person may be named (A3).

Looked through: our structured logs, PostgreSQL's own log, the metrics, and every address and error body.
"""

import io
import json
import logging
import logging.config
from pathlib import Path

import pytest
from django.test import Client

from tests.api.conftest import know

pytestmark = pytest.mark.django_db
NAME, NUMBER = "ZZCANARYSMITH", "987-65-4321"
BOTH = f"{NAME} {NUMBER}"


@pytest.fixture
def lines():
    """What is logged during a test, in the form in which it leaves the process."""
    from django.conf import settings

    config = logging.config.DictConfigurator(settings.LOGGING)
    formatter = config.configure_formatter(dict(settings.LOGGING["formatters"]["json"]))
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.addHandler(handler)
    yield out
    root.removeHandler(handler)


def postgres_log() -> str:
    import os

    home = Path(os.environ["SWITCHBOARD_HOME"])
    return "".join(
        f.read_text("utf-8", "replace") for f in home.rglob("*.log") if f.is_file() and "pg" not in f.parts
    ) + "".join(f.read_text("utf-8", "replace") for f in home.rglob("log/*") if f.is_file())


def met(text: str) -> bool:
    return NAME.lower() in text.lower() or NUMBER in text


def sent_everywhere(desk, system, one, taking) -> list:
    """Send the canary in every field of every flow of the API and through the door of the pages."""
    path = f"/members/{one.public_id}"
    bodies = [
        ("/members/find", {"name": NAME, "member_number": NUMBER}),
        ("/members/find", {"name": BOTH, "birth_date": BOTH}),
        (f"{path}/notes", {"text": BOTH}),
        (f"{path}/notes", {"text": BOTH, NAME: BOTH}),
        (f"{path}/open", {"reason": BOTH}),
        (f"{path}/requests", {"channel": BOTH, "language": BOTH}),
        ("/match", {"state": BOTH, "conditions": [BOTH], "time_zone": BOTH}),
        ("/appointments", taking | {"modality": BOTH}),
        ("/appointments", taking | {"member": BOTH}),
        (f"/members/{NAME}/notes", {"text": BOTH}),
        (f"/work/{NAME}/close", {"outcome": BOTH}),
    ]
    answers = [desk.post(where, what) for where, what in bodies]
    made = desk.post(f"{path}/requests", {}).json()
    asking = f"/requests/{made['id']}"
    for where, what in [
        ("say", {"question": "reasons", "value": [BOTH]}),
        ("say", {"question": BOTH, "value": BOTH}),
        ("answers", {"instrument": "phq-9", "link_id": BOTH, "value": 1}),
        ("answers", {"instrument": "phq-9", "link_id": "phq9-1", "value": BOTH}),
        ("override", {"lane": BOTH, "acuity": 1, "why": BOTH}),
        ("close", {"reason": BOTH * 3}),
    ]:
        answers.append(desk.post(f"{asking}/{where}", what))
    form = {"instrument": BOTH, "member_number": NUMBER, "contact": BOTH, "answers": [
        {"link_id": "44260-8", "value": BOTH, "text": BOTH}]}  # fmt: skip
    answers.append(system.post("/assessments", form))
    answers.append(desk.post("/match", raw=f'{{"{NAME}": "{NUMBER}", '.encode()))
    answers.append(desk.get(f"/requests?cursor={NAME}"))
    stranger = Client(raise_request_exception=False)
    here = {"HTTP_HOST": "localhost"}
    answers.append(stranger.get("/api/me", headers={"Authorization": f"Bearer {BOTH}"}, **here))
    answers.append(stranger.post("/account/login/code/", {"email": f"{NAME}@example.org"}, **here))
    return answers


def test_no_name_and_no_number_leaves_by_a_side_door(desk, system, member, taking, lines):
    one = member(family_name=NAME, given_name=NAME, member_number=NUMBER, address_line=BOTH)
    know(desk, one)
    answers = sent_everywhere(desk, system, one, taking)
    assert not [a.status_code for a in answers if a.status_code >= 500]
    logged = lines.getvalue()
    assert '"event": "request"' in logged
    assert all(json.loads(line) for line in logged.splitlines())
    assert not met(logged)
    assert not met(postgres_log())
    assert not met(Client().get("/metrics", HTTP_HOST="localhost").content.decode())
    for answer in answers:
        if answer.status_code >= 400:
            assert not met(answer.content.decode()), answer.content
        assert not met(str(answer.headers))


def test_the_search_would_find_a_log_line_that_carries_a_name(lines):
    """The control: an event's own words are not filtered, so a name put there must be met."""
    import structlog

    structlog.get_logger("switchboard.canary").info(f"hello {NAME}")
    assert met(lines.getvalue())


def test_a_key_that_is_not_listed_does_not_carry_a_name(lines):
    import structlog

    structlog.get_logger("switchboard.canary").info("hello", name=NAME, member_number=NUMBER)
    logging.getLogger("django.request").error("Not Found: /members/%s", NAME)
    try:
        raise ValueError(NAME)
    except ValueError:
        logging.getLogger("some.library").exception("failed for %s", NUMBER)
    assert not met(lines.getvalue())
