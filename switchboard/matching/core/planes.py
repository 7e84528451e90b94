"""The compiled writers: planes, first open starts and engagements, in line with the columns of roles."""

# Numba infers the types from the arrays, and is stricter than annotations would be.
# mypy: allow-untyped-defs, no-check-untyped-defs

import numpy as np

from switchboard.matching.core.kernel import (
    ACCEPTING,
    BEGIN,
    COUNT,
    ENGAGED,
    LANGUAGES,
    LEVELS,
    LINES,
    NEVER,
    OLDEST,
    RELATION_BIT,
    ROOM,
    STATES,
    TREATS,
    VISIT_BIT,
    WAYS,
    YOUNGEST,
    jit,
)  # fmt: skip


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
def write_roles(planes, first_row, last_row, masks, small, bases):
    """Bring the planes of roles in line with their columns; ``bases`` as columns.BASES."""
    for row in range(first_row, last_row):
        set_bits(planes, bases[0], 1, row, np.uint64(1))
        set_bits(planes, bases[1], 1, row, np.uint64(small[row, ACCEPTING] != 0 and small[row, ROOM] > 0))
        set_bits(planes, bases[2], 3, row, np.uint64(small[row, WAYS]))
        set_bits(planes, bases[3], 64, row, masks[row, STATES])
        set_bits(planes, bases[4], 16, row, masks[row, LINES])
        set_bits(planes, bases[5], 16, row, masks[row, LEVELS])
        set_bits(planes, bases[6], 64, row, masks[row, TREATS])
        set_bits(planes, bases[7], 64, row, masks[row, LANGUAGES])
        for age in range(121):  # the last stands for 120 and over
            seen = small[row, YOUNGEST] <= age <= small[row, OLDEST]
            set_bits(planes, bases[8] + age, 1, row, np.uint64(seen))


@jit
def write_open(planes, first_row, last_row, span, start, kind, status, first, offers_base, visits_base):
    """Bring first open starts, and the planes of what is open, in line with the roles' slots."""
    for row in range(first_row, last_row):
        visits = summarize(row, span, start, kind, status, first)
        offers = 0
        for column in range(6):
            offers |= np.int64(first[row, column] != NEVER) << column
        set_bits(planes, offers_base, 6, row, np.uint64(offers))
        set_bits(planes, visits_base, 11, row, np.uint64(visits))


@jit
def mark_engaged(row, span, start, length, status, engagements):
    """Mark the role's slots that overlap an engagement (start, end), and unmark the others."""
    for at in range(span[row, BEGIN], span[row, BEGIN] + span[row, COUNT]):
        hit = False
        for i in range(len(engagements)):
            hit = hit or (start[at] < engagements[i, 1] and engagements[i, 0] < start[at] + length[at])
        status[at] = (status[at] & ~np.uint8(ENGAGED)) | (np.uint8(ENGAGED) if hit else np.uint8(0))
