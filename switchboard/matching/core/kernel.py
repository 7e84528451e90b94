"""The compiled pass: gates as bit planes, a bound for every role that is left, slots only where it pays.

1. Each gate is one or more planes of one bit a role. And-ing them leaves the candidates, 64 roles at a step.
2. Each candidate gets the most it could score: its own points, the soonest open start it has for each way of
   meeting, every preference about times met.
3. Candidates are taken best bound first and their slots read in order of start, until no bound can beat the
   tenth best pair. Within a role reading stops as soon as waiting longer cannot win.

The meaning is :mod:`gates` and :mod:`ranking`; this must give the same pairs in the same order, and the
tests hold it to that. All points are whole numbers; nothing here allocates more than a few words.
"""

# Numba infers the types from the arrays, and is stricter than annotations would be.
# mypy: allow-untyped-defs, no-check-untyped-defs

import math

import numba as nb
import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

NEVER = 2**31 - 1
BLOCK = 256  # words of a plane at a time: they stay in the first-level cache
AHEAD = 6  # roles whose cache lines are asked for before their turn
EARTH_TENTHS = 39587.613  # mean radius in tenths of a mile; gates.EARTH_MILES

# Columns of `masks` (uint64) and of `small` (int16).
TREATS, LANGUAGES, CULTURES, STATES, LINES, LEVELS = range(6)
GENDER, WAYS, LOAD, ZONE, YOUNGEST, OLDEST, ACCEPTING, ROOM = range(8)
# Columns of `span` (int64): where the role's slots begin, how many there are, how many would fit.
BEGIN, COUNT, FITS = range(3)
# Bits of a slot's `kind`: ways of meeting (3), new and returning (2), visit types (11).
RELATION_BIT, VISIT_BIT = 3, 5
# Bits of a slot's `status`: 0 is open.
TAKEN, ENGAGED = 1, 2

# Places in the packed question `ask` (int64).
NOW, EARLIEST, LATEST, RELATION, VISIT, MINUTES, ACCEPTABLE, PLACED, LIMIT = range(9)
TELE_POINTS, UNPLACED_POINTS, WANTED = range(9, 12)
GROUP, RESULT_WEIGHT, RESULT_UNKNOWN, LOAD_WEIGHT, SEEN_POINTS = range(12, 17)
LIKED_GENDER, GENDER_POINTS, LIKED_LANGUAGE, LANGUAGE_POINTS = range(17, 21)
LIKED_CULTURES, CULTURE_POINTS, TIME_POINTS, MEMBER_ZONE = range(21, 25)
ORDER = 25  # three places: the ways of meeting, liked best first, -1 where none
WAY_POINTS = 28  # three places: the preference points of each way of meeting
FIT_POINTS = 31  # 65 places: points for treating 0, 1, 2 ... of what is wanted
ASK_LENGTH = 96


@intrinsic
def _ones(typingctx, word):
    def code(ctx, builder, sig, args):
        return builder.ctpop(args[0])

    return types.int64(types.uint64), code


@intrinsic
def _lowest(typingctx, word):
    def code(ctx, builder, sig, args):
        return builder.cttz(args[0], ctx.get_constant(types.boolean, 0))

    return types.int64(types.uint64), code


@intrinsic
def _fetch(typingctx, address):
    """Ask the processor to bring the cache line at an address near; it may not exist, that is no error."""

    def code(ctx, builder, sig, args):
        line, whole = ir.IntType(8).as_pointer(), ir.IntType(32)
        order = ir.FunctionType(ir.VoidType(), [line, whole, whole, whole])
        fetch = cgutils.get_or_insert_function(builder.module, order, "llvm.prefetch.p0i8")
        read, soon, data = (ir.Constant(whole, value) for value in (0, 3, 1))
        builder.call(fetch, [builder.inttoptr(args[0], line), read, soon, data])
        return ctx.get_dummy_value()

    return types.void(types.intp), code


jit = nb.njit(cache=True, nogil=True, error_model="numpy")


@jit
def among(value, rows):
    """Say whether a row is in a short list."""
    for i in range(len(rows)):  # noqa: SIM110 - Numba compiles no generator
        if rows[i] == value:
            return True
    return False


@jit
def spread(words, begin, size, excluded, out, found):
    """Write the rows of the bits that are set, but for those left out; give how many are written."""
    for word in range(size):
        left = words[word]
        while left != 0:
            row = (begin + word) * 64 + _lowest(left)
            left &= left - np.uint64(1)
            if len(excluded) == 0 or not among(row, excluded):
                out[found] = row
                found += 1
    return found


@jit
def candidates(planes, words, ptr, ids, excluded, out):
    """Write the rows that pass every group of planes (any plane of each group); give how many."""
    left_over = np.empty(BLOCK, np.uint64)
    any_of = np.empty(BLOCK, np.uint64)
    found = 0
    for begin in range(0, words, BLOCK):
        size = min(BLOCK, words - begin)
        left_over[:] = ~np.uint64(0)
        for group in range(len(ptr) - 1):
            any_of[:] = 0
            for at in range(ptr[group], ptr[group + 1]):
                plane = planes[ids[at]]
                for word in range(size):
                    any_of[word] |= plane[begin + word]
            for word in range(size):
                left_over[word] &= any_of[word]
        found = spread(left_over, begin, size, excluded, out, found)
    return found


@jit
def great_circle(x, y, z):
    """Give the distance in tenths of a mile between places on the unit sphere that differ by x, y, z."""
    half = math.sqrt(x * x + y * y + z * z) / 2
    if half < 0.025:  # 200 miles: the series is exact to a millionth of a mile
        h2 = half * half
        arc = half * (1 + h2 * (1 / 6 + h2 * (3 / 40 + h2 * (15 / 336))))
    else:
        arc = math.asin(min(1.0, half))
    return np.int64(math.floor(2 * arc * EARTH_TENTHS + 0.5))


@jit
def weigh(rows, count, masks, small, where, results, first, seen, ask, soon, near_points, place, notes, heap):
    """Fill ``heap`` with (bound, candidate) of those that could have a fitting slot; give how many.

    Note each one's points, points of each way of meeting (-1 not possible) and distance (or -1). What tells
    whether a role could have a slot lies in its first cache line; the second is read only if it could.
    One long loop on purpose: handing arrays to a function counts their users, which costs 90 ns a role.
    The numbers asked are taken out of ``ask`` before the loop: in it, every write might have changed them.
    """
    now, earliest, latest, relation = ask[NOW], ask[EARLIEST], ask[LATEST], ask[RELATION]
    acceptable, placed, limit = ask[ACCEPTABLE], ask[PLACED] != 0, ask[LIMIT]
    tele, unplaced, wanted = ask[TELE_POINTS], ask[UNPLACED_POINTS], np.uint64(ask[WANTED])
    group, result_weight, unknown, load_weight = (
        ask[GROUP], ask[RESULT_WEIGHT], ask[RESULT_UNKNOWN], ask[LOAD_WEIGHT]
    )  # fmt: skip
    gender, gender_points = ask[LIKED_GENDER], ask[GENDER_POINTS]
    language, language_points = np.uint64(ask[LIKED_LANGUAGE]), ask[LANGUAGE_POINTS]
    cultures, culture_points = np.uint64(ask[LIKED_CULTURES]), ask[CULTURE_POINTS]
    way_0, way_1, way_2 = ask[WAY_POINTS], ask[WAY_POINTS + 1], ask[WAY_POINTS + 2]
    px, py, pz, last_hour, last_tenth = place[0], place[1], place[2], len(soon) - 1, len(near_points) - 1
    base, stride = where.ctypes.data, where.strides[0]
    size = 0
    for i in range(count):
        if i + AHEAD < count:
            _fetch(base + rows[i + AHEAD] * stride)
            _fetch(base + rows[i + AHEAD] * stride + 64)
        row = rows[i]
        mask = np.int64(small[row, WAYS]) & acceptable
        open_ways = np.int64(0)
        for way in range(3):
            start = np.int64(first[row, way * 2 + relation])
            open_ways |= np.int64(start <= latest) << way
        if mask & open_ways == 0:
            continue
        tenths, near = np.int64(-1), unplaced
        if mask & 1 and placed:
            x, y, z = px - where[row, 0], py - where[row, 1], pz - where[row, 2]
            if not math.isnan(x):
                tenths = great_circle(x, y, z)
                near = near_points[min(tenths, last_tenth)]
            if limit >= 0 and (tenths < 0 or tenths > limit):
                mask &= 6
                if mask & open_ways == 0:
                    continue
        best = np.int64(-1)
        for way in range(3):
            worth = np.int64(-1)
            if mask >> way & 1:
                worth = near + way_0 if way == 0 else tele + (way_1 if way == 1 else way_2)
                if open_ways >> way & 1:
                    since = max(np.int64(first[row, way * 2 + relation]), earliest)
                    best = max(best, soon[min(max(np.int64(0), since - now) // 60, last_hour)] + worth)
            notes[i, 1 + way] = worth
        points = load_weight * (1000 - np.int64(small[row, LOAD]))
        points += ask[FIT_POINTS + _ones(masks[row, TREATS] & wanted)]
        known = unknown
        if group >= 0 and results[row, group] >= 0:
            known = np.int64(results[row, group])
        points += result_weight * known
        points += gender_points * np.int64(small[row, GENDER] == gender)
        points += language_points * np.int64(masks[row, LANGUAGES] & language != 0)
        points += culture_points * np.int64(masks[row, CULTURES] & cultures != 0)
        for j in range(len(seen)):
            if seen[j] == row:
                points += ask[SEEN_POINTS]
        notes[i, 0], notes[i, 4] = points, tenths
        heap[size] = (best + points + ask[TIME_POINTS]) << 32 | i
        size += 1
    return size


@jit
def reach(rows, count, small, where, ask, place, ways):
    """Write the ways in which each candidate could be met, near enough when in person."""
    for i in range(count):
        row = rows[i]
        mask = np.int64(small[row, WAYS]) & ask[ACCEPTABLE]
        if mask & 1 and ask[PLACED] and ask[LIMIT] >= 0:
            x, y, z = place[0] - where[row, 0], place[1] - where[row, 1], place[2] - where[row, 2]
            if math.isnan(x) or great_circle(x, y, z) > ask[LIMIT]:
                mask &= 6
        ways[i] = mask


@jit
def liked_hour(start, zone, clocks, hours):
    """Say whether a start falls in a liked hour of the week on the clock of a zone."""
    piece = 0
    while piece + 1 < clocks.shape[2] and clocks[0, zone, piece + 1] <= start:
        piece += 1
    return hours[((start + clocks[1, zone, piece] + 4320) % 10080) // 60] != 0


@jit
def from_start(starts, begin, end, start):
    """Give the first place in [begin, end) whose start is not before ``start``."""
    while begin < end:
        middle = (begin + end) // 2
        if starts[middle] < start:
            begin = middle + 1
        else:
            end = middle
    return begin


@jit
def suits(length, bits, status, relation, visit, minutes):
    """Say whether a slot is open, for this relation, visit type and length."""
    return (
        status == 0
        and bits >> (RELATION_BIT + relation) & 1
        and (visit < 0 or bits >> (VISIT_BIT + visit) & 1)
        and length >= minutes
    )


@jit
def best_of_role(row, note, floor, small, span, start, length, kind, status, ask, soon, clocks, hours):
    """Give (points, slot place, way) of the role's best slot, points -1 when none reaches ``floor``."""
    points = note[0]
    top = max(note[1], note[2], note[3]) + points + ask[TIME_POINTS]
    end = min(span[row, BEGIN] + span[row, COUNT], len(start))
    at = from_start(start, span[row, BEGIN], end, ask[EARLIEST])
    best, place, how = np.int64(-1), np.int64(-1), np.int64(-1)
    while at < end and start[at] <= ask[LATEST]:
        begins, bits = np.int64(start[at]), np.int64(kind[at])
        soonness = soon[min(max(np.int64(0), begins - ask[NOW]) // 60, len(soon) - 1)]
        if soonness + top < floor or soonness + top <= best:
            break
        if suits(length[at], bits, status[at], ask[RELATION], ask[VISIT], ask[MINUTES]):
            for turn in range(3):
                way = ask[ORDER + turn]
                if way >= 0 and note[1 + way] >= 0 and bits >> way & 1:
                    score = points + soonness + note[1 + way]
                    if ask[TIME_POINTS] > 0:
                        zone = small[row, ZONE] if way == 0 else ask[MEMBER_ZONE]
                        if liked_hour(begins, zone, clocks, hours):
                            score += ask[TIME_POINTS]
                    if score > best:
                        best, place, how = score, at, way
        at += 1
    return best, place, how


@jit
def sift_down(heap, at, size):
    """Put one element of a max-heap in its place."""
    value = heap[at]
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        if child + 1 < size and heap[child + 1] > heap[child]:
            child += 1
        if heap[child] <= value:
            break
        heap[at] = heap[child]
        at = child
    heap[at] = value


@jit
def before(a, b, found, start, who, ids):
    """Say whether found pair ``a`` ranks before ``b``: points, then start, practitioner, role, slot."""
    if found[a, 0] != found[b, 0]:
        return found[a, 0] > found[b, 0]
    at, bt = found[a, 2], found[b, 2]
    if start[at] != start[bt]:
        return start[at] < start[bt]
    ra, rb = found[a, 1], found[b, 1]
    if who[ra, 0] != who[rb, 0]:
        return who[ra, 0] < who[rb, 0]
    if who[ra, 1] != who[rb, 1]:
        return who[ra, 1] < who[rb, 1]
    return ids[at] < ids[bt]


@jit
def keep(size, limit, found, start, who, ids):
    """Sort the pair just written at ``size`` into the list, one a practitioner; give the new size."""
    practitioner = who[found[size, 1], 0]
    last = size
    for i in range(size):
        if who[found[i, 1], 0] == practitioner:
            if not before(size, i, found, start, who, ids):
                return size
            for column in range(5):
                found[i, column] = found[size, column]
            last = i
            size -= 1
            break
    while last > 0 and before(last, last - 1, found, start, who, ids):
        for column in range(5):
            found[last, column], found[last - 1, column] = found[last - 1, column], found[last, column]
        last -= 1
    return min(size + 1, limit)


@jit
def best_pairs(planes, words, masks, small, where, results, who, first, span,
               start, length, kind, status, ids,
               ptr, plane_ids, excluded, seen, ask, soon, near_points, place, clocks, hours,
               rows, heap, notes, found):  # fmt: skip
    """Write the best pairs into ``found`` (points, row, slot place, way, tenths); give how many."""
    limit = len(found) - 1
    count = candidates(planes, words, ptr, plane_ids, excluded, rows)
    size = weigh(rows, count, masks, small, where, results, first, seen, ask, soon, near_points, place,
                 notes, heap)  # fmt: skip
    for at in range(size // 2 - 1, -1, -1):
        sift_down(heap, at, size)
    kept = 0
    while size > 0:
        floor = found[limit - 1, 0] if kept == limit else np.int64(0)
        if heap[0] >> 32 < floor:
            break
        candidate = heap[0] & 0xFFFFFFFF
        size -= 1
        heap[0] = heap[size]
        sift_down(heap, 0, size)
        row = rows[candidate]
        best, slot, way = best_of_role(row, notes[candidate], floor, small, span, start, length, kind, status,
                                       ask, soon, clocks, hours)  # fmt: skip
        if best >= floor and slot >= 0:
            found[kept, 0], found[kept, 1], found[kept, 2], found[kept, 3] = best, row, slot, way
            found[kept, 4] = notes[candidate, 4]
            kept = keep(kept, limit, found, start, who, ids)
    return kept


@jit
def first_fits(planes, words, small, where, span, start, length, kind, status,
               ptr, plane_ids, excluded, ask, place, open_time, rows, could, firsts):  # fmt: skip
    """Write the roles within reach (in ``rows``) and their first fitting start; give how many.

    With ``open_time`` only those that have one, and otherwise no slot is looked at.
    """
    count = candidates(planes, words, ptr, plane_ids, excluded, rows)
    reach(rows, count, small, where, ask, place, could)
    kept = 0
    for i in range(count):
        row, ways = rows[i], could[i]
        if ways == 0:
            continue
        found = np.int64(NEVER)
        end = min(span[row, BEGIN] + span[row, COUNT], len(start)) if open_time else np.int64(0)
        at = from_start(start, span[row, BEGIN], end, ask[EARLIEST])
        while at < end and start[at] <= ask[LATEST]:
            bits = np.int64(kind[at])
            if bits & ways and suits(length[at], bits, status[at], ask[RELATION], ask[VISIT], ask[MINUTES]):
                found = np.int64(start[at])
                break
            at += 1
        if open_time and found == NEVER:
            continue
        rows[kept], firsts[kept] = row, found
        kept += 1
    return kept


@jit
def how_many(rows, count, who, people):
    """Count the different practitioners of some rows; ``people`` has room for four times as many."""
    size = 1
    while size < 2 * count:
        size *= 2
    people[:size] = -1
    most = size - 1
    different = 0
    for i in range(count):
        one = who[rows[i], 0]
        at = (one * 0x9E3779B97F4A7C >> 20) & most
        while people[at] >= 0 and people[at] != one:
            at = (at + 1) & most
        if people[at] < 0:
            people[at] = one
            different += 1
    return different
