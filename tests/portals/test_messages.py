"""What is marked for translation is in Spanish, and the compiled catalogue is the one people edited."""

import importlib.util
from pathlib import Path

import pytest
from django.utils.translation import gettext, override

SCRIPT = Path(__file__).parents[2] / "scripts/messages.py"


@pytest.fixture(scope="module")
def messages():
    spec = importlib.util.spec_from_file_location("messages", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_everything_marked_has_spanish_words(messages):
    assert messages.missing(messages.merged()) == []


def test_the_catalogue_holds_what_is_marked_and_nothing_else(messages):
    """Run `make messages` and commit both files when this fails."""
    assert {str(m.id) for m in messages.known()} == {str(m.id) for m in messages.merged()}


def test_the_compiled_catalogue_is_current(messages):
    assert messages.SPANISH.with_suffix(".mo").read_bytes() == messages.mo(messages.known())


def test_a_placeholder_survives_translation(messages):
    assert [error for m in messages.known() if m.id for error in m.check(messages.known())] == []


def test_templates_are_read_for_messages(messages, tmp_path):
    page = tmp_path / "templates" / "page.html"
    page.parent.mkdir()
    one = '{% load i18n %}<p>it\'s {% translate "One" %}</p>'
    two = "  {% blocktranslate %}Two {{ n }}{% endblocktranslate %}"
    page.write_text(f"{one}\n{two}")
    assert {m.id for m in messages.marked(tmp_path) if m.id} == {"One", "Two %(n)s"}


def test_the_program_speaks_spanish():
    with override("es"):
        assert gettext("Choose a time") == "Elija una hora"
