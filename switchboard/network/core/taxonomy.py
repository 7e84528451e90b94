"""What a practitioner's taxonomy codes say: behavioral or not, which profession, whether they prescribe."""

from collections.abc import Sequence
from dataclasses import dataclass

from switchboard.rulebook.listings import entries
from switchboard.rulebook.rules import Value

RANK = ("psychiatrist", "psychiatric_np", "psychologist", "physician")  # these outrank the order of the codes


@dataclass(frozen=True, slots=True)
class Calling:
    """What the codes mean. ``profession`` is empty for somebody who is not behavioral."""

    behavioral: bool
    profession: str
    prescribes: bool
    treats: tuple[str, ...]


def calling(taxonomies: Sequence[str], rules: Value) -> Calling:
    """Give what codes mean, by the rule ``network/behavioral_taxonomies``; primary code first."""
    known = {entry["code"]: entry for entry in rules["codes"]}
    found = [known[code] for code in taxonomies if code in known]
    if not found:
        return Calling(False, "", False, ())
    professions = [entry["profession"] for entry in found]
    profession = min(professions, key=lambda p: RANK.index(p) if p in RANK else len(RANK))
    treats = tuple(dict.fromkeys(code for entry in found for code in entry["treats"]))
    return Calling(True, profession, bool(entries("professions")[profession]["prescribes"]), treats)
