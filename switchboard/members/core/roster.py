"""What a bulk load of members is made of: one row a person, one row a coverage period.

``file`` and ``line`` say where a row stood, so that a refusal can point at it. Text that is empty means
"not said": it never erases what is known.
"""

from datetime import date
from typing import NamedTuple

from switchboard.kernel.reasons import Decision


class ImportedMember(NamedTuple):
    """A person as one source describes them; ``key`` is what the source calls them."""

    file: str
    line: int
    key: str
    member_number: str
    family_name: str
    given_name: str
    birth_date: date
    preferred_name: str = ""
    pronouns: str = ""
    sex: str = "unknown"
    language: str = ""
    time_zone: str = ""
    address_line: str = ""
    city: str = ""
    state: str = ""
    zip5: str = ""
    county_fips: str = ""
    latitude: float | None = None
    longitude: float | None = None
    deceased_on: date | None = None
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()


class ImportedCoverage(NamedTuple):
    """A period of coverage; ``ends`` is the first day out, None while it lasts."""

    file: str
    line: int
    key: str
    member_key: str
    line_of_business: str
    starts: date
    ends: date | None = None
    plan_name: str = ""
    subscriber_number: str = ""


class Refusal(NamedTuple):
    """A row that was not taken, and the code of why."""

    file: str
    line: int
    column: str
    code: str


class LikePair(NamedTuple):
    """Two members that may be one person, and what was decided about their likeness."""

    left: int
    right: int
    decision: Decision[str]
    likeness: float
