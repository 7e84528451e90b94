"""Find a risk answer in whatever arrives: a QuestionnaireResponse or Observation, however broken (edge C5).

The salvage reads before anything is validated and forgives every shape: an answer that may mean somebody is
in danger must reach a person even when the file it came in is refused.
"""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from switchboard.interop.risks import FoundRisk, named
from switchboard.outcomes.core.answers import Answer
from switchboard.outcomes.core.safety import RiskRule, risk_of

ASKED = frozenset({"QuestionnaireResponse", "Observation"})
VALUES = ("valueInteger", "valueCoding", "valueString", "valueBoolean", "valueDecimal", "valueQuantity",
          "valueCodeableConcept")  # fmt: skip
DEEPEST = 30
ID = re.compile(r"[A-Za-z0-9.-]{1,64}")


def salvaged(
    resource: dict[str, Any], file: str, line: int, rule: RiskRule, now: datetime
) -> FoundRisk | None:
    """Give the risk a resource speaks of, or None when it speaks of none."""
    kind = resource.get("resourceType")
    given = list(_answers(resource) if kind == "QuestionnaireResponse" else _observed(resource))
    decision = risk_of(given, rule, now)
    if not decision.outcome.needs_call:
        return None
    about, contact = _about(resource)
    return FoundRisk(
        file, line, _name(resource), about, decision.outcome, decision.because[0], contact=contact
    )


def _name(resource: dict[str, Any]) -> str:
    """Name a resource by type and id; one without a proper id by all it says, else two would be one."""
    kind, own = resource.get("resourceType"), resource.get("id")
    if isinstance(own, str) and ID.fullmatch(own):
        return f"{kind}/{own}"
    return named(str(kind), json.dumps(resource, sort_keys=True, default=str))


def _about(resource: dict[str, Any]) -> tuple[str, str]:
    """Give the source's key for whom a resource is about, and what it says of them."""
    subject = resource.get("subject")
    if not isinstance(subject, dict):
        return "", ""
    reference = str(subject.get("reference") or "")
    identifier = subject.get("identifier")
    number = identifier.get("value") if isinstance(identifier, dict) else ""
    said = [str(part)[:120] for part in (subject.get("display"), reference, number) if part]
    return reference.rpartition("/")[2].removeprefix("urn:uuid:"), ", ".join(said)


def _answers(resource: dict[str, Any]) -> Iterator[Answer]:
    """Yield every answer of a response, at any depth, also of items that should be hidden."""
    at, instrument = _when(resource.get("authored")), str(resource.get("questionnaire") or "")
    for item in _items(resource, 0):
        link = str(item.get("linkId") or "")
        for answer in _list(item.get("answer")):
            value = _value(answer)
            text = str(item.get("text") or "")
            yield Answer(link, value, at, loinc=_loinc(link), text=text, instrument=instrument)


def _items(holder: dict[str, Any], depth: int) -> Iterator[dict[str, Any]]:
    if depth > DEEPEST:
        return
    for item in _list(holder.get("item")):
        yield item
        yield from _items(item, depth + 1)
        for answer in _list(item.get("answer")):
            yield from _items(answer, depth + 1)


def _observed(resource: dict[str, Any]) -> Iterator[Answer]:
    """Yield an Observation's value, and its components', under their LOINC codes."""
    at = _when(resource.get("effectiveDateTime"))
    for part in (resource, *_list(resource.get("component"))):
        concept = part.get("code")
        for coding in _list(concept.get("coding") if isinstance(concept, dict) else None):
            code = str(coding.get("code") or "")
            said = any(key in part for key in VALUES)
            if said:
                yield Answer(code, _value(part), at, loinc=code, text=str(coding.get("display") or ""))


def _list(found: Any) -> list[dict[str, Any]]:
    return [f for f in (found if isinstance(found, list) else [found]) if isinstance(f, dict)]


def _loinc(link: str) -> str:
    return link.strip("/").rpartition("/")[2]


def _value(holder: dict[str, Any]) -> Any:
    """Give the answer as it came: a number, a code, words; None when it cannot be read."""
    found = next((holder[key] for key in VALUES if key in holder), None)
    if isinstance(found, dict):
        concept, coding = found, _list(found.get("coding"))
        found = coding[0] if coding else found
        number = found.get("value")  # a Quantity's code is its unit
        return number if number is not None else _said(found) or _said(concept)
    return found if isinstance(found, int | float | str | bool) else None


def _said(found: dict[str, Any]) -> Any:
    return found.get("code") or found.get("display") or found.get("text")


def _when(text: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo else None
