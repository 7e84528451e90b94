"""People who asked for care in the past weeks: what they said, what it came to, whom they will see.

What they answer is drawn; what it means is decided by the same cores that decide it for everybody else:
scores, risk, triage and access clocks. Nothing fits for some: they wait, and their clocks run out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
from numpy.random import Generator

from switchboard.demo.care import CALL_WITHIN, Roll
from switchboard.demo.clinicians import Network
from switchboard.demo.geography import STATES
from switchboard.demo.hours import Clock, Diaries
from switchboard.demo.people import ADULT, LINES, TEEN
from switchboard.demo.plan import PAST_WEEKS, ZONE, Plan
from switchboard.demo.slots import Visits
from switchboard.frontdoor.core.access_clock import Asked, access_rules, due
from switchboard.frontdoor.core.triage import Findings, Triaged, triage
from switchboard.kernel.reasons import Decision
from switchboard.outcomes.core.answers import Answer, Person
from switchboard.outcomes.core.instrument import Instrument, instrument
from switchboard.outcomes.core.safety import Risk, RiskRule, risk_of, risk_rule
from switchboard.outcomes.core.scoring import Score, score
from switchboard.rulebook.listings import codes
from switchboard.rulebook.rules import rule

SHARE, MOST = 0.045, 15_000  # of members, in six weeks; and in all
DAY = 24 * 60  # minutes
# Why people come, how often, and how much it weighs on the mood score.
REASONS = {
    "mood": (0.26, 1.0), "worry": (0.24, 0.5), "stress": (0.14, 0.1), "trauma": (0.08, 0.7),
    "relationship": (0.06, 0.2), "sleep": (0.04, 0.4), "grief": (0.04, 0.5), "alcohol_drugs": (0.05, 0.5),
    "focus": (0.04, 0.1), "medicine": (0.03, 0.6), "perinatal": (0.02, 0.4), "eating": (0.015, 0.6),
    "ocd": (0.015, 0.4), "needs": (0.02, 0.3), "other": (0.015, 0.2),
}  # fmt: skip
CHILD_REASONS = ("child", "focus", "worry", "mood", "trauma")
WANTS = {"talk": 0.55, "unsure": 0.16, "both": 0.13, "medicine": 0.06, "light": 0.1}
CHANNELS = {"portal": 0.56, "phone": 0.44}
# Days from asking to the visit that is chosen: the median by lane.
WAIT = {"urgent": 1.5, "prescriber": 11, "specialist": 10, "therapy": 6, "coaching": 3, "social_support": 4}
HOURS = np.array(
    [1, 1, 1, 1, 1, 1, 3, 8, 20, 30, 32, 30, 24, 26, 28, 26, 22, 18, 16, 18, 18, 12, 6, 3], float
)
WEEKDAYS = np.array([1.25, 1.1, 1.0, 1.0, 0.8, 0.35, 0.4])
ALARMS = (25, 50, 190)  # minutes ago: the newest positive answers, the last of them already answered to
TRIES = 40
STALE_DAYS = 9  # after so many, most requests nobody came back to are closed


@dataclass(slots=True)
class Taken:
    """One instrument filled in: the answers by item, which of them speak of risk, and the score."""

    instrument: Instrument
    answers: list[Answer]
    risks: dict[str, Decision[Risk]]
    score: Decision[Score]


@dataclass(slots=True)
class Case:
    """One request while it is drawn. Instants are minutes since 1970 UTC; ``who`` counts the roll from 0."""

    id: int
    who: int
    member: int
    age: int
    line: str
    state: str
    language: str
    channel: str
    asked: int
    intake: dict[str, Any]
    taken: list[Taken]
    decision: Decision[Triaged]
    due_at: datetime | None
    due_rule: str
    stage: str = "triaged"
    offered: int = 0
    first_start: int = 0
    booked: int = 0
    clinician: int = -1
    rank: int = 0
    week: int = 0
    start: int = 0
    fate: str = ""
    closed: str = ""
    offers: list[Any] = field(default_factory=list)

    @property
    def risky(self) -> bool:
        """Tell whether an answer said that they might hurt themselves."""
        return any(r.outcome.needs_call for taken in self.taken for r in taken.risks.values())


@cache
def _risk_rule(day: date) -> RiskRule:
    return risk_rule(rule("safety/risk_items").on(day))


@cache
def _instrument(code: str, day: date) -> Instrument:
    return instrument(code, day)


def at(minute: int) -> datetime:
    """Give the UTC instant of a minute since 1970."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)


def cases(plan: Plan, when: Clock, people: Roll, busy: np.ndarray) -> list[Case]:
    """Draw who asked, when, and what they said. ``busy``: member ids of people in care already."""
    draw = plan.stream("requests")
    free = np.ones(people.count, dtype=bool)
    free[busy - people.first] = False
    free &= people.age >= 5
    count = max(len(ALARMS) + 9, min(MOST, round(SHARE * people.count)))
    who = np.sort(draw.permutation(np.nonzero(free)[0])[:count])
    asked = _asked(draw, when, len(who))
    grown = [i for i in range(len(who)) if people.age[who[i]] >= ADULT][-len(ALARMS) :]
    found = []
    for i, minute in enumerate(asked.tolist()):
        alarm = grown.index(i) if i in grown else None
        moment = minute if alarm is None else when.start - ALARMS[alarm]
        found.append(_case(plan, draw, people, i + 1, int(who[i]), moment, alarm is not None))
    return found


def _asked(draw: Generator, when: Clock, count: int) -> np.ndarray:
    """Draw when people asked: in the past six weeks, mostly on weekdays and by day."""
    week = draw.integers(0, PAST_WEEKS + 1, 4 * count)
    day = draw.choice(7, 4 * count, p=WEEKDAYS / WEEKDAYS.sum())
    hour = draw.choice(24, 4 * count, p=HOURS / HOURS.sum())
    minute = when.minutes[week, day * 24 + hour] + draw.integers(0, 60, 4 * count)
    past = minute[(minute < when.start - 20) & (minute > when.start - PAST_WEEKS * 7 * DAY)]
    return past[:count] if len(past) >= count else np.resize(past, count)


def _case(plan: Plan, draw: Generator, people: Roll, ident: int, who: int, asked: int, alarm: bool) -> Case:
    age, day = int(people.age[who]), at(asked).date()
    line, state = list(LINES)[people.line[who]], STATES[people.state[who]]
    chance = draw.random(8).tolist()
    intake, weight = _said(draw, age, state, chance)
    sex = "female" if people.female[who] else "male"
    person = Person(born=date(day.year - age, 1, 1), sex=sex)
    severity = min(1.0, max(0.0, draw.normal(0.22 + 0.3 * weight, 0.17))) + (0.35 if alarm else 0)
    taken = [_fill(draw, code, severity, person, at(asked), alarm) for code in _screens(age, intake)]
    decided = triage(_findings(age, intake, taken), day)
    clock = due(
        Asked(line, state, decided.outcome.urgency, at(asked), ZONE, "discharge" in intake["history"]),
        access_rules(day),
    )
    spoken = codes("languages")[people.language[who]]
    said_by = clock.because[0].rule
    return Case(
        ident, who, people.first + who, age, line, state, spoken, "proxy" if age < TEEN else
        _one(chance[0], CHANNELS), asked, intake, taken, decided, clock.outcome, str(said_by or "")[:80],
    )  # fmt: skip


def _one(chance: float, shares: Mapping[str, float]) -> str:
    edge = 0.0
    for code, share in shares.items():
        edge += share
        if chance < edge:
            return code
    return code


def _said(draw: Generator, age: int, state: str, chance: list[float]) -> tuple[dict[str, Any], float]:
    """Give the front door's own answers, and how heavily the reason weighs on the mood."""
    first = _one(chance[1], {code: share for code, (share, _) in REASONS.items()})
    if age < TEEN:
        first = CHILD_REASONS[int(chance[1] * len(CHILD_REASONS))]
    elif first == "perinatal" and not 18 <= age <= 45:
        first = "stress"
    reasons = [first] + (["sleep"] if chance[2] < 0.2 and first != "sleep" else [])
    unusual = ["voices"] if chance[3] < 0.012 else ["not_eating"] if chance[3] > 0.994 else ["none"]
    history = ["discharge"] if chance[4] < 0.03 else ["therapy"] if chance[4] < 0.4 else ["none"]
    intake = {
        "reasons": reasons,
        "place": state,
        "unusual": unusual,
        "history": history,
        "function": str(min(3, int(draw.gamma(2.0, 0.55)))),
        "wants": _one(chance[5], WANTS),
        "meet": ["video"]
        if chance[6] < 0.3
        else ["in_person"]
        if chance[6] < 0.6
        else ["in_person", "video"],
    }
    return intake, REASONS.get(first, (0, 0.2))[1]


def _screens(age: int, intake: Mapping[str, Any]) -> list[str]:
    if age < TEEN:
        return ["psc-17"]
    if age < ADULT:
        return ["phq-9m", "gad-7"]
    drinks = ["audit-c"] if "alcohol_drugs" in intake["reasons"] else []
    return ["phq-9", "gad-7", *drinks]


def _fill(draw: Generator, code: str, severity: float, person: Person, when: datetime, alarm: bool) -> Taken:
    """Answer every item at random around a severity (0 to 1); risk items rarely, unless an alarm is due."""
    form, answers = _instrument(code, when.date()), []
    risks: dict[str, Decision[Risk]] = {}
    for item, chance, noise in zip(
        form.items, draw.random(len(form.items)).tolist(), draw.normal(0, 0.8, len(form.items)).tolist(),
        strict=True,
    ):  # fmt: skip
        top = len(item.options) - 1
        level = round(min(max(severity * top + noise, 0), top))
        if item.risk:
            level = min(1, level) if (chance < 0.12 * severity or (alarm and code == "phq-9")) else 0
            level = max(level, 1) if alarm and code == "phq-9" else level
        given = Answer(item.link_id, item.options[level].value, when, instrument=code)
        answers.append(given)
        if item.risk and (decision := risk_of([given], _risk_rule(when.date()), when)).outcome.needs_call:
            risks[item.link_id] = decision
    return Taken(form, answers, risks, score(form, answers, person))


def _findings(age: int, intake: Mapping[str, Any], taken: list[Taken]) -> Findings:
    risks = [r.outcome for t in taken for r in t.risks.values()]
    worst = "imminent" if any(r.level == "imminent" for r in risks) else "positive" if risks else "none"
    scores = {t.instrument.code: t.score.outcome for t in taken}
    return Findings(
        age=age,
        risk=worst,
        scores={code: s.total for code, s in scores.items() if s.total is not None},
        positives=frozenset(code for code, s in scores.items() if s.positive),
        intake=intake,
    )


def settle(plan: Plan, when: Clock, found: list[Case], made: Network, book: Diaries) -> Visits:
    """Decide how far each request has come, find whom they see and when, and give the visits."""
    draw, able = plan.stream("settling"), _able(made)
    for case in found:
        _advance(plan, when, draw, case, made, able, book)
    seen = [case for case in found if case.fate]
    return _visits(when, seen, book)


Able = dict[tuple[str, str], list[int]]


def _able(made: Network) -> Able:
    """Sort practitioners who take new members and see people one by one, by state and what they treat."""
    found: Able = {}
    for one in made.clinicians:
        if one.accepting and not one.leads_program:
            for state in one.states:
                for code in (*made.roles[one.roles[0] - 1].treats, ""):
                    found.setdefault((state, code), []).append(one.id - 1)
    return found


def _advance(
    plan: Plan, when: Clock, draw: Generator, case: Case, made: Network, able: Able, book: Diaries
) -> None:
    days, chance = (when.start - case.asked) / DAY, draw.random(6).tolist()
    case.offered = min(
        case.asked + 12 + int(chance[0] * (60 if case.channel == "portal" else 900)), when.start
    )
    if days < 1.5 and chance[1] < 0.6:
        case.stage = "open" if chance[1] < 0.25 else "triaged"
        return
    if days > 2 and chance[1] < 0.1:
        case.stage, case.closed = "closed", "no_reply" if chance[2] < 0.6 else "found_care_elsewhere"
        return
    if not _find(plan, when, draw, case, made, able, book):
        return
    if chance[1] > (0.75 if days < 3 else 0.94):
        _leave_open(case, days, chance[5])
        return
    case.booked = min(case.offered + 5 + int(chance[3] ** 3 * 2 * DAY), when.start - 1, case.start - 30)
    case.stage = "booked"
    case.fate = "booked"
    if case.start + 60 <= when.start:
        case.fate = "fulfilled" if chance[4] < 0.77 else "noshow" if chance[4] < 0.92 else "cancelled"
        case.stage = {"fulfilled": "kept", "noshow": "booked"}.get(case.fate, case.stage)
        if case.fate == "cancelled":
            _leave_open(case, days, chance[5])


def _leave_open(case: Case, days: float, chance: float) -> None:
    """Leave a request with its offers; most old ones have been closed since."""
    case.stage = "offered"
    if days > STALE_DAYS and chance < 0.85:
        case.stage, case.closed = "closed", "no_reply"


def _find(
    plan: Plan, when: Clock, draw: Generator, case: Case, made: Network, able: Able, book: Diaries
) -> bool:
    """Find a practitioner who may see them and a free hour; False when forty tries found none."""
    needs = case.decision.outcome.needs
    if needs.level_of_care not in {"outpatient", "coaching"}:
        return False
    pool = able.get((case.state, needs.conditions[0] if needs.conditions else ""), [])
    wait = WAIT.get(case.decision.outcome.lane, 6) * float(draw.lognormal(0, 0.6)) * DAY
    for pick in draw.random(TRIES if pool else 0).tolist():
        number = pool[int(pick * len(pool))]
        one, rank = made.clinicians[number], int(book.taken[number])
        fits = one.age_min <= case.age <= one.age_max and case.line in one.lines
        if fits and rank < book.count[number] * 0.7:
            starts = when.minutes[:, book.cells[number, rank]]
            later = np.nonzero(starts >= case.offered + 90 + wait)[0]
            if len(later) and starts[later[0]] < when.horizon:
                case.clinician, case.rank, case.week = number, rank, int(later[0])
                case.start, case.first_start = int(starts[later[0]]), int(starts[later[0]])
                book.taken[number] += 1
                return True
    return False


def _visits(when: Clock, seen: list[Case], book: Diaries) -> Visits:
    """Give the first visits as columns."""
    number = np.array([c.clinician for c in seen], dtype=np.int64)
    rank = np.array([c.rank for c in seen], dtype=np.int64)
    state = np.array([c.fate for c in seen], dtype=object)
    start = np.array([c.start for c in seen], dtype=np.int64)
    off = state == "cancelled"
    queue = np.array(
        [{"booked": "upcoming", "noshow": "outreach", "cancelled": "rebook"}.get(s, "none") for s in state],
        dtype=object,
    )
    reason = np.where(off, "member_asked", "").astype(object)
    called = (start < when.start - CALL_WITHIN) & np.isin(queue.astype(str), ["outreach", "rebook"])
    done = np.where(called, start + 26 * 60, np.where(state == "fulfilled", start + 60, 0))
    blank = np.zeros(len(seen), dtype=np.int64)
    return Visits(
        number, np.array([c.week for c in seen], dtype=np.int64), book.cells[number, rank].astype(np.int64),
        np.array([c.member for c in seen], dtype=np.int64), np.array([c.id for c in seen], dtype=np.int64),
        state, queue, reason, done, np.array([c.booked for c in seen], dtype=np.int64), blank.astype(bool),
        blank, blank.copy(),
    )  # fmt: skip
