"""Read one cell or element: a value, or :class:`Wrong` with the code of the rule it breaks.

A spreadsheet damages numbers and dates silently; what might have been damaged is refused, never repaired.
"""

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from switchboard.interop.findings import Wrong
from switchboard.kernel.states import state_code
from switchboard.members.core.identity import plain_email, plain_phone
from switchboard.network.core.npi import valid_npi
from switchboard.platform.zips import place_of

EXCEL_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!"})
REMEMBERED = 65_536  # dates and ZIP codes repeat: reading one again would be most of the work of a row
DATE = re.compile(r"\d{4}-?\d{2}-?\d{2}")
SCIENTIFIC = re.compile(r"\d(\.\d+)?[eE]\+?\d+")
# A day number of either calendar: 1904 counts from four years later, and backwards too. A bare year is none.
SERIAL = re.compile(r"(?!(?:19|20)\d\d$)-?\d{1,5}(\.\d+)?")
SLASHED = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}")


def text(value: str, column: str, most: int = 300) -> str:
    """Give free text; formulas stay text (they are made safe when written out again)."""
    if value in EXCEL_ERRORS:
        raise Wrong("excel_error", column)
    if len(value) > most:
        raise Wrong("too_long", column)
    return value


def needed(value: str, column: str, most: int = 300) -> str:
    """Give text that must be there."""
    if not value:
        raise Wrong("required", column)
    return text(value, column, most)


def number_text(value: str, column: str, most: int = 40) -> str:
    """Give an identifier made of digits or letters, refusing what a spreadsheet rounded."""
    if SCIENTIFIC.fullmatch(value):
        raise Wrong("excel_number", column)
    return needed(value, column, most)


def npi(value: str, column: str = "npi") -> str:
    """Give a National Provider Identifier: ten digits, the last a Luhn check over 80840 and the rest."""
    word = number_text(value, column)
    if not re.fullmatch(r"[12]\d{9}", word):
        raise Wrong("npi_shape", column)
    if not valid_npi(word):
        raise Wrong("npi_check", column)
    return word


@lru_cache(maxsize=REMEMBERED)
def zip5(value: str, column: str = "zip") -> str:
    """Give the first five digits of a ZIP code, or an empty string when none is given."""
    word = text(value, column)
    if not word:
        return ""
    plain = word.replace("-", "").replace(" ", "")
    if not plain.isdigit():
        raise Wrong("zip_shape", column)
    if len(plain) in (3, 4, 8):
        raise Wrong("zip_lost_zero", column)
    if len(plain) not in (5, 9):
        raise Wrong("zip_shape", column)
    return plain[:5]


@lru_cache(maxsize=REMEMBERED)
def state(value: str, column: str = "state") -> str:
    """Give a state's two-letter code from its code or name, or an empty string when none is given."""
    word = text(value, column)
    code = state_code(word) if word else ""
    if code is None:
        raise Wrong("state_unknown", column)
    return code


@lru_cache(maxsize=REMEMBERED)
def day(value: str, column: str) -> date | None:
    """Give a date written year first (2026-03-04), or None when empty. An order is never guessed."""
    word = text(value, column)
    if not word:
        return None
    if SLASHED.fullmatch(word):
        raise Wrong("date_ambiguous", column)
    if SERIAL.fullmatch(word):
        raise Wrong("date_serial", column)
    try:
        if not DATE.fullmatch(word):
            raise ValueError
        return date.fromisoformat(word)
    except ValueError:
        raise Wrong("date_shape", column) from None


def birth_date(value: str, today: date, column: str = "birth_date") -> date:
    """Give a birth date that is neither missing, nor to come, nor more than 130 years ago."""
    born = day(value, column)
    if born is None:
        raise Wrong("required", column)
    if born > today or born.year < today.year - 130:
        raise Wrong("birth_date_impossible", column)
    return born


def phone(value: str, column: str = "phone") -> str | None:
    """Give a telephone number in E.164, or None when empty."""
    if not text(value, column):
        return None
    if SCIENTIFIC.fullmatch(value):
        raise Wrong("excel_number", column)
    found = plain_phone(value)
    if found is None:
        raise Wrong("phone_shape", column)
    return found


def email(value: str, column: str = "email") -> str | None:
    """Give an email address in lower case, or None when empty."""
    if not text(value, column):
        return None
    found = plain_email(value)
    if found is None:
        raise Wrong("email_shape", column)
    return found


def flag(value: str, column: str) -> bool | None:
    """Give yes or no from the usual words, or None when empty."""
    word = text(value, column).lower()
    if not word:
        return None
    if word in {"y", "yes", "true", "t", "1", "x"}:
        return True
    if word in {"n", "no", "false", "f", "0"}:
        return False
    raise Wrong("yes_or_no", column)


def whole(value: str, column: str, least: int, most: int) -> int | None:
    """Give a whole number within bounds, or None when empty."""
    word = text(value, column)
    if not word:
        return None
    if not re.fullmatch(r"-?\d{1,9}", word) or not least <= int(word) <= most:
        raise Wrong("number_out_of_bounds", column)
    return int(word)


def listed(value: str, column: str, known: frozenset[str] | None = None) -> tuple[str, ...]:
    """Give the parts of a list separated by ``|`` or ``;``, each a known code when ``known`` says which."""
    parts = tuple(p for p in (part.strip() for part in re.split(r"[|;]", text(value, column, 2000))) if p)
    if known is not None and not set(parts) <= known:
        raise Wrong("code_unknown", column)
    return parts


def address(row: Mapping[str, str]) -> dict[str, Any]:
    """Give a row's address as our columns, with county, zone and the middle of its ZIP code."""
    zipped = zip5(row.get("zip", ""))
    found = located(zipped)
    return {
        **found,
        "address_line": text(row.get("address_line", ""), "address_line"),
        "city": text(row.get("city", ""), "city", 120),
        "state": state(row.get("state", "")) or found["state"],
    }


@lru_cache(maxsize=REMEMBERED)
def located(zipped: str) -> Mapping[str, Any]:
    """Give what a five-digit ZIP code says of an address, as our columns; empty where it says nothing."""
    place = place_of(zipped) if zipped else None
    return {
        "state": place.state if place else "",
        "zip5": zipped,
        "county_fips": place.county_fips if place else "",
        "time_zone": place.time_zone if place else "",
        "latitude": place.latitude if place else None,
        "longitude": place.longitude if place else None,
    }


def period(starts: date | None, ends: date | None, column: str) -> None:
    """Refuse a period that ends before it begins."""
    if starts and ends and ends < starts:
        raise Wrong("period_backwards", column)


def web_link(value: str, column: str) -> str:
    """Give an http(s) address, or an empty string when none is given."""
    word = text(value, column, 400)
    if word and not re.match(r"https?://[^\s/]+", word):
        raise Wrong("link_shape", column)
    return word
