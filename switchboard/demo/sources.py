"""The six kinds of source, their organizations and their locations.

Independents answer for themselves; small groups share an office; large groups have several; aggregators stand
for many independents; point solutions see people by video only; specialty programs do one thing, together.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.random import Generator

from switchboard.demo.geography import STATES, places
from switchboard.demo.names import STREETS
from switchboard.demo.plan import Plan
from switchboard.network.actions.loading import LocationRow, OrganizationRow, SourceRow

# Share of practitioners by kind of source, and how many work in one organization.
KINDS = {
    "independent": (0.30, 1),
    "small_group": (0.22, 5),
    "large_group": (0.24, 70),
    "aggregator": (0.12, 90),
    "point_solution": (0.06, 30),
    "specialty_program": (0.06, 12),
}
OFFICES = {"small_group": 1, "large_group": 6, "specialty_program": 2}
MOST = {"aggregator": 6, "point_solution": 10}

FIRST_WORDS = (
    "Amber", "Aspen", "Bayside", "Birch", "Bluebird", "Bright", "Brookfield", "Cedar", "Clearwater",
    "Compass", "Copper", "Cornerstone", "Eastwind", "Elmwood", "Evergreen", "Fieldstone", "Firefly",
    "Granite", "Greenway", "Harvest", "Hearth", "Heron", "Hillcrest", "Juniper", "Lantern", "Laurel",
    "Lighthouse", "Meadow", "Milestone", "Northstar", "Oakridge", "Open Door", "Pathway", "Pinecone",
    "Quiet Harbor", "Riverbend", "Rowan", "Saltmarsh", "Seaglass", "Silver Maple", "Stillwater",
    "Stone Bridge", "Summit", "Sunrise", "Thistle", "Tidewater", "Turning Leaf", "Wayfarer", "Westbrook",
    "Willow",
)  # fmt: skip
LAST_WORDS = {
    "small_group": ("Counseling", "Psychotherapy Associates", "Therapy Group", "Wellness Partners"),
    "large_group": ("Behavioral Health", "Health Psychiatry", "Community Mental Health Center"),
    "aggregator": ("Provider Network", "Care Collective", "Practice Alliance"),
    "point_solution": ("Online Therapy", "Telepsychiatry", "Virtual Care", "Digital Coaching"),
    "specialty_program": (
        "Recovery Intensive Outpatient", "Eating Disorders Center", "Perinatal Mental Health Program",
        "Child and Teen Clinic", "OCD Center", "First Episode Clinic", "Trauma Recovery Program",
        "Recovery Day Program",
    ),
}  # fmt: skip

# What each kind of specialty program treats, its levels of care, its ages.
PROGRAMS = (
    (("substance_use", "alcohol_use", "opioid_medication"), ("intensive_outpatient", "outpatient"), 18, 120),
    (("eating_disorder",), ("outpatient", "intensive_outpatient", "partial_hospital"), 12, 120),
    (("perinatal", "depression", "anxiety"), ("outpatient", "intensive_outpatient"), 16, 55),
    (("child_behavior", "adhd", "autism", "anxiety", "depression"), ("outpatient",), 3, 18),
    (("ocd", "anxiety"), ("outpatient", "intensive_outpatient"), 8, 120),
    (("psychosis", "bipolar", "medication"), ("outpatient", "intensive_outpatient"), 15, 40),
    (("trauma", "self_harm", "depression"), ("outpatient", "partial_hospital"), 18, 120),
    (("alcohol_use", "substance_use", "depression"), ("partial_hospital", "intensive_outpatient"), 18, 120),
)


@dataclass(slots=True)
class Organized:
    """One organization while the world is drawn: its source, its places, and how many work there."""

    id: int | None
    kind: str
    name: str
    source: int
    size: int
    sites: list[int] = field(default_factory=list)
    program: int | None = None


@dataclass(slots=True)
class Supply:
    """Sources, organizations and locations, and who of them takes how many practitioners."""

    sources: list[SourceRow] = field(default_factory=list)
    organizations: list[OrganizationRow] = field(default_factory=list)
    locations: list[LocationRow] = field(default_factory=list)
    organized: list[Organized] = field(default_factory=list)

    def source(self, name: str, kind: str, rank: int = 50) -> int:
        """Add a source and give its id."""
        self.sources.append(SourceRow(len(self.sources) + 1, name, kind, rank))
        return len(self.sources)

    def named(self, kind: str) -> Iterator[Organized]:
        """Give the organizations of one kind."""
        return (each for each in self.organized if each.kind == kind)


def npi(number: int) -> str:
    """Give a valid NPI (its check digit is right) that no registry hands out: 29 and seven digits.

    The check digit is Luhn's over 80840 (US health identifiers) and the number.
    """
    body = f"29{number:07d}"
    total = 24 + sum(int(d) if i % 2 else (2 * int(d)) % 10 + (2 * int(d)) // 10 for i, d in enumerate(body))
    return f"{body}{-total % 10}"


def supply(plan: Plan) -> Supply:
    """Draw every source, organization and shared location for the plan's number of practitioners."""
    draw, made = plan.stream("organizations"), Supply()
    made.source("State registry (invented)", "registry", 70)
    made.source("Harborlight credentialing", "plan", 10)
    counts = _headcounts(plan.practitioners)
    for kind, (_, size) in KINDS.items():
        shared = {
            "independent": "Independent practices, by hand",
            "small_group": "Small groups, by hand",
        }.get(kind)
        common = made.source(shared, kind, 40) if shared else 0
        if kind == "independent":
            made.organized.append(Organized(None, kind, "", common, counts[kind]))
            continue
        for number, staff in enumerate(_sizes(draw, counts[kind], size, MOST.get(kind))):
            _organize(draw, made, kind, number, staff, common)
    return made


def _headcounts(total: int) -> dict[str, int]:
    """Share practitioners among the kinds; every kind gets some."""
    counts = {kind: max(2, round(total * share)) for kind, (share, _) in KINDS.items()}
    counts["independent"] += total - sum(counts.values())
    return counts


def _sizes(draw: Generator, total: int, typical: int, most: int | None) -> list[int]:
    """Cut a number of practitioners into organizations of about a typical size."""
    number = max(1, min(round(total / typical), most or total))
    if number == 1:
        return [total]
    weights = draw.gamma(4.0, 1.0, number)
    sizes = np.maximum(1, np.floor(weights / weights.sum() * total)).astype(int)
    while sizes.sum() > total:
        sizes[sizes.argmax()] -= 1
    sizes[sizes.argmax()] += total - sizes.sum()
    return sizes.tolist()


def _organize(draw: Generator, made: Supply, kind: str, number: int, staff: int, common: int) -> None:
    program = number % len(PROGRAMS) if kind == "specialty_program" else None
    last = LAST_WORDS[kind][program if program is not None else number % len(LAST_WORDS[kind])]
    turn = number // len(FIRST_WORDS)
    first = FIRST_WORDS[(number * 7 + len(kind)) % len(FIRST_WORDS)]
    name = f"{first} {last}" + (f" {turn + 1}" if turn else "")
    ident = len(made.organizations) + 1
    made.organizations.append(OrganizationRow(ident, name, npi(9_000_000 + ident), "+18605550142"))
    source = common or made.source(f"{name} ({kind.replace('_', ' ')})", kind, 30)
    one = Organized(ident, kind, name, source, staff, program=program)
    made.organized.append(one)
    offices = min(OFFICES.get(kind, 0), max(1, staff // 6))
    for site in places().sites(draw, offices).tolist():
        one.sites.append(open_location(draw, made, one, site, f"{name}, {places().cities[site]}"))


def open_location(draw: Generator, made: Supply, one: Organized, site: int, name: str) -> int:
    """Add a location in a ZIP code and give its id."""
    where, ident = places(), len(made.locations) + 1
    north, east, street, number, step_free = draw.random(5).tolist()
    made.locations.append(
        LocationRow(
            ident,
            one.id,
            name,
            f"{int(number * 900) + 1} {STREETS[int(street * len(STREETS))]}",
            where.cities[site],
            STATES[where.states[site]],
            where.zips[site],
            where.counties[site],
            round(float(where.latitudes[site]) + (north - 0.5) * 0.02, 5),
            round(float(where.longitudes[site]) + (east - 0.5) * 0.02, 5),
            phone=f"+1{where.areas[site]}5550{100 + int(number * 100)}",
            accessible=None if step_free < 0.3 else step_free < 0.85,
        )
    )
    return ident
