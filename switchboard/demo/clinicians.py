"""Practitioners: professions, licences, languages, what they treat, and how well that is known."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import numpy as np
from numpy.random import Generator
from psycopg.types.json import Jsonb

from switchboard.demo.geography import STATES, places
from switchboard.demo.names import called, communities, spoken
from switchboard.demo.people import LINES, period
from switchboard.demo.plan import PRACTITIONER_USER, Plan, chosen
from switchboard.demo.sources import PROGRAMS, Organized, Supply, npi, open_location, supply
from switchboard.network.actions.loading import EvidenceRow, KeyRow, LicenceRow, PractitionerRow, RoleRow


@dataclass(frozen=True, slots=True)
class Profession:
    """One profession: how common, its credential and NUCC taxonomy, whether it prescribes, what it treats."""

    code: str
    share: float
    credential: str
    taxonomy: str
    licence: str
    prescribes: bool
    treats: tuple[str, ...]
    children: float = 0.25


COMMON = ("depression", "anxiety", "stress", "grief", "sleep")
DRUGS = ("medication", "depression", "anxiety", "bipolar", "adhd")
PROFESSIONS = (
    Profession("psychiatrist", 0.085, "MD", "2084P0800X", "MD", True, (*DRUGS, "psychosis"), 0.0),
    Profession("psychiatrist", 0.012, "MD", "2084P0804X", "MD", True,
               (*DRUGS, "autism", "child_behavior"), 1.0),
    Profession("psychiatrist", 0.008, "MD", "2084P0802X", "MD", True,
               ("medication", "substance_use", "alcohol_use", "opioid_medication"), 0.0),
    Profession("psychiatric_np", 0.11, "PMHNP-BC", "363LP0808X", "APRN", True, DRUGS, 0.12),
    Profession("psychologist", 0.14, "PhD", "103TC0700X", "Psychologist", False, (*COMMON, "testing"), 0.2),
    Profession("social_worker", 0.33, "LICSW", "1041C0700X", "LICSW", False, COMMON),
    Profession("counselor", 0.19, "LMHC", "101YM0800X", "LMHC", False, COMMON),
    Profession("family_therapist", 0.05, "LMFT", "106H00000X", "LMFT", False,
               (*COMMON, "couples_family"), 0.4),
    Profession("addiction_counselor", 0.035, "LADC", "101YA0400X", "LADC", False,
               ("alcohol_use", "substance_use"), 0.03),
    Profession("behavior_analyst", 0.015, "BCBA", "103K00000X", "LABA", False,
               ("autism", "child_behavior"), 1.0),
    Profession("peer", 0.015, "CPS", "175T00000X", "Certification", False,
               ("peer_support", "substance_use", "social_needs"), 0.0),
    Profession("coach", 0.01, "NBC-HWC", "171400000X", "Certification", False, ("coaching", "stress"), 0.0),
)  # fmt: skip
# What some treat besides, and how many do: scarce as in life.
BESIDES = {
    "trauma": 0.34, "couples_family": 0.14, "adhd": 0.1, "ocd": 0.045, "eating_disorder": 0.03,
    "perinatal": 0.045, "self_harm": 0.1, "personality": 0.06, "substance_use": 0.09, "alcohol_use": 0.09,
    "bipolar": 0.07, "psychosis": 0.03, "autism": 0.025, "gender_identity": 0.05, "chronic_illness": 0.08,
    "anger": 0.07,
}  # fmt: skip
CREDENTIALS = {("counselor", "CT"): "LPC", ("social_worker", "CT"): "LCSW", ("psychologist", ""): "PsyD"}
LEVEL = {"coach": ["coaching"], "peer": ["coaching", "outpatient"]}
OFFERED = {  # share of roles that take each line of business, by kind of source
    "independent": (0.82, 0.42, 0.4, 0.5, 0.6),
    "small_group": (0.9, 0.6, 0.6, 0.6, 0.75),
    "large_group": (1.0, 0.92, 0.92, 0.9, 0.95),
    "aggregator": (1.0, 0.35, 0.3, 0.55, 0.9),
    "point_solution": (1.0, 0.55, 0.4, 0.45, 1.0),
    "specialty_program": (1.0, 0.85, 0.8, 0.5, 0.9),
}
CLOSED = {"psychiatrist": 0.42, "psychiatric_np": 0.25}  # do not take new members; others 0.2
# What some tell of themselves besides: code, share, and which draw decides.
TOLD = (("lgbtq", 0.05, 8), ("veteran", 0.02, 9), ("jewish", 0.03, 10), ("christian", 0.04, 11))
EVIDENCE = ("accepting_new", "location", "phone", "languages")
DUE = timedelta(days=90)
PATIENCE = (8, 75, 130)  # days: the freshest, nearly due, and how far beyond due the stale ones go


@dataclass(slots=True)
class Clinician:
    """One practitioner while the world is drawn, as bookable time and life need to know them."""

    id: int
    profession: int
    kind: str
    states: tuple[str, ...]
    age_min: int
    age_max: int
    roles: tuple[int, ...]
    source: tuple[int, ...]
    locations: tuple[int | None, ...]
    modalities: tuple[str, ...]
    lines: tuple[str, ...]
    languages: tuple[str, ...]
    accepting: bool
    leads_program: bool


@dataclass(slots=True)
class Network:
    """All rows of the network, and the clinicians in short."""

    supply: Supply
    practitioners: list[PractitionerRow] = field(default_factory=list)
    licences: list[LicenceRow] = field(default_factory=list)
    roles: list[RoleRow] = field(default_factory=list)
    keys: list[KeyRow] = field(default_factory=list)
    evidence: list[EvidenceRow] = field(default_factory=list)
    clinicians: list[Clinician] = field(default_factory=list)


def network(plan: Plan) -> Network:
    """Draw the whole network: 53,000 practitioners take some hundred megabytes at the most."""
    made = Network(supply(plan))
    draw, count = plan.stream("practitioners"), plan.practitioners
    shares = communities()
    community = np.searchsorted(shares.practitioners, draw.random(count), side="right")
    female = draw.random(count) < 0.7
    family, given = called(draw, community, female)
    # Having the community's language is a little commoner among practitioners than preferring it.
    speaks = spoken(draw, community)
    profession = chosen(draw, {str(i): p.share for i, p in enumerate(PROFESSIONS)}, count)
    employers = [one for one in made.supply.organized for _ in range(one.size)]
    for number in range(count):
        base = (str(family[number]), str(given[number]), "female" if female[number] else "male")
        if not number:  # the one who can sign in
            base = ("Rivera", "Elena", "female")
        background = shares.all[community[number]].background
        _add(
            plan,
            draw,
            made,
            employers[number],
            int(profession[number]),
            base,
            str(speaks[number]),
            background,
        )
    return made


def _add(
    plan: Plan,
    draw: Generator,
    made: Network,
    employer: Organized,
    profession: int,
    base: tuple[str, str, str],
    speaks: str,
    background: str,
) -> None:
    number, chance = len(made.practitioners) + 1, draw.random(40).tolist()
    job = PROFESSIONS[profession]
    location, home = _workplace(draw, made, employer, chance)
    languages = ["en"] + ([speaks] if speaks != "en" else [])
    if speaks == "en" and chance[0] < 0.035:
        languages.append("es")
    if chance[1] < 0.004:
        languages.append("ase")
    states = _states(employer.kind, home, chance[2])
    credential = CREDENTIALS.get((job.code, states[0]), job.credential)
    told = [background] if background != "white" or chance[3] < 0.2 else []
    told += [code for code, share, c in TOLD if chance[c] < share]
    made.practitioners.append(
        PractitionerRow(
            number, npi(number), base[0], base[1], credential, base[2], languages, told, [job.taxonomy],
            job.code, True, job.prescribes, plan.start - timedelta(days=int(chance[4] * 60)), True,
            PRACTITIONER_USER if number == 1 else None,
        )
    )  # fmt: skip
    since = date(plan.today.year - 2 - int(chance[5] * 20), 1 + int(chance[6] * 12), 1)
    until = date(plan.today.year + 1 + int(chance[7] * 2), since.month, 1)
    for state in states:
        made.licences.append(
            LicenceRow(number, state, f"DEMO-{state}-{number:06d}", job.licence, period(since, until))
        )
    roles, sources, spots = _roles(plan, made, employer, job, number, location, chance)
    first = made.roles[roles[0] - 1]
    made.clinicians.append(
        Clinician(
            number, profession, employer.kind, states, first.age_min, first.age_max, roles, sources, spots,
            tuple(first.modalities), tuple(first.lines_of_business), tuple(languages), first.accepting_new,
            employer.program is not None and "outpatient" not in first.levels_of_care,
        )
    )  # fmt: skip
    _know(plan, made, number, roles, sources, chance)


def _workplace(
    draw: Generator, made: Network, employer: Organized, chance: list[float]
) -> tuple[int | None, int]:
    """Give the location (None: video only) and the ZIP code that says where the licence is from."""
    if employer.sites:
        location = employer.sites[int(chance[12] * len(employer.sites))]
        zip5 = made.supply.locations[location - 1].zip5
        return location, places().zips.index(zip5)
    home = int(places().sites(draw, 1)[0])
    if employer.kind == "point_solution":
        return None, home
    name = f"Office in {places().cities[home]}"
    return open_location(draw, made.supply, employer, home, name), home


def _states(kind: str, home: int, chance: float) -> tuple[str, ...]:
    here = STATES[places().states[home]]
    others = tuple(s for s in STATES if s != here)
    if kind == "point_solution":
        return (here, *others) if chance < 0.5 else (here, others[0])
    return (here, others[chance < 0.06]) if chance < 0.12 else (here,)


def _treated(job: Profession, employer: Organized, chance: list[float]) -> list[str]:
    """Give what the role treats: the profession's common ground, the program's, and some besides."""
    found = dict.fromkeys(job.treats)
    if employer.program is not None:
        found |= dict.fromkeys(PROGRAMS[employer.program][0])
    if job.code not in {"coach", "peer", "behavior_analyst"}:
        found |= {code: None for i, (code, share) in enumerate(BESIDES.items()) if chance[14 + i] < share}
    return list(found)


def _ages(job: Profession, employer: Organized, chance: float) -> tuple[int, int]:
    if employer.program is not None:
        return PROGRAMS[employer.program][2:]
    if job.children >= 1.0:
        return 4, 19
    if chance < job.children:
        return (5, 120) if chance < job.children / 2 else (12, 120)
    return 18, 120


def _levels(job: Profession, employer: Organized, number: int) -> list[str]:
    if employer.program is None:
        return LEVEL.get(job.code, ["outpatient"])
    levels = PROGRAMS[employer.program][1]
    # One in six of a program's practitioners leads its groups; the others see people one by one.
    intensive = [level for level in levels if level != "outpatient"]
    return intensive if intensive and number % 6 == 0 else ["outpatient"]


def _modalities(kind: str, location: int | None, chance: float) -> list[str]:
    if location is None:
        return ["video", "phone"] if chance < 0.3 else ["video"]
    if kind == "specialty_program" or chance < 0.15:
        return ["in_person"]
    if kind == "aggregator" and chance < 0.65:
        return ["video"]
    return ["in_person", "video", "phone"] if chance < 0.45 else ["in_person", "video"]


def _roles(
    plan: Plan,
    made: Network,
    employer: Organized,
    job: Profession,
    number: int,
    location: int | None,
    chance: list[float],
) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int | None, ...]]:
    """Add the role, for some independents a second one by an aggregator; give ids, sources, places."""
    treats, (low, high) = _treated(job, employer, chance), _ages(job, employer, chance[30])
    lines = [code for code, share in zip(LINES, OFFERED[employer.kind], strict=True) if chance[31] < share]
    if low >= 18 and "CHIP" in lines:
        lines.remove("CHIP")
    accepting = chance[32] > CLOSED.get(job.code, 0.2)
    capacity = 12 + int(chance[33] * 50) * (2 if job.prescribes else 1)
    count = capacity if not accepting and chance[34] < 0.6 else int(capacity * (0.55 + 0.42 * chance[34]))
    role = RoleRow(
        len(made.roles) + 1, number, employer.id, location, employer.source, [job.taxonomy], treats,
        _levels(job, employer, number), _modalities(employer.kind, location, chance[35]),
        lines or ["COM"], low, high, accepting, capacity, count,
        plan.start - timedelta(days=int(chance[4] * 60)),
    )  # fmt: skip
    made.roles.append(role)
    made.keys.append(KeyRow(employer.source, "practitioner", f"demo-{number}", number))
    if employer.kind != "independent" or chance[36] > 0.1:
        return (role.id,), (employer.source,), (location,)
    agents = list(made.supply.named("aggregator"))
    agent = agents[number % len(agents)]
    second = role._replace(
        id=role.id + 1, organization_id=agent.id, location_id=None, source_id=agent.source,
        modalities=["video"], lines_of_business=["COM", "QHP"],
    )  # fmt: skip
    made.roles.append(second)
    made.keys.append(KeyRow(agent.source, "practitioner", f"demo-{number}", number))
    return (role.id, second.id), (employer.source, agent.source), (location, None)


def _know(
    plan: Plan,
    made: Network,
    number: int,
    roles: tuple[int, ...],
    sources: tuple[int, ...],
    chance: list[float],
) -> None:
    """Record how the fields are known: most by attestation, some long overdue, two sources at odds."""
    role, row = made.roles[roles[0] - 1], made.practitioners[number - 1]
    values = (role.accepting_new, role.location_id, f"+1860555{100 + number % 100:04d}", row.languages)
    for i, (name, value) in enumerate(zip(EVIDENCE, values, strict=True)):
        age = _age(chance[37], chance[(38 + i) % 40])
        at = plan.start - timedelta(days=age, hours=number % 9)
        kind, subject = ("practitioner", number) if name in {"phone", "languages"} else ("role", roles[0])
        method = "attestation" if chance[37] < 0.6 else "import"
        made.evidence.append(EvidenceRow(kind, subject, name, sources[0], method, Jsonb(value), at, at + DUE))
    listed: datetime = plan.start - timedelta(days=int(chance[5] * 200))
    made.evidence.append(
        EvidenceRow("practitioner", number, "npi", 1, "registry", Jsonb(row.npi), listed, listed + DUE)
    )
    for other, source in zip(roles[1:], sources[1:], strict=True):
        at = plan.start - timedelta(days=_age(chance[6], chance[7]))
        taking = Jsonb(not role.accepting_new if chance[8] < 0.3 else role.accepting_new)
        made.evidence.append(
            EvidenceRow("role", other, "accepting_new", source, "import", taking, at, at + DUE)
        )


def _age(kept: float, spread: float) -> int:
    """Give how many days ago a field was verified: a quarter of the practices have let it go overdue."""
    fresh, due, stale = PATIENCE
    if kept < 0.72:
        return fresh + int(spread * (due - fresh))
    return 91 + int(spread * stale)
