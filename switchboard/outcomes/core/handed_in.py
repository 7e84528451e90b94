"""Read a questionnaire as other systems hand it in: a FHIR R4 QuestionnaireResponse or a plain form.

Forgives every shape: what cannot be read becomes an answer that cannot be read, and the crisis rule judges
that as unknown. Whether the form may be scored is decided afterwards, by :mod:`validity`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from switchboard.outcomes.core.answers import Answer, Response, Value, plain
from switchboard.outcomes.core.instrument import Instrument, catalogue

VALUES = ("valueInteger", "valueCoding", "valueString", "valueBoolean", "valueDecimal", "valueQuantity")
DEEPEST = 40
GIVEN_BY = ("self", "proxy", "staff", "import")


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A response, whom it says it is about, and the questionnaire as the sender calls it.

    ``member`` is our public id as sent, ``member_number`` the plan's; ``contact`` is whatever else was said
    of the person.
    """

    response: Response
    instrument: Instrument | None
    member: str
    member_number: str
    contact: str


def read_form(sent: Mapping[str, Any], today: date) -> HandedIn:
    """Read either form; nothing that is sent makes it raise."""
    return _fhir(sent, today) if sent.get("resourceType") else _plain(sent, today)


def _plain(sent: Mapping[str, Any], today: date) -> HandedIn:
    name = _text(sent.get("instrument"))
    found = _instrument(name, today)
    at = _when(sent.get("authored"))
    given = tuple(_given(answer, found, at, name) for answer in _dicts(sent.get("answers")))
    total = sent.get("total")
    response = _response(
        given, found, name, _text(sent.get("version")), _text(sent.get("language")), at,
        given_by=_text(sent.get("given_by")), completed=sent.get("completed") is not False,
        total=total if isinstance(total, int) and not isinstance(total, bool) else None,
    )  # fmt: skip
    return HandedIn(
        response,
        found,
        _text(sent.get("member")),
        _text(sent.get("member_number")),
        _text(sent.get("contact")),
    )


def _given(answer: Mapping[str, Any], found: Instrument | None, at: datetime | None, name: str) -> Answer:
    link, loinc = _text(answer.get("link_id")), _text(answer.get("loinc"))
    return Answer(
        _own_link(link, loinc, found), _value_of(answer.get("value")), at, loinc=loinc,
        text=_text(answer.get("text")), instrument=name,
    )  # fmt: skip


def _fhir(sent: Mapping[str, Any], today: date) -> HandedIn:
    canonical, _, version = _text(sent.get("questionnaire")).partition("|")
    name = canonical.rstrip("/").rpartition("/")[2]
    found = _instrument(name, today)
    at = _when(sent.get("authored"))
    answers = tuple(_answers(sent, found, at, name))
    response = _response(
        answers, found, name, version, _text(sent.get("language")), at, given_by="",
        completed=_text(sent.get("status")) in ("completed", "amended"), total=None,
    )  # fmt: skip
    subject = sent.get("subject")
    about: Mapping[str, Any] = subject if isinstance(subject, dict) else {}
    identifier = about.get("identifier")
    number = _text(identifier.get("value")) if isinstance(identifier, dict) else ""
    reference = _text(about.get("reference")).rpartition("/")[2].removeprefix("urn:uuid:")
    contact = " ".join(filter(None, (_text(about.get("display")), number, reference)))
    return HandedIn(response, found, reference, number, contact)


def _answers(
    sent: Mapping[str, Any], found: Instrument | None, at: datetime | None, name: str
) -> Iterator[Answer]:
    for item in _items(sent, 0):
        link = _text(item.get("linkId"))
        loinc = link.strip("/").rpartition("/")[2]
        for answer in _dicts(item.get("answer")):
            value = next((answer[key] for key in VALUES if key in answer), None)
            yield Answer(
                _own_link(link, loinc, found), _value_of(value), at, loinc=loinc,
                text=_text(item.get("text")), instrument=name,
            )  # fmt: skip


def _items(holder: Mapping[str, Any], depth: int) -> Iterator[Mapping[str, Any]]:
    if depth > DEEPEST:
        return
    for item in _dicts(holder.get("item")):
        yield item
        yield from _items(item, depth + 1)
        for answer in _dicts(item.get("answer")):
            yield from _items(answer, depth + 1)


def _response(
    answers: tuple[Answer, ...],
    found: Instrument | None,
    name: str,
    version: str,
    language: str,
    at: datetime | None,
    *,
    given_by: str,
    completed: bool,
    total: int | None,
) -> Response:
    in_force = found.ref.version if found else ""
    who = given_by if given_by in GIVEN_BY else "import"
    code = found.code if found else name
    return Response(code, version or in_force, language or "en", answers, at, who, completed, total)


def _instrument(name: str, today: date) -> Instrument | None:
    """Give the instrument a sender means, by our code or its LOINC panel; None when there is none such."""
    said = plain(name).replace(" ", "")
    return next(
        (
            one
            for one in catalogue(today)
            if said and said in (_squeezed(one.code), _squeezed(one.loinc_panel))
        ),
        None,
    )


def _squeezed(text: str) -> str:
    return plain(text).replace(" ", "")


def _own_link(link: str, loinc: str, found: Instrument | None) -> str:
    """Give our link id for an item that is named by ours or by its LOINC code; else the sender's."""
    items: Iterable[Any] = found.items if found else ()
    for item in items:
        if link == item.link_id or (loinc and loinc == item.loinc):
            return str(item.link_id)
    return link


def _value_of(found: Any) -> Value:
    if isinstance(found, dict):
        number = found.get("value")  # a Quantity's code is its unit
        said = number if number is not None else found.get("code") or found.get("display")
        return said if isinstance(said, int | float | str) else None
    return found if isinstance(found, int | float | str | bool) else None


def _text(found: Any) -> str:
    return found if isinstance(found, str) else ""


def _dicts(found: Any) -> list[Mapping[str, Any]]:
    return [f for f in (found if isinstance(found, list) else [found]) if isinstance(f, dict)]


def _when(text: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(_text(text))
    except ValueError:
        return None
    return found if found.tzinfo else None
