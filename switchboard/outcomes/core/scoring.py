"""The score of a filled-in instrument: total, band, positive or not, and subscales.

A missing item is never zero. Without every required item the total is None and the reason says how many
of how many were answered; nothing is prorated. A screen may still be called positive early: when the
answers given already reach the cut-off, no further answer could take it back.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from switchboard.kernel.reasons import Decision, Reason
from switchboard.outcomes.core.answers import Answer, Person, latest
from switchboard.outcomes.core.instrument import Cutoff, Instrument, Item, Option, Subscale

Chosen = Mapping[str, tuple[Option, ...]]


@dataclass(frozen=True, slots=True)
class Subscore:
    """The sum of one subscale; ``total`` and ``positive`` are None when an item is missing."""

    code: str
    total: int | None
    positive: bool | None


@dataclass(frozen=True, slots=True)
class Score:
    """What the answers come to. ``total``, ``band`` and ``positive`` are None where they cannot be known."""

    total: int | None
    band: str | None
    positive: bool | None
    answered: int
    of: int
    subscales: tuple[Subscore, ...] = ()

    @property
    def complete(self) -> bool:
        """Tell whether every item the score needs was answered."""
        return self.answered == self.of


def score(instrument: Instrument, answers: Iterable[Answer], person: Person) -> Decision[Score]:
    """Score the newest answer of each item; the reasons name what is missing, the band and the cut-off."""
    chosen = choices(instrument, answers)
    needed = [i for i in instrument.items if i.required and shown(i, chosen)]
    answered = sum(1 for i in needed if i.link_id in chosen)
    counted = [i for i in instrument.items if i.counts and shown(i, chosen)]
    partial = _sum(counted, chosen)
    complete = answered == len(needed)
    total = partial if complete and instrument.totalled else None
    cutoff = cutoff_for(instrument, person)
    subscales = tuple(_subscore(s, chosen) for s in instrument.subscales)
    result = Score(
        total=total,
        band=_band(instrument, total),
        positive=_positive(instrument, partial, complete, cutoff, subscales),
        answered=answered,
        of=len(needed),
        subscales=subscales,
    )
    return Decision(result, tuple(_because(instrument, result, cutoff, person)))


def choices(instrument: Instrument, answers: Iterable[Answer]) -> dict[str, tuple[Option, ...]]:
    """Give the options chosen, by link id; an unreadable or doubled answer is left out, as if not given."""
    chosen: dict[str, tuple[Option, ...]] = {}
    for link_id, given in latest(answers).items():
        item = instrument.item(link_id)
        if item is None or (len(given) > 1 and not item.repeats):
            continue
        options = [item.option(a.value) for a in given]
        if all(options):
            chosen[link_id] = tuple(o for o in options if o)
    return chosen


def shown(item: Item, chosen: Chosen) -> bool:
    """Tell whether an item is asked at all, given the answers so far."""
    when = item.shown_when
    if when is None:
        return True
    return any(o.value in when.values for link_id in when.items for o in chosen.get(link_id, ()))


def cutoff_for(instrument: Instrument, person: Person) -> Cutoff | None:
    """Give the cut-off for this person; the lowest one when their sex is unknown or not listed."""
    fits = [c for c in instrument.cutoffs if c.applies(person.sex)] or instrument.cutoffs
    return min(fits, key=lambda c: c.at_least, default=None)


def _sum(items: Iterable[Item], chosen: Chosen) -> int:
    return sum(o.score for i in items for o in chosen.get(i.link_id, ()))


def _band(instrument: Instrument, total: int | None) -> str | None:
    if total is None:
        return None
    held = [b.code for b in instrument.bands if b.at_least <= total]
    return held[-1] if held else None


def _positive(
    instrument: Instrument,
    partial: int,
    complete: bool,
    cutoff: Cutoff | None,
    subscales: tuple[Subscore, ...],
) -> bool | None:
    if any(s.positive for s in subscales):
        return True
    if cutoff is not None and instrument.totalled:
        return True if partial >= cutoff.at_least else (False if complete else None)
    known = [s.positive for s in subscales if s.positive is not None]
    return False if known and complete else None


def _subscore(subscale: Subscale, chosen: Chosen) -> Subscore:
    given = [chosen.get(link_id) for link_id in subscale.items]
    partial = sum(o.score for options in given if options for o in options)
    total = partial if all(given) else None
    if subscale.at_least is None:
        return Subscore(subscale.code, total, None)
    if partial >= subscale.at_least:
        return Subscore(subscale.code, total, True)
    return Subscore(subscale.code, total, None if total is None else False)


def _because(
    instrument: Instrument, result: Score, cutoff: Cutoff | None, person: Person
) -> Iterable[Reason]:
    ref = instrument.ref
    if not result.complete:
        yield Reason("score_incomplete", {"answered": result.answered, "of": result.of}, ref)
    elif result.total is not None:
        yield Reason("score_total", {"total": result.total, "name": instrument.code.upper()}, ref)
    if cutoff and instrument.totalled and result.positive is not None:
        code = "score_positive" if result.positive else "score_below"
        yield Reason(code, {"cutoff": cutoff.at_least}, ref)
        if person.sex is None and any(c.sex for c in instrument.cutoffs):
            yield Reason("score_cutoff_sex_unknown", {"cutoff": cutoff.at_least}, ref)
    for sub in result.subscales:
        if sub.positive:
            yield Reason("score_subscale_positive", {"subscale": sub.code}, ref)
    if result.complete and result.total is None:
        yield Reason("score_by_parts", {"name": instrument.code.upper()}, ref)
