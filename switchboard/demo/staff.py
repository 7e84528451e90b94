"""The people one signs in as: one of each role of the staff, and three members with their own stories."""

from collections.abc import Iterator
from datetime import date, timedelta

from switchboard.demo.geography import STATES, places
from switchboard.demo.people import PLAN_NAMES, period, phone
from switchboard.demo.plan import FIRST_USER, Plan, SignIn, uuids
from switchboard.members.actions.loading import CoverageRow, MemberRow, PreferenceRow, ProxyRow, RouteRow
from switchboard.platform.loading import UserRow

DOMAIN = "demo.example.org"
ADULT, TEEN, CHILD = 1, 2, 3  # member ids

# Role, name, licence. Two crisis clinicians: the second is paged when the first does not answer.
STAFF = (
    ("navigator", "Nadia Karam", ""),
    ("care_manager", "Grace Sullivan", "RN DEMO-1"),
    ("crisis_clinician", "Daniel Pierre", "LICSW DEMO-2"),
    ("crisis_clinician", "Mei Chen", "LICSW DEMO-3"),
    ("supervisor", "Ruth Abbott", "LICSW DEMO-4"),
    ("practitioner", "Elena Rivera", "LICSW DEMO-5"),
    ("practice_manager", "Owen Clark", ""),
    ("utilization_reviewer", "Priya Nair", "PhD DEMO-6"),
    ("network_manager", "Marcus Coleman", ""),
    ("contract_analyst", "Teresa Medeiros", ""),
    ("appeals_coordinator", "Samuel Levin", ""),
    ("auditor", "Anne Whitman", ""),
    ("administrator", "Victor Kowalski", ""),
)
ADULT_USER, TEEN_USER, GUARDIAN_USER = (FIRST_USER + len(STAFF) + i for i in range(3))
NOTES = {
    ADULT: "an adult member; start by asking for care",
    TEEN: "a teenager of sixteen who signs in alone",
    GUARDIAN_USER: "the mother of Mateo, nine",
}


def staff_rows(plan: Plan) -> Iterator[UserRow]:
    """Give the users: staff first, then the members and the guardian."""
    since, seen = plan.start - timedelta(days=400), set[str]()
    for i, (role, name, licence) in enumerate(STAFF):
        email = f"{role if role not in seen else f'{role}.two'}@{DOMAIN}"
        seen.add(role)
        yield UserRow(FIRST_USER + i, email, name, role, since, "!demo", "en", licence, synthetic=True)
    for ident, role, name, language in (
        (ADULT_USER, "member", "Jordan Bennett", "en"),
        (TEEN_USER, "member", "Camila Ortiz", "en"),
        (GUARDIAN_USER, "proxy", "Rosa Delgado", "es"),
    ):
        email = f"{'guardian' if role == 'proxy' else 'teen' if ident == TEEN_USER else 'member'}@{DOMAIN}"
        yield UserRow(ident, email, name, role, since, "!demo", language, synthetic=True)


def sign_ins(plan: Plan) -> list[SignIn]:
    """Give who one can be, in the order in which to show them."""
    notes = {ADULT_USER: NOTES[ADULT], TEEN_USER: NOTES[TEEN], GUARDIAN_USER: NOTES[GUARDIAN_USER]}
    return [SignIn(row.role, row.email, row.name, notes.get(row.id, "")) for row in staff_rows(plan)]


def _born(plan: Plan, years: int, month: int) -> date:
    return date(plan.today.year - years - (month > plan.today.month), month, 12)


def member_rows(plan: Plan) -> Iterator[MemberRow]:
    """Give the three members."""
    since, names = plan.start - timedelta(days=400), uuids(plan.stream("staff"), 3)
    stories = (
        (ADULT, "Bennett", "Jordan", _born(plan, 34, 3), "female", "en", "06103", ADULT_USER),
        (TEEN, "Ortiz", "Camila", _born(plan, 16, 5), "female", "en", "02169", TEEN_USER),
        (CHILD, "Delgado", "Mateo", _born(plan, 9, 2), "male", "es", "02904", None),
    )
    for name, (ident, family, given, born, sex, language, zip5, user) in zip(names, stories, strict=True):
        where, at = places(), places().zips.index(zip5)
        yield MemberRow(
            ident, name, f"HL{ident:08d}", family, given, born, sex, since, since, language, False, "", "",
            "America/New_York", f"{ident * 11} Example Street", where.cities[at], STATES[where.states[at]],
            zip5, where.counties[at], float(where.latitudes[at]), float(where.longitudes[at]), user, True,
        )  # fmt: skip


def route_rows() -> Iterator[RouteRow]:
    """Give how to reach them; the adult does not want anything said on a voicemail."""
    for ident, area in ((ADULT, "860"), (TEEN, "617"), (CHILD, "401")):
        yield RouteRow(ident, "phone", phone(area, 40 + ident), 1, True, ident != ADULT, True, False)
        yield RouteRow(ident, "email", f"demo{ident}@example.com", 2, False, True, True, False)


def coverage_rows(plan: Plan) -> Iterator[CoverageRow]:
    """Give what covers them."""
    since = date(plan.today.year - 1, 1, 1)
    for ident, line in ((ADULT, "COM"), (TEEN, "COM"), (CHILD, "MCO")):
        yield CoverageRow(ident, line, PLAN_NAMES[line], period(since, None), f"HL{ident:08d}")


def preference_rows(plan: Plan) -> Iterator[PreferenceRow]:
    """Give what they would like."""
    since = plan.start - timedelta(days=30)
    yield PreferenceRow(ADULT, ["female"], [], False, ["video", "in_person"], [], ["wed-eve"], 20, since)
    yield PreferenceRow(CHILD, [], ["es"], False, ["in_person"], ["hispanic"], [], 15, since)


def proxy_rows(plan: Plan) -> Iterator[ProxyRow]:
    """Give what the guardian may do for the child."""
    may = ["appointments", "assessments", "record", "messages"]
    yield ProxyRow(CHILD, GUARDIAN_USER, "parent", may, plan.today - timedelta(days=400))
