"""The yardstick in SQL: the best indexed PostgreSQL query we know for the same question, same answers.

Roles keep every code they have in one array under a GIN index, so that all gates of a role but age and reach
are one index search; slots lie under (role, start) with everything the question reads, so that no row
of a slot is visited. Points are the same whole numbers, worked out in the statement.
Bits stand where the match has them (``bench.plan.WORDS``); tables of worth come as arrays with each question.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import psycopg
from psycopg.types.numeric import Int4, Int8

from bench import plan
from switchboard.matching.core import kernel as k
from switchboard.matching.core.asking import question
from switchboard.matching.core.columns import RoleColumns, SlotColumns, units
from switchboard.matching.core.facts import MODALITIES, Need, Weights
from switchboard.matching.core.world import World

# Where each kind's codes begin in a role's array.
STATE, LINE, LEVEL, TREATS, LANGUAGE, WAY, PANEL = 0, 100, 200, 300, 400, 500, 600
TABLES = """
CREATE UNLOGGED TABLE role (id int8 PRIMARY KEY, practitioner int8, codes int4[],
  x float8, y float8, z float8,
  zone int2, treats int8, languages int8, cultures int8, youngest int2, oldest int2, ways int2, gender int2,
  load int2, results int2[]);
CREATE UNLOGGED TABLE slot (id int8, role int8, start int4, minutes int2, kind int2)"""
INDEXES = """
ALTER TABLE role ALTER codes SET STATISTICS 1000;
CREATE INDEX ON role USING gin (codes) WITH (fastupdate = off);
CREATE INDEX ON slot (role, start) INCLUDE (minutes, kind, id)"""
ASK = """
WITH near AS MATERIALIZED (
  SELECT id, practitioner, zone, points, place_points,
         ways & %(acceptable)s
           & CASE WHEN %(placed)s AND %(limit)s >= 0 AND (tenths < 0 OR tenths > %(limit)s) THEN 6 ELSE 7 END
           AS ways
  FROM (
    SELECT id, practitioner, zone, ways, tenths,
      CASE WHEN tenths < 0 THEN %(unplaced)s ELSE (%(near)s::int4[])[least(tenths, %(far)s) + 1] END
        AS place_points,
      %(load_weight)s * (1000 - load)
      + (%(fit)s::int4[])[bit_count((treats & %(wanted)s::int8)::bit(64)) + 1]
      + %(result_weight)s * coalesce(nullif(results[%(group)s], -1), %(unknown)s)
      + CASE WHEN gender = %(gender)s THEN %(gender_points)s ELSE 0 END
      + CASE WHEN languages & %(language)s::int8 <> 0 THEN %(language_points)s ELSE 0 END
      + CASE WHEN cultures & %(cultures)s::int8 <> 0 THEN %(culture_points)s ELSE 0 END
      + CASE WHEN practitioner = ANY(%(seen)s::int8[]) THEN %(seen_points)s ELSE 0 END AS points
    FROM (
      SELECT *, CASE WHEN %(placed)s THEN floor(2 * asin(least(1, sqrt(
          (x - %(x)s::float8) ^ 2 + (y - %(y)s::float8) ^ 2 + (z - %(z)s::float8) ^ 2) / 2))
          * {tenths} + 0.5)::int4 ELSE -1 END AS tenths
      FROM role
      WHERE codes @> %(every)s::int4[] {some} AND youngest <= %(age)s AND oldest >= %(age)s
        AND practitioner <> ALL(%(excluded)s::int8[])
      OFFSET 0
    ) gated
  ) weighed
), scored AS (
  SELECT n.practitioner, n.id AS role, s.id AS slot, s.start, n.points
    + (%(soon)s::int4[])[least(greatest(0, s.start - %(now)s) / 60, %(last_hour)s) + 1]
    + greatest(
      CASE WHEN s.kind & n.ways & 1 <> 0 THEN n.place_points + %(way_0)s {there} END,
      CASE WHEN s.kind & n.ways & 2 <> 0 THEN %(tele)s + %(way_1)s {here} END,
      CASE WHEN s.kind & n.ways & 4 <> 0 THEN %(tele)s + %(way_2)s {here} END) AS score
  FROM near n JOIN slot s ON s.role = n.id AND s.start BETWEEN %(earliest)s AND %(latest)s
  WHERE n.ways <> 0 AND s.kind & n.ways <> 0 AND s.minutes >= %(minutes)s AND s.kind & %(kind)s = %(kind)s
)
SELECT score, slot FROM (
  SELECT DISTINCT ON (practitioner) * FROM scored ORDER BY practitioner, score DESC, start, role, slot
) best ORDER BY score DESC, start, practitioner, role, slot LIMIT 10"""
LIKED = """
  + CASE WHEN (%(hours)s::int2[])[
      (extract(isodow FROM {clock}) - 1)::int * 24 + extract(hour FROM {clock})::int + 1] <> 0
    THEN %(time_points)s ELSE 0 END"""
CLOCK = "(to_timestamp(s.start::float8 * 60) AT TIME ZONE ({zone}))"
HERE = LIKED.format(clock=CLOCK.format(zone="%(zone)s::text"))
THERE = LIKED.format(clock=CLOCK.format(zone="(%(zones)s::text[])[n.zone + 1]"))


@contextmanager
def loaded(roles: RoleColumns, slots: SlotColumns) -> Iterator[psycopg.Connection[Any]]:
    """Give a connection to a PostgreSQL that holds this world: indexed, analyzed, one process a question."""
    from bench.book import database

    with database() as url, psycopg.connect(url, autocommit=True) as db:
        for statement in TABLES.split(";"):
            db.execute(statement)
        with db.cursor() as cursor:
            with cursor.copy("COPY role FROM STDIN") as out:
                for row in _roles(roles):
                    out.write_row(row)
            with cursor.copy("COPY slot FROM STDIN") as out:
                opened = slots.open
                names = ("slot", "role", "start", "minutes", "kind")
                for row in zip(*(getattr(slots, name)[opened].tolist() for name in names), strict=True):
                    out.write_row(row)
        for statement in INDEXES.split(";"):
            db.execute(statement)
        db.execute("VACUUM ANALYZE role, slot")
        db.execute("SET max_parallel_workers_per_gather = 0")
        db.execute("SET jit = off")
        db.execute("SET work_mem = '64MB'")
        db.execute("SET plan_cache_mode = force_custom_plan")
        yield db


def _roles(of: RoleColumns) -> Iterator[tuple[Any, ...]]:
    known = np.where(np.isnan(of.results), -1, np.floor(of.results * 1000 + 0.5)).astype(int).tolist()
    load = np.clip(np.floor(of.load * 1000 + 0.5), 0, 1000).astype(int).tolist()
    panel = (of.accepting & (of.room > 0)).tolist()
    place = units(of.latitude, of.longitude).tolist()
    names = ("role", "practitioner", "states", "lines", "levels", "treats", "languages", "cultures",
             "modalities", "youngest", "oldest", "gender", "zone")  # fmt: skip
    for at, row in enumerate(zip(*(getattr(of, name).tolist() for name in names), strict=True)):
        role, who, states, lines, levels, treats, languages, cultures, ways, young, old, gender, zone = row
        kinds = (
            (STATE, states),
            (LINE, lines),
            (LEVEL, levels),
            (TREATS, treats),
            (LANGUAGE, languages),
            (WAY, ways),
        )
        codes = [base + bit for base, mask in kinds for bit in range(64) if mask >> bit & 1]
        codes += [PANEL] * panel[at]
        yield (role, who, codes, *place[at], zone, treats, languages, cultures, young, old, ways, gender,
               load[at], known[at])  # fmt: skip


def asked(world: World, need: Need, weights: Weights) -> tuple[str, dict[str, Any]]:
    """Give the statement and its parameters for one need."""
    q = question(world, need, weights)
    ask, bit = q.ask.tolist(), plan.WORDS.bit
    wanted = sorted(TREATS + bit("conditions", code) for code in need.conditions)
    every = [
        base + bit(kind, code)
        for base, kind, code in (
            (STATE, "states", need.state), (LINE, "lines", need.line), (LEVEL, "levels", need.level),
            (LANGUAGE, "languages", need.language),
        )
        if code is not None
    ]  # fmt: skip
    every += wanted if need.every_condition else []
    every += [PANEL] if need.relation == "new" else []
    anyone = not need.every_condition and bool(wanted)
    likes = ask[k.TIME_POINTS] > 0
    text = ASK.format(
        tenths=k.EARTH_TENTHS,
        some="AND codes && %(some)s::int4[]" if anyone else "",
        there=THERE if likes else "",
        here=HERE if likes else "",
    )
    kind = 1 << (k.RELATION_BIT + ask[k.RELATION])
    if need.visit_type is not None:
        kind |= 1 << (k.VISIT_BIT + ask[k.VISIT])
    given = {
        "every": every, "some": wanted, "age": need.age, "excluded": list(need.excluded),
        "seen": list(need.seen),
        "placed": bool(ask[k.PLACED]), "x": float(q.place[0]), "y": float(q.place[1]), "z": float(q.place[2]),
        "limit": ask[k.LIMIT], "acceptable": sum(1 << MODALITIES.index(way) for way in need.modalities),
        "unplaced": ask[k.UNPLACED_POINTS], "near": q.near.tolist(), "far": len(q.near) - 1,
        "load_weight": ask[k.LOAD_WEIGHT], "fit": ask[k.FIT_POINTS : k.FIT_POINTS + 65],
        "wanted": ask[k.WANTED],
        "result_weight": ask[k.RESULT_WEIGHT], "group": ask[k.GROUP] + 1, "unknown": ask[k.RESULT_UNKNOWN],
        "gender": ask[k.LIKED_GENDER], "gender_points": ask[k.GENDER_POINTS],
        "language": ask[k.LIKED_LANGUAGE], "language_points": ask[k.LANGUAGE_POINTS],
        "cultures": ask[k.LIKED_CULTURES], "culture_points": ask[k.CULTURE_POINTS],
        "seen_points": ask[k.SEEN_POINTS], "soon": q.soon.tolist(),
        "last_hour": len(q.soon) - 1, "now": need.now,
        "way_0": ask[k.WAY_POINTS], "way_1": ask[k.WAY_POINTS + 1], "way_2": ask[k.WAY_POINTS + 2],
        "tele": ask[k.TELE_POINTS], "earliest": need.earliest, "latest": need.latest, "minutes": need.minutes,
        "kind": kind, "hours": q.hours.tolist(), "time_points": ask[k.TIME_POINTS], "zone": need.zone,
        "zones": list(plan.ZONES),
    }  # fmt: skip
    wide = {"wanted", "language", "cultures"}  # one width for the rest: psycopg would send small ones as int2
    return text, {
        name: (Int8 if name in wide else Int4)(value) if type(value) is int else value
        for name, value in given.items()
    }
