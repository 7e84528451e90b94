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
from numba import types
from numba.extending import intrinsic

NEVER = 2**31 - 1
EARTH_TENTHS = 39587.613  # mean radius in tenths of a mile; gates.EARTH_MILES

# Columns of `masks` (uint64) and of `small` (int32).
TREATS, LANGUAGES, CULTURES, STATES, LINES, LEVELS = range(6)
GENDER, WAYS, LOAD, ZONE, YOUNGEST, OLDEST, ACCEPTING, ROOM = range(8)
# Columns of `span` (int64): where the role's slots begin, how many there are, how many would fit.
BEGIN, COUNT, FITS = range(3)
# Bits of a slot's `kind`: ways of meeting (3), new and returning (2), visit types (11).
RELATION_BIT, VISIT_BIT = 3, 5
# Bits of a slot's `status`: 0 is open.
TAKEN, ENGAGED = 1, 2

# Places in the packed question `ask` (int64).
NOW, EARLIEST, LATEST, RELATION, VISIT, MINUTES, ACCEPTABLE, PLACED, LIMIT, FAR = range(10)
NEAR_WEIGHT, TELE_POINTS, UNPLACED_POINTS, WANTED, WANTED_COUNT, FIT_WEIGHT = range(10, 16)
GROUP, RESULT_WEIGHT, RESULT_UNKNOWN, LOAD_WEIGHT, SEEN_POINTS = range(16, 21)
LIKED_GENDER, GENDER_POINTS, LIKED_LANGUAGE, LANGUAGE_POINTS = range(21, 25)
LIKED_CULTURES, CULTURE_POINTS, TIME_POINTS, MEMBER_ZONE = range(25, 29)
ORDER = 29  # three places: the ways of meeting, liked best first, -1 where none
WAY_POINTS = 32  # three places: the preference points of each way of meeting
ASK_LENGTH = 35


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


jit = nb.njit(cache=True, nogil=True, boundscheck=False)


@jit
def among(value, rows):
    """Say whether a row is in a short list."""
    for i in range(len(rows)):  # noqa: SIM110 - Numba compiles no generator
        if rows[i] == value:
            return True
    return False


@jit
def candidates(planes, words, ptr, ids, excluded, out):
    """Write the rows that pass every group of planes (any plane of each group); give how many."""
    found = 0
    for word in range(words):
        left = ~np.uint64(0)
        for group in range(len(ptr) - 1):
            any_of = np.uint64(0)
            for at in range(ptr[group], ptr[group + 1]):
                any_of |= planes[ids[at], word]
            left &= any_of
            if left == 0:
                break
        while left != 0:
            row = word * 64 + _lowest(left)
            left &= left - np.uint64(1)
            if len(excluded) == 0 or not among(row, excluded):
                out[found] = row
                found += 1
    return found


@jit
def distance(place, where, row):
    """Give the great-circle distance in tenths of a mile, -1 when the role's place is unknown."""
    x, y, z = place[0] - where[row, 0], place[1] - where[row, 1], place[2] - where[row, 2]
    square = x * x + y * y + z * z
    if math.isnan(square):
        return np.int64(-1)
    half = math.sqrt(square) / 2
    if half < 0.025:  # 200 miles: the series is exact to a millionth of a mile
        h2 = half * half
        arc = half * (1 + h2 * (1 / 6 + h2 * (3 / 40 + h2 * (15 / 336))))
    else:
        arc = math.asin(min(1.0, half))
    return np.int64(math.floor(2 * arc * EARTH_TENTHS + 0.5))


@jit
def role_points(row, masks, small, results, ask, seen):
    """Give the points that do not depend on the slot."""
    points = ask[LOAD_WEIGHT] * (1000 - small[row, LOAD])
    if ask[WANTED_COUNT] > 0:
        met = _ones(masks[row, TREATS] & np.uint64(ask[WANTED]))
        points += ask[FIT_WEIGHT] * (1000 * met // ask[WANTED_COUNT])
    else:
        points += ask[FIT_WEIGHT] * 1000
    known = ask[RESULT_UNKNOWN]
    if ask[GROUP] >= 0 and results[row, ask[GROUP]] >= 0:
        known = np.int64(results[row, ask[GROUP]])
    points += ask[RESULT_WEIGHT] * known
    if ask[GENDER_POINTS] > 0 and small[row, GENDER] == ask[LIKED_GENDER]:
        points += ask[GENDER_POINTS]
    if ask[LANGUAGE_POINTS] > 0 and masks[row, LANGUAGES] & np.uint64(ask[LIKED_LANGUAGE]) != 0:
        points += ask[LANGUAGE_POINTS]
    if ask[CULTURE_POINTS] > 0 and masks[row, CULTURES] & np.uint64(ask[LIKED_CULTURES]) != 0:
        points += ask[CULTURE_POINTS]
    if len(seen) > 0 and among(row, seen):
        points += ask[SEEN_POINTS]
    return points


@jit
def ways_of(row, where, small, ask, place, ways):
    """Write the points of each way of meeting (-1 where not possible); give the distance or -1."""
    mask = small[row, WAYS] & ask[ACCEPTABLE]
    tenths = np.int64(-1)
    ways[0] = -1
    if mask & 1:
        near = ask[UNPLACED_POINTS]
        reachable = True
        if ask[PLACED]:
            tenths = distance(place, where, row)
            if tenths >= 0:
                near = max(np.int64(0), 1000 - 1000 * tenths // ask[FAR])
            reachable = ask[LIMIT] < 0 or (tenths >= 0 and tenths <= ask[LIMIT])
        if reachable:
            ways[0] = ask[NEAR_WEIGHT] * near + ask[WAY_POINTS]
    ways[1] = ask[TELE_POINTS] + ask[WAY_POINTS + 1] if mask & 2 else np.int64(-1)
    ways[2] = ask[TELE_POINTS] + ask[WAY_POINTS + 2] if mask & 4 else np.int64(-1)
    return tenths


@jit
def waiting(start, ask, soon):
    """Give the points of a start."""
    return soon[min(max(np.int64(0), start - ask[NOW]) // 60, len(soon) - 1)]


@jit
def liked_hour(start, zone, clocks, hours):
    """Say whether a start falls in a liked hour of the week on the clock of a zone."""
    piece = 0
    while piece + 1 < clocks.shape[2] and clocks[0, zone, piece + 1] <= start:
        piece += 1
    return hours[((start + clocks[1, zone, piece] + 4320) % 10080) // 60] != 0


@jit
def most(row, points, first, ask, soon, ways):
    """Give the most a role could score, -1 when it has no start at all that could fit."""
    best = np.int64(-1)
    for way in range(3):
        if ways[way] >= 0:
            start = first[row, way * 2 + ask[RELATION]]
            if start <= ask[LATEST]:
                best = max(best, waiting(max(np.int64(start), ask[EARLIEST]), ask, soon) + ways[way])
    return best + points + ask[TIME_POINTS] if best >= 0 else best


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
def suits(at, length, kind, status, ask):
    """Say whether a slot is open, for this relation, visit type and length."""
    bits = np.int64(kind[at])
    return (
        status[at] == 0
        and bits >> (RELATION_BIT + ask[RELATION]) & 1
        and (ask[VISIT] < 0 or bits >> (VISIT_BIT + ask[VISIT]) & 1)
        and length[at] >= ask[MINUTES]
    )


@jit
def best_of_role(
    row, points, floor, small, span, start, length, kind, status, ask, soon, ways, clocks, hours
):
    """Give (points, slot place, way) of the role's best slot, points -1 when none reaches ``floor``."""
    top = max(ways[0], ways[1], ways[2]) + points + ask[TIME_POINTS]
    end = min(span[row, BEGIN] + span[row, COUNT], len(start))
    at = from_start(start, span[row, BEGIN], end, ask[EARLIEST])
    best, place, how = np.int64(-1), np.int64(-1), np.int64(-1)
    while at < end and start[at] <= ask[LATEST]:
        soonness = waiting(np.int64(start[at]), ask, soon)
        if soonness + top < floor or soonness + top <= best:
            break
        if suits(at, length, kind, status, ask):
            for turn in range(3):
                way = ask[ORDER + turn]
                if way >= 0 and ways[way] >= 0 and np.int64(kind[at]) >> way & 1:
                    score = points + soonness + ways[way]
                    if ask[TIME_POINTS] > 0:
                        zone = small[row, ZONE] if way == 0 else ask[MEMBER_ZONE]
                        if liked_hour(np.int64(start[at]), zone, clocks, hours):
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
               ptr, plane_ids, excluded, seen, ask, soon, place, clocks, hours,
               rows, heap, found):  # fmt: skip
    """Write the best pairs into ``found`` (points, row, slot place, way, tenths); give how many."""
    limit = len(found) - 1
    count = candidates(planes, words, ptr, plane_ids, excluded, rows)
    ways = np.empty(3, np.int64)
    size = 0
    for i in range(count):
        row = rows[i]
        ways_of(row, where, small, ask, place, ways)
        if ways[0] < 0 and ways[1] < 0 and ways[2] < 0:
            continue
        bound = most(row, role_points(row, masks, small, results, ask, seen), first, ask, soon, ways)
        if bound >= 0:
            heap[size] = bound << 32 | (NEVER - row)
            size += 1
    for at in range(size // 2 - 1, -1, -1):
        sift_down(heap, at, size)
    kept = 0
    while size > 0:
        floor = found[limit - 1, 0] if kept == limit else np.int64(0)
        if heap[0] >> 32 < floor:
            break
        row = NEVER - (heap[0] & 0xFFFFFFFF)
        size -= 1
        heap[0] = heap[size]
        sift_down(heap, 0, size)
        tenths = ways_of(row, where, small, ask, place, ways)
        points = role_points(row, masks, small, results, ask, seen)
        best, slot, way = best_of_role(
            row, points, floor, small, span, start, length, kind, status, ask, soon, ways, clocks, hours
        )
        if best >= floor and slot >= 0:
            found[kept, 0], found[kept, 1], found[kept, 2], found[kept, 3], found[kept, 4] = (
                best,
                row,
                slot,
                way,
                tenths,
            )
            kept = keep(kept, limit, found, start, who, ids)
    return kept


@jit
def first_fits(planes, words, small, where, span, start, length, kind, status,
               ptr, plane_ids, excluded, ask, place, rows, firsts):  # fmt: skip
    """Write the roles within reach (in ``rows``) and their first fitting start, NEVER if none; count them."""
    count = candidates(planes, words, ptr, plane_ids, excluded, rows)
    ways = np.empty(3, np.int64)
    kept = 0
    for i in range(count):
        row = rows[i]
        ways_of(row, where, small, ask, place, ways)
        open_ways = np.int64(0)
        for way in range(3):
            open_ways |= np.int64(ways[way] >= 0) << way
        if open_ways == 0:
            continue
        end = min(span[row, BEGIN] + span[row, COUNT], len(start))
        at = from_start(start, span[row, BEGIN], end, ask[EARLIEST])
        firsts[kept] = NEVER
        while at < end and start[at] <= ask[LATEST]:
            if np.int64(kind[at]) & open_ways and suits(at, length, kind, status, ask):
                firsts[kept] = start[at]
                break
            at += 1
        rows[kept] = row
        kept += 1
    return kept


@jit
def summarize(row, span, start, kind, status, first):
    """Recompute a role's first open start for each way and relation; give the visit types it has open."""
    for column in range(6):
        first[row, column] = NEVER
    visits = 0
    for at in range(span[row, BEGIN], span[row, BEGIN] + span[row, COUNT]):
        if status[at] == 0:
            bits = np.int64(kind[at])
            visits |= bits >> VISIT_BIT
            for way in range(3):
                for relation in range(2):
                    if bits >> way & bits >> (RELATION_BIT + relation) & 1:
                        first[row, way * 2 + relation] = min(first[row, way * 2 + relation], start[at])
    return visits


@jit
def set_bits(planes, base, width, row, mask):
    """Set one role's bit in ``width`` planes from ``base`` on, as the mask says."""
    word, bit = row >> 6, np.uint64(1) << np.uint64(row & 63)
    for plane in range(width):
        if mask >> np.uint64(plane) & np.uint64(1):
            planes[base + plane, word] |= bit
        else:
            planes[base + plane, word] &= ~bit


@jit
def set_ages(planes, base, row, youngest, oldest):
    """Set one role's bit in the planes of the years of age it sees (121 planes, the last 120 and over)."""
    word, bit = row >> 6, np.uint64(1) << np.uint64(row & 63)
    for age in range(121):
        if youngest <= age <= oldest:
            planes[base + age, word] |= bit
        else:
            planes[base + age, word] &= ~bit


@jit
def mark_engaged(row, span, start, length, status, engagements):
    """Mark the role's slots that overlap an engagement (start, end), and unmark the others."""
    for at in range(span[row, BEGIN], span[row, BEGIN] + span[row, COUNT]):
        hit = False
        for i in range(len(engagements)):
            hit = hit or (start[at] < engagements[i, 1] and engagements[i, 0] < start[at] + length[at])
        status[at] = (status[at] & ~np.uint8(ENGAGED)) | (np.uint8(ENGAGED) if hit else np.uint8(0))
