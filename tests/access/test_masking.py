"""Lists show initials and the last four, and a short number not even that."""

import pytest

from switchboard.platform.masking import initials, last_four, listed


@pytest.mark.parametrize(
    ("given", "family", "shown"),
    [("Ana", "García", "A. G."), ("", "García", "G."), (" ", "", ""), ("ángel", "de la O", "Á. D.")],
)
def test_initials(given, family, shown):
    assert initials(given, family) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [("M12345678", "••••5678"), ("1234567", "••••"), ("", "••••"), ("12345678", "••••5678")],
)
def test_last_four(number, shown):
    assert last_four(number) == shown


def test_a_line_of_a_list():
    assert listed("Ana", "García", "M12345678") == "A. G. ••••5678"
