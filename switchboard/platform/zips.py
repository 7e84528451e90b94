"""Where a ZIP code is: centroid, county and time zone, offline.

Centroids, county names and zones come from the ``zipcodes`` package; county FIPS codes from the Census
Bureau's list of counties (``counties.csv``, 2017 vintage: Connecticut by its eight old counties, as the
federal adequacy files still have it). About 42,000 entries, read once a process, in under a second.
"""

import csv
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

# Census state codes (FIPS 5-2).
STATE_FIPS = {
    "AL": "01", "AK": "02", "AZ": "04", "AR": "05", "CA": "06", "CO": "08", "CT": "09", "DE": "10",
    "DC": "11", "FL": "12", "GA": "13", "HI": "15", "ID": "16", "IL": "17", "IN": "18", "IA": "19",
    "KS": "20", "KY": "21", "LA": "22", "ME": "23", "MD": "24", "MA": "25", "MI": "26", "MN": "27",
    "MS": "28", "MO": "29", "MT": "30", "NE": "31", "NV": "32", "NH": "33", "NJ": "34", "NM": "35",
    "NY": "36", "NC": "37", "ND": "38", "OH": "39", "OK": "40", "OR": "41", "PA": "42", "RI": "44",
    "SC": "45", "SD": "46", "TN": "47", "TX": "48", "UT": "49", "VT": "50", "VA": "51", "WA": "53",
    "WV": "54", "WI": "55", "WY": "56", "PR": "72",
}  # fmt: skip
KINDS_OF_COUNTY = re.compile(
    r" (county|parish|borough|census area|municipality|municipio|planning region|city and borough|city)$"
)
FIRST_CITY = 510  # county codes from here on are independent cities (Baltimore, St. Louis, Virginia's)


@dataclass(frozen=True, slots=True)
class Place:
    """The middle of a ZIP code, in degrees; ``county_fips`` is empty for military and island codes."""

    zip5: str
    city: str
    state: str
    county_fips: str
    latitude: float
    longitude: float
    time_zone: str


@cache
def place_of(zip5: str) -> Place | None:
    """Give where a five-digit ZIP code is, or None when the post office has no such code."""
    entry = _entries().get(zip5)
    return _place(entry) if entry else None


def _bare(name: str) -> str:
    """Give a county's name without its kind, accents, blanks and abbreviations."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    plain = re.sub(r"^(municipality|city and borough) of ", "", plain)
    plain = re.sub(r"\bsaint\b", "st", plain)
    for _ in range(2):
        plain = KINDS_OF_COUNTY.sub("", plain)
    return re.sub(r"[^a-z]", "", plain)


@cache
def _counties() -> Mapping[tuple[str, str], tuple[str, ...]]:
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    with (files("switchboard.platform") / "counties.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            key = (row["fips"][:2], _bare(row["county"]))
            found[key] = (*found.get(key, ()), row["fips"])
    return found


@cache
def county_fips(state: str, county: str) -> str:
    """Give the five-digit code of a county by its name, or an empty string when there is none."""
    codes = _counties().get((STATE_FIPS.get(state, ""), _bare(county)), ())
    if not codes:
        return ""
    a_city = county.lower().endswith(" city")
    return max(codes) if a_city and int(max(codes)[2:]) >= FIRST_CITY else min(codes)


@cache
def _entries() -> Mapping[str, Mapping[str, Any]]:
    import zipcodes  # here: a start does not need it

    return {entry["zip_code"]: entry for entry in zipcodes.list_all() if entry["lat"] and entry["long"]}


def _place(entry: Mapping[str, Any]) -> Place:
    return Place(
        entry["zip_code"],
        entry["city"],
        entry["state"],
        county_fips(entry["state"], entry["county"] or ""),
        float(entry["lat"]),
        float(entry["long"]),
        entry["timezone"] or "America/New_York",
    )
