"""Where people live and where care is: the ZIP codes of Connecticut, Massachusetts and Rhode Island.

Centroids, cities and telephone areas come from the ``zipcodes`` package; populations of the counties are
those of the 2020 census, shared among a county's ZIP codes. Connecticut stands by its eight old counties.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import zipcodes
from numpy.random import Generator

STATES = ("CT", "MA", "RI")

# FIPS code and 2020 population; an R marks the counties short of care in this world.
COUNTIES = {
    "CT": {
        "Fairfield": "09001 957419", "Hartford": "09003 899498", "Litchfield": "09005 185186 R",
        "Middlesex": "09007 164245", "New Haven": "09009 864835", "New London": "09011 268555",
        "Tolland": "09013 149788 R", "Windham": "09015 116418 R",
    },
    "MA": {
        "Barnstable": "25001 228996", "Berkshire": "25003 129026 R", "Bristol": "25005 579200",
        "Dukes": "25007 20600 R", "Essex": "25009 809829", "Franklin": "25011 71029 R",
        "Hampden": "25013 465825", "Hampshire": "25015 162308 R", "Middlesex": "25017 1632002",
        "Nantucket": "25019 14255 R", "Norfolk": "25021 725981", "Plymouth": "25023 530819",
        "Suffolk": "25025 797936", "Worcester": "25027 862111",
    },
    "RI": {
        "Bristol": "44001 50793", "Kent": "44003 170363", "Newport": "44005 85643",
        "Providence": "44007 660741", "Washington": "44009 129839 R",
    },
}  # fmt: skip
CROWDED = {"25025", "25017", "09003", "09009", "44007"}  # where practitioners like to settle
SHORT, PLENTY = 0.25, 1.6


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """The ZIP codes as columns. ``people`` and ``offices`` are cumulative shares, to draw by."""

    zips: list[str]
    cities: list[str]
    states: np.ndarray
    counties: list[str]
    latitudes: np.ndarray
    longitudes: np.ndarray
    areas: list[str]
    rural: np.ndarray
    people: np.ndarray
    offices: np.ndarray

    def homes(self, draw: Generator, count: int) -> np.ndarray:
        """Draw where people live."""
        return np.searchsorted(self.people, draw.random(count), side="right")

    def sites(self, draw: Generator, count: int) -> np.ndarray:
        """Draw where offices are: fewer in rural counties than people need."""
        return np.searchsorted(self.offices, draw.random(count), side="right")


def _standard() -> list[dict[str, str]]:
    found = [
        {**entry, "area": entry["area_codes"][0], "county": entry["county"].removesuffix(" County")}
        for state in STATES
        for entry in zipcodes.filter_by(state=state, zip_code_type="STANDARD")
        if entry["area_codes"]
    ]
    return sorted(found, key=lambda entry: entry["zip_code"])


@cache
def places() -> Places:
    """Give the region's ZIP codes, ordered by code."""
    found = _standard()
    facts = [COUNTIES[e["state"]][e["county"]].split() for e in found]
    fips = np.array([f[0] for f in facts])
    towns = [(e["state"], e["city"]) for e in found]
    # A city with several ZIP codes is dense: each of its codes counts as much as three villages.
    dense = np.array([3.0 if towns.count(town) > 1 else 1.0 for town in towns])
    people = np.array([float(f[1]) for f in facts])
    for county in set(fips.tolist()):
        here = fips == county
        people[here] *= dense[here] / dense[here].sum()
    rural = np.array([len(f) == 3 for f in facts])
    liked = np.where(rural, SHORT, np.where(np.isin(fips, list(CROWDED)), PLENTY, 1.0))
    return Places(
        [e["zip_code"] for e in found],
        [e["city"] for e in found],
        np.array([STATES.index(e["state"]) for e in found], dtype=np.int8),
        fips.tolist(),
        np.array([float(e["lat"]) for e in found]),
        np.array([float(e["long"]) for e in found]),
        [e["area"] for e in found],
        rural,
        np.cumsum(people) / people.sum(),
        np.cumsum(people * liked) / (people * liked).sum(),
    )
