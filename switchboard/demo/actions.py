"""Build the demo plan in an empty database, and tell whether a database holds one."""

from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from django.db import transaction

from switchboard.demo import asking, care, clinicians, hours, people, slots, staff, telling
from switchboard.demo.plan import Plan, PlanError, Progress, SignIn
from switchboard.frontdoor.actions import loading as frontdoor
from switchboard.insights.actions import count_supply
from switchboard.members.actions import loading as members
from switchboard.network.actions import loading as network
from switchboard.network.actions.placing import spread_evidence
from switchboard.outcomes.actions import loading as outcomes
from switchboard.platform import loading as platform
from switchboard.platform.clock import now, stopped_at
from switchboard.platform.outbox import tell
from switchboard.scheduling.actions import loading as scheduling


@dataclass(slots=True)
class Writing:
    """Passes rows to the rooms' bulk doors, counts them, and tells the progress."""

    progress: Progress | None
    counts: dict[str, int] = field(default_factory=dict)

    def __call__(self, what: str, load: Callable[..., int], rows: Iterable[Any], total: int = 0) -> None:
        """Write rows by a room's door."""

        def told(done: int) -> None:
            if self.progress:
                self.progress(what, done, total)

        self.counts[what] = self.counts.get(what, 0) + load(rows, progress=told)


@dataclass(frozen=True, slots=True)
class Built:
    """What was built: rows by table, and who one can sign in as."""

    counts: dict[str, int]
    sign_ins: list[SignIn]


def build(plan: Plan, *, progress: Progress | None = None) -> Built:
    """Write the whole plan in one transaction; raise :class:`PlanError` when there is anything already.

    The same plan writes the same rows. Made-up members and users are marked ``synthetic``.
    """
    if members.any_members() or network.any_practitioners():
        raise PlanError(
            "The demo builds into an empty database, and this one holds members or practitioners."
        )
    write = Writing(progress)
    with transaction.atomic():
        everybody = _people(plan, write)
        made = _network(plan, write)
        _time(plan, write, everybody, made)
        with stopped_at(plan.start):
            count_supply()
        tell("demo.built", {"members": plan.members, "practitioners": plan.practitioners})
    return Built(write.counts, staff.sign_ins(plan))


def fill(
    *,
    members: int,
    practitioners: int,
    weeks: int,
    seed: int,
    start: datetime | None = None,
    open_slots: int | None = None,
    quiet: bool = False,
) -> dict[str, int]:
    """Build with a progress bar on the terminal (none when ``quiet``); give the rows by table."""
    from switchboard.demo.progress import shown

    plan = Plan(
        start=start or now(), members=members, practitioners=practitioners, weeks=weeks, seed=seed,
        open_slots=open_slots,
    )  # fmt: skip
    with nullcontext() if quiet else shown() as progress:
        return build(plan, progress=progress).counts


def is_demo() -> bool:
    """Tell whether this database holds a demo plan."""
    return platform.synthetic_user(f"navigator@{staff.DOMAIN}")


def _people(plan: Plan, write: Writing) -> care.Roll:
    """Write users and members, chunk by chunk; give the roll."""
    write("users", platform.load_users, staff.staff_rows(plan))
    write("members", members.load_members, staff.member_rows(plan), plan.members)
    write("routes", members.load_routes, staff.route_rows())
    write("coverages", members.load_coverages, staff.coverage_rows(plan))
    write("preferences", members.load_preferences, staff.preference_rows(plan))
    write("proxies", members.load_proxies, staff.proxy_rows(plan))
    held = []
    for part, some in people.chunks(plan):
        write("users", platform.load_users, people.guardian_rows(plan, some))
        write("members", members.load_members, people.member_rows(plan, part, some), plan.members)
        write("routes", members.load_routes, people.route_rows(plan, part, some))
        write("coverages", members.load_coverages, people.coverage_rows(plan, part, some))
        write("preferences", members.load_preferences, people.preference_rows(plan, part, some))
        write("proxies", members.load_proxies, people.proxy_rows(plan, some))
        held.append(care.noted(some))
    return care.roll(held)


def _network(plan: Plan, write: Writing) -> clinicians.Network:
    made = clinicians.network(plan)
    write("sources", network.load_sources, made.supply.sources)
    write("organizations", network.load_organizations, made.supply.organizations)
    write("locations", network.load_locations, made.supply.locations)
    write("practitioners", network.load_practitioners, made.practitioners, plan.practitioners)
    write("licences", network.load_licences, made.licences, len(made.licences))
    write("roles", network.load_roles, made.roles, len(made.roles))
    write("keys", network.load_keys, made.keys, len(made.keys))
    write("evidence", network.load_evidence, made.evidence, len(made.evidence))
    spread_evidence()
    return made


def _time(plan: Plan, write: Writing, everybody: care.Roll, made: clinicians.Network) -> None:
    """Write schedules, hours, slots and the appointments in them, some practitioners at a time."""
    when, all_of_them = hours.clock(plan), made.clinicians
    book = hours.diaries(plan, all_of_them)
    standing = care.standing(plan, when, everybody, all_of_them, book)
    asked = asking.cases(plan, when, everybody, np.unique(standing.member))
    visits = slots.merged(standing, asking.settle(plan, when, asked, made, book))
    ahead = hours.open_counts(plan, when, book)
    write("schedules", scheduling.load_schedules, hours.schedule_rows(all_of_them), len(made.roles))
    write("hours", scheduling.load_hours, hours.hours_rows(plan, all_of_them, book.pattern))
    write("exceptions", scheduling.load_exceptions, hours.exception_rows(plan, all_of_them))
    leads, openings = hours.leaders(all_of_them), list[slots.Opening]()
    for number, part in slots.parts(plan, when, book, leads, ahead, visits):
        rows = slots.slot_rows(plan, when, all_of_them, number, part)
        write("slots", scheduling.load_slots, rows, int(ahead.sum() * 1.3) + len(visits.member))
        held = slots.appointment_rows(plan, when, all_of_them, number, part, visits)
        write("appointments", scheduling.load_appointments, held, len(visits.member))
        openings += slots.openings(part, when, all_of_them)
    _requests(write, telling.told(plan, when, asked, openings, visits.booked()))


def _requests(write: Writing, told: telling.Told) -> None:
    write("requests", frontdoor.load_requests, told.requests, len(told.requests))
    write("intake", frontdoor.load_intake, told.intake, len(told.intake))
    write("assessments", outcomes.load_assessments, told.assessments, len(told.assessments))
    write("crisis tasks", outcomes.load_crisis_tasks, told.tasks, len(told.tasks))
    write("answers", outcomes.load_answers, told.answers, len(told.answers))
    write("crisis events", outcomes.load_crisis_events, told.events, len(told.events))
    write("triages", frontdoor.load_triages, told.triages, len(told.triages))
    write("offers", frontdoor.load_offers, told.offers, len(told.offers))
    write("notes", frontdoor.load_notes, told.notes, len(told.notes))
