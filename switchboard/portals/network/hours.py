"""Weekly hours entered by hand: shown as the slots they make before they are opened."""

from collections.abc import Sequence
from datetime import date, time, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import formats
from django.views.decorators.http import require_http_methods, require_POST

from switchboard.members.queries import viewer_of
from switchboard.network.queries import role_cards
from switchboard.network.queries_record import practitioner_of_user, roles_of
from switchboard.platform.access import Viewer
from switchboard.platform.clock import now, today
from switchboard.platform.doors import for_roles
from switchboard.platform.roles import Role
from switchboard.portals.network.frame import HOURS, OWN_HOURS, READS, number, page, time_words
from switchboard.rulebook.listings import codes, label
from switchboard.scheduling.actions import schedule_by_hand, set_hours
from switchboard.scheduling.core.answer import MODALITIES
from switchboard.scheduling.core.availability import DifferentDay, Hours, Opening, openings
from switchboard.scheduling.queries_schedules import (
    ScheduleView,
    count_without_practitioner,
    schedule_of,
    schedules_of_roles,
    schedules_without_practitioner,
    slots_of,
)

A_PAGE = 20
PREVIEW_DAYS = 14
MOST_HOURS, MOST_DAYS, SPARE = 30, 60, 2
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
FOR_WHOM = (("both", "New and returning"), ("new", "New people only"), ("returning", "Returning only"))
CLOCK = {"type": "time"}
CALENDAR = {"type": "date"}


class HoursForm(forms.Form):
    """Hours of one weekday."""

    weekday = forms.TypedChoiceField(
        label="Day", choices=[("", "No hours here"), *enumerate(DAYS)], coerce=int
    )
    opens = forms.TimeField(label="From", widget=forms.TimeInput(attrs=CLOCK, format="%H:%M"))
    closes = forms.TimeField(label="To", widget=forms.TimeInput(attrs=CLOCK, format="%H:%M"))
    visit_minutes = forms.IntegerField(label="Visit, minutes", min_value=10, max_value=480, initial=50)
    seats = forms.IntegerField(label="Seats", min_value=1, max_value=50, initial=1)
    whom = forms.ChoiceField(label="For whom", choices=FOR_WHOM, initial="both")
    how = forms.MultipleChoiceField(
        label="How", required=False, choices=[], widget=forms.CheckboxSelectMultiple
    )
    since = forms.DateField(
        label="First day", required=False, widget=forms.DateInput(attrs=CALENDAR, format="%Y-%m-%d")
    )
    until = forms.DateField(
        label="Last day", required=False, widget=forms.DateInput(attrs=CALENDAR, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["how"].choices = [(code, label("modalities", code)) for code in codes("modalities")]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Hours close after they open, and hold a visit; a day ends after it begins."""
        said = super().clean() or {}
        opens, closes = said.get("opens"), said.get("closes")
        if opens and closes:
            if closes <= opens:
                self.add_error("closes", "Later than it opens: over midnight, enter the two days separately.")
            elif said.get("visit_minutes") and _minutes(opens, closes) < said["visit_minutes"]:
                self.add_error("visit_minutes", "Not one visit fits between opening and closing.")
        if said.get("since") and said.get("until") and said["until"] < said["since"]:
            self.add_error("until", "Not before the first day.")
        return said


class DayForm(forms.Form):
    """A day that differs: closed, or open at other hours."""

    day = forms.DateField(label="Day", widget=forms.DateInput(attrs=CALENDAR, format="%Y-%m-%d"))
    opens = forms.TimeField(label="From", required=False, widget=forms.TimeInput(attrs=CLOCK, format="%H:%M"))
    closes = forms.TimeField(label="To", required=False, widget=forms.TimeInput(attrs=CLOCK, format="%H:%M"))

    def clean(self) -> dict[str, Any]:
        """Both times or neither; neither means closed."""
        said = super().clean() or {}
        opens, closes = said.get("opens"), said.get("closes")
        if bool(opens) != bool(closes):
            self.add_error("closes" if opens else "opens", "Give both times, or neither for a closed day.")
        elif opens and closes and closes <= opens:
            self.add_error("closes", "Later than it opens.")
        return said


class BufferForm(forms.Form):
    """What holds for the whole schedule."""

    buffer_minutes = forms.IntegerField(label="Minutes between two visits", min_value=0, max_value=120)


HoursSet = forms.formset_factory(HoursForm, extra=SPARE, max_num=MOST_HOURS, can_delete=True)
DaySet = forms.formset_factory(DayForm, extra=SPARE, max_num=MOST_DAYS, can_delete=True)


def _minutes(opens: time, closes: time) -> int:
    return (closes.hour - opens.hour) * 60 + closes.minute - opens.minute


@for_roles(*OWN_HOURS)
def own(request: HttpRequest) -> HttpResponse:
    """List the schedules of whoever has signed in, and the roles that have none."""
    mine = practitioner_of_user(user_id=viewer_of(request).user_id or 0)
    roles = roles_of(practitioner_id=mine) if mine else []
    cards = role_cards(roles)
    context = {"schedules": schedules_of_roles(roles=roles), "cards": list(cards.values()), "known": mine}
    return page(request, "network/own_hours.html", context, here="network_own_hours")


@for_roles(*READS)
def places(request: HttpRequest) -> HttpResponse:
    """List schedules that name a place and nobody: kept, shown, and never offered."""
    at = number(request.GET.get("page", "1"))
    total = count_without_practitioner()
    lines = [
        (line, time_words(line.next_at, line.time_zone), time_words(line.last_at, line.time_zone))
        for line in schedules_without_practitioner(page=at, size=A_PAGE)
    ]
    context = {
        "lines": lines,
        "page_number": at,
        "pages": max(1, -(-total // A_PAGE)),
        "total": f"{total:,} schedules",
    }
    return page(request, "network/places.html", context, here="network_places")


def _may_change(viewer: Viewer, schedule: ScheduleView) -> bool:
    """Say whether a viewer may enter hours: the network manager anybody's, others their own."""
    if schedule.practitioner_id is None:
        return False
    if viewer.role is Role.NETWORK_MANAGER:
        return True
    mine = practitioner_of_user(user_id=viewer.user_id or 0)
    return viewer.role in OWN_HOURS and mine == schedule.practitioner_id


@for_roles(*HOURS)
@require_POST
def open_schedule(request: HttpRequest, role: int) -> HttpResponse:
    """Give a role the schedule whose hours are entered by hand."""
    viewer = viewer_of(request)
    card = role_cards([role]).get(role)
    mine = practitioner_of_user(user_id=viewer.user_id or 0)
    if card is None or (viewer.role is not Role.NETWORK_MANAGER and card.practitioner_id != mine):
        raise Http404("There is no such role of yours.")
    return redirect("network_schedule", schedule=schedule_by_hand(role_id=role, by=viewer))


@for_roles(*dict.fromkeys((*READS, *HOURS)))
@require_http_methods(["GET", "POST"])
def schedule(request: HttpRequest, schedule: int) -> HttpResponse:
    """Show a schedule with its slots; who may, enters hours, sees what they make, and opens them."""
    viewer, found = viewer_of(request), schedule_of(schedule_id=schedule)
    may = found is not None and _may_change(viewer, found)
    if found is None or not (may or viewer.role in READS) or (request.method == "POST" and not may):
        raise Http404("There is no such schedule of yours.")
    entered = _Entered(found, request.POST if request.method == "POST" else None)
    valid = request.method == "POST" and entered.valid()
    if valid and request.POST.get("do") == "open":
        return _opened(request, found, entered)
    context = _context(found) | {"may": may, "entered": entered, "previewed": valid}
    if valid:
        context["preview"] = _preview(found, entered)
    here = "network_own_hours" if viewer.role in OWN_HOURS else "network_home"
    if found.practitioner_id is None:
        here = "network_places"
    status = 422 if request.method == "POST" and not valid else 200
    return page(request, "network/schedule.html", context, here=here, status=status)


class _Entered:
    """The three forms of a schedule's hours, as kept or as sent."""

    def __init__(self, kept: ScheduleView, sent: Any) -> None:
        self.kept = kept
        self.whole = BufferForm(sent, initial={"buffer_minutes": kept.buffer_minutes})
        self.hours = HoursSet(sent, prefix="hours", initial=[_hours_initial(h) for h in kept.hours])
        days = [_day_initial(d) for d in kept.different]
        self.days = DaySet(sent, prefix="days", initial=days)

    def valid(self) -> bool:
        """Check all three, so that every error shows at once."""
        return all([self.whole.is_valid(), self.hours.is_valid(), self.days.is_valid()])

    def buffer(self) -> int:
        """Give the minutes between two visits."""
        return int(self.whole.cleaned_data["buffer_minutes"])

    def said_hours(self) -> list[Hours]:
        """Give the hours entered."""
        return [_hours(said, self.buffer()) for said in _kept_rows(self.hours)]

    def said_days(self) -> list[DifferentDay]:
        """Give the days that differ."""
        return [DifferentDay(d["day"], d["opens"], d["closes"]) for d in _kept_rows(self.days)]


def _kept_rows(formset: Any) -> list[dict[str, Any]]:
    return [said for said in formset.cleaned_data if said and not said.get("DELETE")]


def _hours_initial(h: Hours) -> dict[str, Any]:
    return {
        "weekday": h.weekday, "opens": f"{h.opens:%H:%M}", "closes": f"{h.closes:%H:%M}",
        "visit_minutes": h.visit_minutes,
        "seats": h.seats, "how": [name for name, bit in MODALITIES.items() if h.modalities & bit],
        "whom": "both" if h.for_new and h.for_returning else "new" if h.for_new else "returning",
        "since": None if h.since == date.min else h.since.isoformat(),
        "until": None if h.until == date.max else (h.until - timedelta(days=1)).isoformat(),
    }  # fmt: skip


def _day_initial(d: DifferentDay) -> dict[str, str]:
    times = {name: f"{at:%H:%M}" for name, at in (("opens", d.opens), ("closes", d.closes)) if at}
    return {"day": d.day.isoformat()} | times


def _hours(said: dict[str, Any], buffer: int) -> Hours:
    until = said["until"]
    return Hours(
        said["weekday"],
        said["opens"],
        said["closes"],
        said["since"] or date.min,
        until + timedelta(days=1) if until else date.max,
        said["visit_minutes"],
        buffer,
        sum(MODALITIES[name] for name in said["how"]) or sum(MODALITIES.values()),
        said["whom"] != "returning",
        said["whom"] != "new",
        said["seats"],
    )


def _preview(found: ScheduleView, entered: _Entered) -> list[tuple[str, list[str]]]:
    """Give the coming two weeks by day, in the place's wall time; what is over is left out."""
    zone, first = ZoneInfo(found.time_zone), today(found.time_zone)
    made = openings(
        entered.said_hours(), entered.said_days(), zone, first, first + timedelta(days=PREVIEW_DAYS - 1)
    )
    ahead = [opening for opening in made if opening.starts_at > now()]
    days = groupby(ahead, key=lambda opening: opening.wall_time.date())
    return [(formats.date_format(day, "l, M j"), _times(list(some))) for day, some in days]


def _times(some: Sequence[Opening]) -> list[str]:
    return [formats.time_format(opening.wall_time.time(), "g:i A") for opening in some]


def _opened(request: HttpRequest, found: ScheduleView, entered: _Entered) -> HttpResponse:
    done = set_hours(
        schedule_id=found.schedule_id,
        hours=entered.said_hours(),
        different=entered.said_days(),
        buffer_minutes=entered.buffer(),
        by=viewer_of(request),
    )
    messages.success(
        request, f"{done.offered} slots opened or changed, {done.withdrawn} withdrawn. Appointments stand."
    )
    return redirect("network_schedule", schedule=found.schedule_id)


def _context(found: ScheduleView) -> dict[str, Any]:
    card = role_cards([found.role_id]).get(found.role_id) if found.role_id else None
    name = card.name if card else found.name or f"Schedule {found.schedule_id}"
    return {
        "found": found,
        "card": card,
        "name": name,
        "clock": now().astimezone(ZoneInfo(found.time_zone)).tzname(),
        "slots": [_slot(slot, found) for slot in slots_of(schedule_id=found.schedule_id, limit=20)],
        "past": [_slot(slot, found) for slot in slots_of(schedule_id=found.schedule_id, limit=20, past=True)],
    }


def _slot(slot: Any, found: ScheduleView) -> tuple[str, str, str]:
    """Say a slot: when, its state, the state's tone."""
    when = time_words(slot.starts_at, found.time_zone)
    if slot.starts_at <= now():
        return when, "Past: never offered", ""
    if slot.withdrawn:
        return when, f"Withdrawn, {slot.taken} stay" if slot.taken else "Withdrawn", "warning"
    if slot.taken >= slot.seats:
        return when, "Taken", "info"
    if found.practitioner_id is None:
        return when, "Names nobody: not offered", "warning"
    seats = f", {slot.seats - slot.taken} seats" if slot.seats > 1 else ""
    return when, f"Open{seats}", "good"
