"""Every answer has its sentence."""

import pytest

from switchboard.rulebook.words import say
from switchboard.scheduling.core.answer import Answer, decided


@pytest.mark.parametrize("answer", list(Answer))
def test_every_answer_has_words_in_both_languages(answer: Answer):
    (reason,) = decided(answer, state="booked").because
    assert say(reason, "en") != say(reason, "es")
