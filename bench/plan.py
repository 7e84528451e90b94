"""A made-up plan at any size, as columns: clustered places, common and rare skills, skewed diaries.

Twelve states of unequal size, some sixty towns by Zipf's law, roles scattered about their town; depression
and anxiety treated by most, opioid medication by few; a tenth speaks Spanish, one in a hundred Haitian
Creole; a sixth of the roles has nothing open and a few have hundreds of times. Slots lie on half hours of
the place's working day, thinner in the coming week than later. Needs are drawn from the same towns.
"""

from dataclasses import fields
from datetime import UTC, datetime

import numpy as np

from switchboard.matching.core.columns import RoleColumns, SlotColumns
from switchboard.matching.core.facts import Need, Vocabulary
from switchboard.rulebook.listings import codes

STATES = ("NY", "NJ", "CT", "PA", "MA", "OH", "IL", "MI", "FL", "GA", "NC", "VA")
SHARE = np.array([20, 9, 4, 13, 7, 8, 9, 7, 12, 5, 4, 2]) / 100
CENTRES = ((41, -74), (40.3, -74.5), (41.6, -72.7), (40.5, -77), (42.3, -71.5), (40.2, -82.7),
           (41, -88.5), (42.8, -84), (28, -82), (33, -84), (35.6, -79.5), (37.5, -78))  # fmt: skip
ZONES = ("America/New_York", "America/Chicago")
NOW = int(datetime(2026, 11, 21, 15, tzinfo=UTC).timestamp()) // 60
WEEKS = 8
WORDS = Vocabulary(
    states=STATES,
    lines=codes("lines_of_business"),
    levels=codes("levels_of_care"),
    conditions=codes("conditions"),
    languages=codes("languages"),
    cultures=codes("backgrounds"),
    genders=("female", "male", "nonbinary"),
    visit_types=("intake", "therapy", "medication", "group", "program"),
    groups=("mood", "anxiety", "trauma", "substance", "child"),
    zones=ZONES,
)
TREATED = (
    np.array(
        [
            85,
            88,
            60,
            18,
            30,
            12,
            28,
            12,
            10,
            22,
            18,
            14,
            55,
            70,
            30,
            20,
            25,
            15,
            14,
            20,
            22,
            9,
            22,
            4,
            5,
            12,
            5,
            8,
        ]
    )
    / 100
)
SPOKEN = (
    np.array(
        [
            99,
            11,
            1.5,
            1.6,
            0.7,
            0.9,
            0.7,
            1.2,
            0.8,
            0.7,
            1.2,
            0.7,
            0.8,
            0.1,
            1.4,
            0.6,
            0.3,
            0.7,
            0.6,
            0.4,
            0.7,
            0.2,
            0.3,
            0.1,
            0.1,
            0.3,
            0.4,
            0.1,
            0.1,
            0.3,
            0.3,
            0.2,
        ]
    )
    / 100
)


def bits(draw: np.random.Generator, count: int, shares: np.ndarray) -> np.ndarray:
    """Draw masks in which bit i stands with the i-th share."""
    mask = np.zeros(count, np.uint64)
    for bit, share in enumerate(shares):
        mask |= (draw.random(count) < share).astype(np.uint64) << np.uint64(bit)
    return mask


class Towns:
    """Sixty towns over the states, large and small."""

    def __init__(self, draw: np.random.Generator) -> None:
        self.state = draw.choice(len(STATES), 60, p=SHARE)
        self.place = np.array(CENTRES)[self.state] + draw.normal(0, 0.7, (60, 2))
        size = 1 / np.arange(1, 61)
        self.share = size / size.sum()

    def some(self, draw: np.random.Generator, count: int, spread: float) -> tuple[np.ndarray, np.ndarray]:
        """Draw places about the towns: (state, latitude and longitude)."""
        town = draw.choice(60, count, p=self.share)
        return self.state[town], self.place[town] + draw.normal(0, spread, (count, 2))


def roles(draw: np.random.Generator, towns: Towns, practitioners: int) -> RoleColumns:
    """Draw the roles: one in four practitioners has a second, with the same person's skills."""
    who = np.concatenate(
        [np.arange(practitioners), draw.choice(practitioners, practitioners // 4, replace=False)]
    )
    size = len(who)

    def personal(values: np.ndarray) -> np.ndarray:
        return values[who]

    state, place = towns.some(draw, size, 0.15)
    home = state[who]  # the first role's state; rows 0 to n-1 are the practitioners themselves
    wide = draw.random(practitioners) < 0.12
    licences = (np.uint64(1) << home.astype(np.uint64)) | (np.uint64(1) << state.astype(np.uint64))
    licences |= np.where(personal(wide), personal(bits(draw, practitioners, np.full(12, 0.4))), np.uint64(0))
    children = draw.random(practitioners) < 0.3
    modality = draw.choice(np.array([0b001, 0b011, 0b110, 0b111]), size, p=[0.2, 0.4, 0.25, 0.15])
    known = draw.random((size, len(WORDS.groups))) < 0.3
    drawn = RoleColumns(
        practitioner=who.astype(np.int64) + 1,
        role=np.arange(1, size + 1, dtype=np.int64),
        latitude=place[:, 0],
        longitude=place[:, 1],
        zone=np.isin(state, [6]).astype(np.uint8),
        states=licences,
        lines=bits(draw, size, np.array([0.8, 0.45, 0.4, 0.5, 0.5])).astype(np.uint16),
        levels=bits(draw, size, np.array([0.05, 0.1, 0.93, 0.05, 0.03, 0.01, 0.01])).astype(np.uint16),
        treats=personal(bits(draw, practitioners, TREATED)),
        youngest=np.where(personal(children), 5, 18).astype(np.uint8),
        oldest=np.where(personal(draw.random(practitioners) < 0.2), 64, 120).astype(np.uint8),
        languages=personal(bits(draw, practitioners, SPOKEN)),
        modalities=modality.astype(np.uint8),
        gender=personal(
            draw.choice(np.array([0, 1, 2, -1]), practitioners, p=[0.66, 0.27, 0.02, 0.05])
        ).astype(np.int8),
        cultures=personal(bits(draw, practitioners, np.full(15, 0.06))),
        accepting=draw.random(size) < 0.7,
        room=draw.poisson(6, size).astype(np.int32),
        load=np.clip(draw.normal(0.75, 0.2, size), 0, 1),
        results=np.where(known, np.clip(draw.normal(0.5, 0.12, known.shape), 0, 1), np.nan),
    )
    return in_order_of_place(drawn)


def in_order_of_place(of: RoleColumns) -> RoleColumns:
    """Give the roles as a loader does: by first licensed state, then latitude."""
    lowest = of.states & (~of.states + np.uint64(1))
    order = np.lexsort((of.latitude, lowest))
    return RoleColumns(**{column.name: getattr(of, column.name)[order] for column in fields(of)})


def slots(draw: np.random.Generator, of: RoleColumns, count: int, open_share: float) -> SlotColumns:
    """Draw slots in order (role, start): half hours of the place's day, few in the first week."""
    size = len(of.role)
    eager = np.where(draw.random(size) < 0.16, 0, draw.lognormal(0, 0.9, size))
    row = np.sort(draw.choice(size, count, p=eager / eager.sum()).astype(np.int32))
    day = (draw.beta(1.6, 1.1, count).astype(np.float32) * (WEEKS * 7)).astype(np.int32)
    half = draw.integers(0, 22, count, dtype=np.int32)  # 8:00 to 18:30 at the place, standard time
    start = NOW - NOW % 1440 + day * 1440 + 13 * 60 + half * 30 + of.zone[row].astype(np.int32) * 60
    del day, half
    order = np.lexsort((start, row))
    row, start = row[order], start[order]
    del order
    ways = of.modalities[row].astype(np.uint16)
    relation = draw.choice(np.array([1, 2, 3], np.uint16), count, p=[0.25, 0.35, 0.4]) << np.uint16(3)
    visit = np.uint16(1) << draw.choice(
        np.arange(5, 10, dtype=np.uint16), count, p=[0.35, 0.4, 0.17, 0.05, 0.03]
    )
    return SlotColumns(
        slot=np.arange(1, count + 1, dtype=np.int64),
        role=of.role[row],
        start=start,
        minutes=draw.choice(np.array([30, 45, 60, 90], np.uint16), count, p=[0.2, 0.3, 0.45, 0.05]),
        kind=ways | relation | visit,
        open=draw.random(count) < open_share,
    )


EVENINGS = frozenset(day * 24 + hour for day in range(5) for hour in range(16, 20))
MORNINGS = frozenset(day * 24 + hour for day in range(5) for hour in range(7, 11))
WAYS = (
    (("in_person", "video", "phone"), 0.4),
    (("video", "in_person"), 0.2),
    (("video",), 0.15),
    (("in_person",), 0.2),
    (("phone", "video"), 0.05),
)


def conditions(draw: np.random.Generator, count: int, shares: np.ndarray | None = None) -> frozenset[str]:
    """Draw different conditions."""
    return frozenset(WORDS.conditions[i] for i in draw.choice(28, count, p=shares, replace=False))


def needs(draw: np.random.Generator, towns: Towns, count: int) -> list[Need]:
    """Draw needs: mostly common ones, a good part hard to meet; every gate and every weight has its share."""
    state, place = towns.some(draw, count, 0.25)

    def chance(share: float) -> bool:
        return bool(draw.random() < share)

    def pick(options, shares=None):
        return options[int(draw.choice(len(options), p=shares))]

    asked = []
    for at in range(count):
        child = chance(0.2)
        earliest = NOW + (0 if chance(0.7) else int(draw.integers(1, 10)) * 1440)
        wish = chance(0.6)
        asked.append(
            Need(
                now=NOW,
                earliest=earliest,
                latest=earliest + pick((7, 14, 28, 56)) * 1440,
                zone=ZONES[int(state[at] == 6)],
                state=STATES[state[at]],
                line=pick(WORDS.lines, [0.5, 0.25, 0.05, 0.1, 0.1]),
                age=int(draw.integers(6, 18)) if child else int(draw.integers(18, 85)),
                latitude=None if chance(0.05) else float(place[at, 0]),
                longitude=float(place[at, 1]),
                conditions=conditions(draw, int(draw.integers(1, 3)), TREATED / TREATED.sum()),
                every_condition=chance(0.5),
                helpful=conditions(draw, int(draw.integers(0, 3))),
                level=pick(("outpatient", "intensive_outpatient", "coaching"), [0.92, 0.05, 0.03]),
                language=pick(("es", "ht", "zh", "ru", "vi")) if chance(0.12) else None,
                modalities=pick([ways for ways, _ in WAYS], [share for _, share in WAYS]),
                max_miles=pick((5.0, 15.0, 30.0, 60.0)) if chance(0.9) else None,
                relation="returning" if chance(0.15) else "new",
                visit_type=pick(("intake", "therapy", "medication", "group"), [0.4, 0.3, 0.25, 0.05])
                if chance(0.6)
                else None,
                minutes=pick((0, 45, 60)),
                excluded=frozenset(draw.integers(1, 50_000, 2).tolist()) if chance(0.1) else frozenset(),
                seen=frozenset(draw.integers(1, 50_000, 1).tolist()) if chance(0.2) else frozenset(),
                likes_gender=pick(WORDS.genders[:2]) if wish and chance(0.6) else None,
                likes_language=pick(("es", "ht", "pt")) if chance(0.1) else None,
                likes_modality=wish and chance(0.5),
                likes_cultures=frozenset([pick(WORDS.cultures)]) if chance(0.15) else frozenset(),
                week_hours=(EVENINGS if chance(0.6) else MORNINGS) if wish and chance(0.5) else frozenset(),
                group=pick(WORDS.groups) if chance(0.6) else None,
                consent=True,
            )
        )
    return asked
