"""Random small worlds, needs and changes, drawn by Hypothesis; and one role, slot and need to start from."""

from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import settings
from hypothesis import strategies as st

from switchboard.matching.core import facts
from switchboard.matching.core.facts import MODALITIES, RELATIONS, Need, RoleFacts, SlotFacts, Vocabulary
from switchboard.matching.core.ranking import weights_on

DRAWN = settings.default.max_examples // 4  # each world is asked many things; nightly draws twenty times more
WEIGHTS = weights_on(date(2026, 11, 21))
ZONES = ("America/New_York", "America/Chicago", "America/Phoenix")
WORDS = Vocabulary(
    states=("NY", "NJ", "CT"),
    lines=("medicaid", "commercial"),
    levels=("outpatient", "iop"),
    conditions=("depression", "anxiety", "hiv", "trauma", *(f"c{i}" for i in range(59)), "last"),
    languages=("en", "es", "xx"),
    cultures=("latino", "lgbtq"),
    genders=("female", "male"),
    visit_types=("intake", "followup", "group"),
    groups=("mood", "hiv"),
    zones=ZONES,
)


def minute(text: str) -> int:
    """Give the minute of a UTC time written as 2026-11-21T14:00."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) // 60


NOW = minute("2026-10-28T14:00")  # the clocks go back on November 1
ROLE = RoleFacts(
    practitioner=1,
    role=1,
    latitude=40.7128,
    longitude=-74.0060,
    zone="America/New_York",
    states=frozenset({"NY"}),
    lines=frozenset({"commercial"}),
    levels=frozenset({"outpatient"}),
    treats=frozenset({"depression"}),
    youngest=18,
    oldest=120,
    languages=frozenset({"en", "es"}),
    modalities=frozenset(MODALITIES),
    gender="female",
    cultures=frozenset(),
    accepting=True,
    room=5,
    load=0.5,
)
SLOT = SlotFacts(
    slot=1,
    role=1,
    start=NOW + 1440,
    minutes=60,
    modalities=frozenset({"in_person", "video"}),
    relations=frozenset({"new"}),
    visit_types=frozenset({"intake"}),
)
NEED = Need(
    now=NOW,
    earliest=NOW,
    latest=NOW + 28 * 1440,
    zone="America/New_York",
    state="NY",
    line="commercial",
    age=30,
    latitude=40.73,
    longitude=-73.99,
    conditions=frozenset({"depression"}),
    level="outpatient",
)


def role(**changed) -> RoleFacts:
    return replace(ROLE, **changed)


def slot(**changed) -> SlotFacts:
    return replace(SLOT, **changed)


def need(**changed) -> Need:
    return replace(NEED, **changed)


def some(codes, least=0):
    return st.frozensets(st.sampled_from(codes), min_size=least)


def maybe(strategy):
    return st.none() | strategy


CONDITIONS = ("depression", "anxiety", "hiv", "trauma", "last")
latitudes = st.sampled_from([40.0, 40.2, 40.7128, 41.0]) | st.floats(39, 42)
longitudes = st.sampled_from([-74.0, -73.9]) | st.floats(-75, -73)
shares = st.sampled_from([0.0, 0.5, 1.0]) | st.floats(0, 1)


def roles(number: int):
    return st.builds(
        RoleFacts,
        practitioner=st.integers(1, 6),
        role=st.just(number),
        latitude=maybe(latitudes) if number % 3 == 0 else latitudes,
        longitude=longitudes,
        zone=st.sampled_from(ZONES),
        states=some(WORDS.states, 1),
        lines=some(WORDS.lines, 1),
        levels=some(WORDS.levels, 1),
        treats=some(CONDITIONS, 1),
        youngest=st.sampled_from([0, 0, 13, 18]),
        oldest=st.sampled_from([17, 64, 120]),
        languages=some(WORDS.languages, 1),
        modalities=some(MODALITIES, 1),
        gender=maybe(st.sampled_from(WORDS.genders)),
        cultures=some(WORDS.cultures),
        accepting=st.sampled_from([True, True, True, False]),
        room=st.integers(0, 3),
        load=shares,
        results=st.dictionaries(st.sampled_from(WORDS.groups), shares),
    )


starts = st.integers(-48, 1500).map(lambda half: NOW + half * 30)


def slots(number: int, of_role: int):
    return st.builds(
        SlotFacts,
        slot=st.just(number),
        role=st.just(of_role),
        start=starts,
        minutes=st.sampled_from([30, 45, 60, 240]),
        modalities=some(MODALITIES, 1),
        relations=some(RELATIONS, 1),
        visit_types=some(WORDS.visit_types, 1),
        open=st.sampled_from([True, True, True, False]),
    )


@st.composite
def role_slots(draw, of_role: int, first: int, most: int = 8):
    return tuple(draw(slots(first + i, of_role)) for i in range(draw(st.integers(0, most))))


@st.composite
def worlds(draw):
    """Draw (roles, slots): up to eight roles of six practitioners."""
    people = [draw(roles(number)) for number in range(1, draw(st.integers(0, 8)) + 1)]
    times = [one for person in people for one in draw(role_slots(person.role, person.role * 100))]
    return people, draw(st.permutations(times)) if len(times) < 12 else times


@st.composite
def needs(draw):
    earliest = NOW + draw(st.sampled_from([0, 0, 60, 1440, 5000]))
    ways = draw(st.permutations(MODALITIES))
    placed = draw(st.sampled_from([True, True, False]))
    return Need(
        now=NOW,
        earliest=earliest,
        latest=earliest + draw(st.sampled_from([1440, 14 * 1440, 28 * 1440])),
        zone=draw(st.sampled_from([*ZONES, "America/Los_Angeles"])),
        state=draw(maybe(st.sampled_from([*WORDS.states, "ZZ"]))),
        line=draw(maybe(st.sampled_from(WORDS.lines))),
        age=draw(maybe(st.sampled_from([0, 8, 17, 18, 64, 65, 121]))),
        latitude=draw(latitudes) if placed else None,
        longitude=draw(longitudes) if placed else None,
        conditions=draw(some(CONDITIONS)),
        every_condition=draw(st.booleans()),
        helpful=draw(some(CONDITIONS)),
        level=draw(maybe(st.sampled_from(WORDS.levels))),
        language=draw(st.none() | st.sampled_from([*WORDS.languages, "zz"])),
        modalities=tuple(ways[: draw(st.integers(1, 3))]),
        max_miles=draw(maybe(st.sampled_from([0.0, 5.0, 20.0, 60.5]))),
        relation=draw(st.sampled_from(["new", "new", "returning"])),
        visit_type=draw(maybe(st.sampled_from([*WORDS.visit_types, "zz"]))),
        minutes=draw(st.sampled_from([0, 45, 60])),
        excluded=draw(st.frozensets(st.integers(1, 7), max_size=2)),
        seen=draw(st.frozensets(st.integers(1, 7), max_size=2)),
        likes_gender=draw(maybe(st.sampled_from([*WORDS.genders, "zz"]))),
        likes_language=draw(maybe(st.sampled_from([*WORDS.languages, "zz"]))),
        likes_modality=draw(st.booleans()),
        likes_cultures=draw(some([*WORDS.cultures, "zz"])),
        week_hours=draw(st.frozensets(st.integers(0, 167), max_size=80)),
        group=draw(maybe(st.sampled_from(WORDS.groups))),
        consent=draw(st.booleans()),
    )


@st.composite
def changes(draw, serial: int):
    """Draw one change; ``serial`` keeps new slot ids apart."""
    number = draw(st.integers(1, 12))
    known = number * 100 + draw(st.integers(0, 8))
    begin = draw(starts)
    return draw(
        st.sampled_from([known, known, 100_000 + (serial - 1) * 100]).map(facts.SlotTaken)
        | st.just(known).map(facts.SlotReleased)
        | role_slots(number, 100_000 + serial * 100, 14).map(lambda s: facts.SlotsReplaced(number, s))
        | roles(number).map(facts.RolePut)
        | st.just(facts.RoleRemoved(number))
        | st.builds(facts.PanelChanged, st.just(number), st.booleans(), st.integers(0, 2))
        | st.builds(facts.Busy, st.integers(1, 6), st.integers(1, 4), st.just(begin), st.just(begin + 300))
        | st.builds(facts.Free, st.integers(1, 6), st.integers(1, 4))
    )
