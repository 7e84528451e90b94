"""The verbs answer people and machines; exit codes are honest: 0 done, 1 failed, 2 asked wrongly."""

import json

import pytest
from click.testing import CliRunner

from switchboard.cli.filling import KINDS
from switchboard.cli.main import VERBS, main
from switchboard.interop import kinds as imports
from tests.ops.conftest import Installation


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(verb):
    said = CliRunner().invoke(main, [verb, "--help"])
    assert said.exit_code == 0
    assert "Usage:" in said.output


def test_an_unknown_verb_is_asked_wrongly():
    assert CliRunner().invoke(main, ["dance"]).exit_code == 2


def test_an_unknown_import_is_asked_wrongly_and_told_what_there_is():
    said = CliRunner().invoke(main, ["import", "dance", "somewhere"])
    assert said.exit_code == 2
    assert "scheduling-links" in said.output


def test_the_console_names_every_import_there_is():
    assert sorted(KINDS) == sorted(imports.KINDS)


def test_version_answers_machines():
    said = CliRunner().invoke(main, ["version", "--json"])
    assert set(json.loads(said.output)) == {"switchboard", "python"}


@pytest.mark.kills
@pytest.mark.xdist_group("installation")
class TestOnAnInstallation:
    def test_migrating_twice_does_nothing_the_second_time(self, installation: Installation):
        assert json.loads(installation.verb("migrate", "--json").stdout)["ran"] == []

    def test_staff_come_and_go(self, installation: Installation):
        ask = ["user", "create", "nadia@example.org", "--name", "Nadia", "--role", "supervisor", "--json"]
        assert json.loads(installation.verb(*ask).stdout)["active"] is True
        twice = installation.verb(*ask)
        assert twice.returncode == 1
        assert "already" in json.loads(twice.stdout)["error"]
        gone = installation.verb("user", "disable", "nadia@example.org", "--json")
        assert json.loads(gone.stdout)["active"] is False
        assert installation.verb("user", "disable", "nobody@example.org").returncode == 1

    def test_a_crisis_clinician_needs_a_licence(self, installation: Installation):
        ask = ["user", "create", "c@example.org", "--name", "C", "--role", "crisis_clinician", "--json"]
        said = installation.verb(*ask)
        assert said.returncode == 1
        assert "licence" in json.loads(said.stdout)["error"]

    def test_doctor_says_what_is_amiss_and_how_to_mend_it(self, installation: Installation):
        said = installation.verb("doctor", "--json")
        assert said.returncode == 0
        found = {one["what"]: one for one in json.loads(said.stdout)["findings"]}
        assert found["role"]["state"] == "fine"
        assert set(found) >= {"database", "extensions", "migrations", "queue", "disk", "time zones", "port"}
        assert all(one["mend"] for one in found.values() if one["state"] != "fine")

    def test_a_file_that_is_not_there_is_named(self, installation: Installation):
        said = installation.verb("import", "members", "nowhere.csv")
        assert said.returncode == 1
        assert "nowhere.csv: There is no such file" in said.stderr

    def test_a_database_that_does_not_answer_is_named(self, installation: Installation, monkeypatch):
        monkeypatch.setattr(
            Installation, "env", {**installation.env, "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none"}
        )
        said = installation.verb("doctor", "--json")
        assert said.returncode == 1
        first = json.loads(said.stdout)["findings"][0]
        assert first["what"] == "database"
        assert first["state"] == "broken"
        migrated = installation.verb("migrate", "--json")
        assert migrated.returncode == 1
        assert "DATABASE_URL" in json.loads(migrated.stdout)["error"]
