"""Instruments ready to be asked: the rulebook's, with the wording a licensee supplied.

``SWITCHBOARD_INSTRUMENTS`` names a folder of TOML files, one an instrument (``epds.toml``), for instruments
whose items may not be shipped.
"""

import os
from datetime import date
from functools import cache
from pathlib import Path

from switchboard.outcomes.core.instrument import Instrument, instrument, versions, with_wording


@cache
def instrument_in_force(code: str, day: date) -> Instrument:
    """Give an instrument in force on a day, with the licensee's wording where there is some."""
    plain = instrument(code, day)
    folder = os.environ.get("SWITCHBOARD_INSTRUMENTS")
    supplied = Path(folder) / f"{code}.toml" if folder else None
    return with_wording(plain, supplied.read_text("utf-8")) if supplied and supplied.is_file() else plain


def instrument_as_given(code: str, version: str) -> Instrument | None:
    """Give an instrument in the version an old form was filled in; None for one we do not know.

    An old answer is read and shown with the words it was given to, never with those of a newer form.
    """
    return instrument_in_force(code, date.fromisoformat(version)) if version in versions(code) else None
