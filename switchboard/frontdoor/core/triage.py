"""What the answers mean: an acuity, a lane, and what a provider must be able to do.

Our own routing (``routing/lanes``), deterministic, with a reason for each step; it is not a
medical-necessity criterion and says so. Every finding proposes an acuity and a lane; the gravest acuity
counts, and the lane is that of the gravest finding (of two as grave, the more intensive lane).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from switchboard.kernel.reasons import Decision, Reason
from switchboard.matching.core.results import group_of
from switchboard.rulebook.rules import Value, rule

# From the most to the least intensive: of two findings as grave, the earlier lane wins.
LANES = (
    "crisis_now",
    "higher_level",
    "urgent",
    "prescriber",
    "specialist",
    "therapy",
    "coaching",
    "social_support",
)

# What a parent or caregiver may say of somebody's safety (``frontdoor/questions``, ``their_safety``).
TOLD_BY_ANOTHER = frozenset({"now", "lately", "before", "unsure"})
DANGER = 2  # the mildest acuity of somebody in danger


@dataclass(frozen=True, slots=True)
class Findings:
    """The facts triage reads.

    ``risk``: none, unknown, positive or imminent; ``scores``: totals by instrument; ``positives``: screens
    that are positive; ``left_open``: screens asked, with too few answers to know; ``dangers``: alarming
    options ever chosen; ``intake``: the front door's own answers.
    """

    age: int
    risk: str = "none"
    scores: Mapping[str, int] = field(default_factory=dict)
    positives: frozenset[str] = frozenset()
    left_open: frozenset[str] = frozenset()
    dangers: frozenset[str] = frozenset()
    intake: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Needs:
    """What a provider must be able to do. ``every``: treat all the conditions, else any of them.

    ``visit`` is the kind of visit to look for (None: any) and ``visit_minutes`` the least it may last;
    ``group`` is who is like them, for results known of such people (``matching/results``).
    """

    conditions: tuple[str, ...]
    every: bool
    helpful: tuple[str, ...]
    level_of_care: str
    within_days: int
    visit: str | None = None
    visit_minutes: int = 0
    group: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Give the form that is stored with the triage."""
        return {
            "conditions": list(self.conditions),
            "every": self.every,
            "helpful": list(self.helpful),
            "level_of_care": self.level_of_care,
            "within_days": self.within_days,
            "visit": self.visit,
            "visit_minutes": self.visit_minutes,
            "group": self.group,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Needs":
        """Read back what ``as_json`` gave."""
        return cls(
            tuple(data["conditions"]),
            data["every"],
            tuple(data["helpful"]),
            data["level_of_care"],
            data["within_days"],
            data.get("visit"),  # asked before there were kinds of visit
            data.get("visit_minutes", 0),
            data.get("group"),
        )


@dataclass(frozen=True, slots=True)
class Triaged:
    """Acuity 1 (crisis now) to 5 (mild), the lane, its urgency, other lanes beside, and the needs."""

    acuity: int
    lane: str
    urgency: str
    beside: tuple[str, ...]
    needs: Needs


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: how grave, which lane it asks for, what must be treated."""

    acuity: int
    lane: str
    code: str
    treats: tuple[str, ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict)


def triage(found: Findings, today: date) -> Decision[Triaged]:
    """Decide where this person should go and why."""
    value = rule("routing/lanes").on(today)
    findings = sorted(_findings(found, value), key=lambda f: (f.acuity, LANES.index(f.lane)))
    gravest = findings[0]
    because = tuple(Reason(f.code, f.params, value.ref) for f in findings)
    beside = tuple(dict.fromkeys(f.lane for f in findings if f.lane != gravest.lane))
    triaged = Triaged(
        gravest.acuity,
        gravest.lane,
        value["urgency"][str(gravest.acuity)],
        beside,
        _needs(found, gravest, findings, value, today),
    )
    return Decision(triaged, because)


def safer(ours: Decision[Triaged], theirs: Decision[Triaged]) -> Decision[Triaged]:
    """Give another routing's decision, unless ours found danger (acuity 1 or 2) and theirs is milder."""
    if ours.outcome.acuity <= DANGER < theirs.outcome.acuity or ours.outcome.acuity == 1:
        return Decision(ours.outcome, (*ours.because, *theirs.because))
    return theirs


def level_of(lane: str) -> str:
    """Give the level of care a lane books into."""
    return {"coaching": "coaching", "higher_level": "intensive_outpatient"}.get(lane, "outpatient")


def first_visit(lane: str, value: Value) -> Mapping[str, Any]:
    """Give the kind and least length of the first visit that a lane looks for."""
    return {"visit": value["visits"].get(lane), "visit_minutes": value["visit_minutes"].get(lane, 0)}


def people_like(scores: Mapping[str, int], today: date) -> str | None:
    """Give the group of people whose results say most about somebody with these scores, or None."""
    group = group_of(scores, rule("matching/results").on(today))
    return None if group is None else str(group["code"])


def _needs(found: Findings, gravest: Finding, findings: list[Finding], value: Value, today: date) -> Needs:
    wanted = [code for f in findings for code in f.treats]
    wanted += [value["treats"][r] for r in found.intake.get("reasons", ()) if r in value["treats"]]
    # What makes the lane is a must; the rest is any of it: it makes a better fit and empties no list. Who is
    # in danger is never kept from the soonest clinician by a specialty.
    must = {
        "prescriber": ("medication",),
        "coaching": ("coaching",),
        "social_support": ("social_needs",),
        "specialist": gravest.treats,
    }.get(gravest.lane, ())
    further = tuple(code for code in dict.fromkeys(wanted) if code not in must)
    return Needs(
        conditions=must or further,
        every=bool(must),
        helpful=further if must else (),
        level_of_care=level_of(gravest.lane),
        within_days=value["within_days"][str(gravest.acuity)],
        **first_visit(gravest.lane, value),
        group=people_like(found.scores, today),
    )


def _findings(found: Findings, value: Value) -> Iterator[Finding]:
    yield from _safety(found)
    yield from _danger(found, value)
    yield from _unusual(found)
    yield from _depression(found, value)
    yield from _worry_and_trauma(found, value)
    yield from _use(found, value)
    yield from _not_known(found, value)
    yield from _reasons(found, value)
    yield from _wishes(found)
    if found.age < 18:
        yield Finding(5, "coaching", "triage_child", params={"age": found.age})


def _safety(found: Findings) -> Iterator[Finding]:
    theirs = "_theirs" if found.dangers & TOLD_BY_ANOTHER else ""
    if found.risk == "imminent":
        yield Finding(1, "crisis_now", f"triage_risk_now{theirs}", ("self_harm",))
    elif found.risk == "positive":
        yield Finding(2, "urgent", f"triage_risk{theirs}", ("self_harm",))
    elif found.risk == "unknown":
        yield Finding(2, "urgent", f"triage_risk_unknown{theirs}", ("self_harm",))


def _danger(found: Findings, value: Value) -> Iterator[Finding]:
    for code in value["dangers"]:
        if code in found.dangers:
            entry = value["dangers"][code]
            yield Finding(entry["acuity"], entry["lane"], f"triage_{code}", tuple(entry["treats"]))


def _not_known(found: Findings, value: Value) -> Iterator[Finding]:
    """Answers left out never make somebody milder: a screen that stays open is looked at by a clinician."""
    for code in value["opens_therapy"]:
        if code in found.positives and code not in found.scores:
            treats = (value["opens_therapy"][code],)
            yield Finding(4, "therapy", "triage_positive_without_total", treats, {"screen": code.upper()})
        elif code in found.left_open:
            yield Finding(4, "therapy", "triage_left_open", params={"screen": code.upper()})


def _unusual(found: Findings) -> Iterator[Finding]:
    said = found.intake.get("unusual", ())
    if "voices" in said:
        yield Finding(2, "prescriber", "triage_voices", ("psychosis",))
    if "no_sleep" in said:
        yield Finding(3, "prescriber", "triage_energy", ("bipolar",))
    if "not_eating" in said:
        yield Finding(2, "higher_level", "triage_not_eating", ("eating_disorder",))
    if "discharge" in found.intake.get("history", ()):
        yield Finding(3, "therapy", "triage_discharge")


def _depression(found: Findings, value: Value) -> Iterator[Finding]:
    total = max((found.scores[c] for c in ("phq-9", "phq-9m") if c in found.scores), default=None)
    stuck = int(found.intake.get("function") or 0) >= value["function_cannot_keep_up"]
    if total is not None and total >= value["depression_severe"]:
        if stuck:
            yield Finding(3, "higher_level", "triage_severe_and_stuck", ("depression",), {"total": total})
        yield Finding(3, "prescriber", "triage_depression_severe", ("depression",), {"total": total})
    elif total is not None and total >= value["depression_moderate"]:
        yield Finding(4, "therapy", "triage_depression", ("depression",), {"total": total})
    epds = found.scores.get("epds")
    if epds is not None and epds >= value["perinatal_probable"]:
        yield Finding(3, "specialist", "triage_perinatal", ("perinatal",), {"total": epds})
    elif epds is not None and "epds" in found.positives:
        yield Finding(4, "therapy", "triage_perinatal_possible", ("perinatal",), {"total": epds})


def _worry_and_trauma(found: Findings, value: Value) -> Iterator[Finding]:
    total = found.scores.get("gad-7")
    if total is not None and total >= value["anxiety_moderate"]:
        severe = total >= value["anxiety_severe"]
        code = "triage_anxiety_severe" if severe else "triage_anxiety"
        yield Finding(3 if severe else 4, "therapy", code, ("anxiety",), {"total": total})
    if "pc-ptsd-5" in found.positives:
        yield Finding(4, "specialist", "triage_trauma", ("trauma",))
    if "psc-17" in found.positives:
        yield Finding(4, "therapy", "triage_child_screen", ("child_behavior",))


def _use(found: Findings, value: Value) -> Iterator[Finding]:
    drinks = found.scores.get("audit-c")
    if drinks is not None and drinks >= value["alcohol_high"]:
        yield Finding(3, "specialist", "triage_alcohol_high", ("alcohol_use",), {"total": drinks})
    elif drinks is not None and "audit-c" in found.positives:
        yield Finding(4, "therapy", "triage_alcohol", ("alcohol_use",), {"total": drinks})
    if "drug-1" in found.positives:
        yield Finding(4, "specialist", "triage_drugs", ("substance_use",))


def _reasons(found: Findings, value: Value) -> Iterator[Finding]:
    reasons = found.intake.get("reasons", ())
    for reason in reasons:
        if reason in value["specialist_reasons"]:
            yield Finding(4, "specialist", f"triage_reason_{reason}", (value["treats"][reason],))
        if reason in value["therapy_reasons"]:
            yield Finding(4, "therapy", "triage_reason_therapy", (value["treats"][reason],))
    if "needs" in reasons or "ahc-hrsn" in found.positives:
        yield Finding(5, "social_support", "triage_needs", ("social_needs",))


def _wishes(found: Findings) -> Iterator[Finding]:
    wants, reasons = found.intake.get("wants"), set(found.intake.get("reasons", ()))
    if wants in ("medicine", "both") or "medicine" in reasons:
        yield Finding(4, "prescriber", "triage_wants_medicine", ("medication",))
    elif wants == "talk":
        yield Finding(4, "therapy", "triage_wants_talk")
    elif wants == "light" or not reasons or reasons - {"needs"}:
        yield Finding(5, "coaching", "triage_mild")
