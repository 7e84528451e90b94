"""One step of the conversation as a page shows it and a form sends it, for members and navigators alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _

from switchboard.frontdoor.actions import answer_item, say
from switchboard.frontdoor.core.conversation import Question, Said, Step, path, questions
from switchboard.frontdoor.queries import RequestView
from switchboard.outcomes.actions import NotAnswerable
from switchboard.platform.access import Viewer
from switchboard.rulebook.listings import entries

RATHER_NOT = "skip"


class NotAStep(LookupError):  # noqa: N818 - it is an answer, not a fault
    """The conversation has no such step (any more): an earlier answer has closed it."""


@dataclass(frozen=True, slots=True)
class Screen:
    """One question a screen. ``options``: (value, label); ``value``: what was said before."""

    key: str
    legend: str
    hint: str
    options: tuple[tuple[str, str], ...]
    value: Any
    many: bool
    select: bool
    optional: bool
    number: int
    of: int
    back: str | None
    of_instrument: bool


def screen_for(
    said: Said, key: str, language: str, *, usual: Mapping[str, Any] | None = None, sent: Any = None
) -> Screen:
    """Give the screen of a step; raise :class:`NotAStep` when the path has none of that key.

    ``usual`` are answers of an earlier time, shown as chosen until this time's is given; ``sent`` is an
    answer that could not be kept and is shown again.
    """
    steps = path(said)
    place = next((n for n, step in enumerate(steps) if step.key == key), None)
    if place is None:
        raise NotAStep(key)
    step = steps[place]
    back = steps[place - 1].key if place else None
    shown = _item(said, step, language) if step.instrument else _own(said, step, language, usual or {})
    if sent:
        shown["value"] = sent
    return Screen(key=key, number=place + 1, of=len(steps), back=back, **shown)


def _item(said: Said, step: Step, language: str) -> dict[str, Any]:
    instrument = said.instruments(step.instrument)
    item = instrument.item(step.code)
    assert item is not None, "the path names only items of the instrument"
    options = [(str(o.value), _in(o.text, language)) for o in item.options]
    value = said.items.get(step.instrument, {}).get(step.code, "")
    return {
        "legend": _in(item.text, language),
        "hint": _in(instrument.stem, language),
        "options": (*options, (RATHER_NOT, _("I'd rather not say"))),
        "value": RATHER_NOT if value is None else value,
        "many": False,
        "select": False,
        "optional": False,
        "of_instrument": True,
    }


def _own(said: Said, step: Step, language: str, usual: Mapping[str, Any]) -> dict[str, Any]:
    question = questions(said.today)[step.code]
    return {
        "legend": _in(question.text, language),
        "hint": _in(question.hint, language),
        "options": options_of(question, language),
        "value": said.intake.get(step.code, usual.get(step.code, "")),
        "many": question.kind in ("many", "background"),
        "select": question.kind in ("state", "language"),
        "optional": question.optional,
        "of_instrument": False,
    }


def options_of(question: Question, language: str) -> tuple[tuple[str, str], ...]:
    """Give the options of a question of ours: value and words."""
    listing = {"state": "states", "language": "languages", "background": "backgrounds"}.get(question.kind)
    if listing is None:
        return tuple((o["code"], _in(o, language)) for o in question.options)
    return tuple((code, _in(entry, language)) for code, entry in entries(listing).items())


def _in(words: Mapping[str, Any], language: str) -> str:
    said: str = words.get(language.partition("-")[0]) or words.get("en", "")
    return said


def keep_step(
    *, request: RequestView, said: Said, key: str, form: QueryDict, by: Viewer, language: str
) -> bool:
    """Keep what a form says about a step; True when it opens a crisis task.

    Raises :class:`NotAStep`, :class:`NotSayable` or :class:`NotAnswerable`; nothing is kept then.
    """
    step = next((s for s in path(said) if s.key == key), None)
    if step is None:
        raise NotAStep(key)
    if step.instrument:
        given = form.get("answer", "")
        if given != RATHER_NOT and not given.isdigit():
            raise NotAnswerable(_("Please choose one of the answers."))
        value = None if given == RATHER_NOT else int(given)
        heard = answer_item(
            request_id=request.request_id,
            instrument=step.instrument,
            link_id=step.code,
            value=value,
            by=by,
            language=language,
        )
        return heard.crisis
    question = questions(said.today)[step.code]
    many = question.kind in ("many", "background")
    answer: Any = form.getlist("answer") if many else form.get("answer", "")
    return say(request_id=request.request_id, question=step.code, value=answer, by=by)


def request_key(public_id: str) -> UUID | None:
    """Read a request's id from an address; None when it is none."""
    try:
        return UUID(public_id)
    except ValueError:
        return None
