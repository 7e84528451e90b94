"""Tables of bookable time: schedules, hours, slots and appointments. Private to this capability.

The database keeps the promises: no seat sold twice, no practitioner in two places (exclusion constraints),
no more seats taken than there are (check), every appointment in exactly one queue (not null, known), and its
history kept by trigger.
"""

import uuid
from typing import Any

import pghistory
import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, DateTimeRangeField
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Now
from django.utils import timezone

from switchboard.scheduling.core.appointment import ACTIVE, TRANSITIONS, Queue, State

STATES = [str(state) for state in State]
QUEUES = [str(queue) for queue in Queue]


class Schedule(models.Model):
    """The bookable time of one practitioner role, or of a place where no practitioner is named."""

    source = models.ForeignKey("network.Source", on_delete=models.PROTECT, related_name="+")
    role = models.ForeignKey(
        "network.PractitionerRole", null=True, on_delete=models.CASCADE, related_name="+"
    )
    practitioner = models.ForeignKey(
        "network.Practitioner", null=True, on_delete=models.CASCADE, related_name="+"
    )
    location = models.ForeignKey("network.Location", null=True, on_delete=models.SET_NULL, related_name="+")
    name = models.CharField(max_length=200, blank=True)
    time_zone = models.CharField(max_length=40)
    visit_minutes = models.SmallIntegerField(default=50)
    buffer_minutes = models.SmallIntegerField(default=10)
    modalities = ArrayField(models.CharField(max_length=10), default=list)
    service_types = ArrayField(models.CharField(max_length=80), default=list)
    active = models.BooleanField(default=True)
    source_key = models.CharField(max_length=200, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "source_key"], name="schedule_once_a_source")
        ]


class WeeklyHours(models.Model):
    """Hours that repeat each week, in the place's own wall time."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="hours")
    weekday = models.SmallIntegerField(help_text="0 Monday to 6 Sunday")
    opens = models.TimeField()
    closes = models.TimeField()
    period = DateRangeField(help_text="First day in, first day out")
    visit_minutes = models.SmallIntegerField(null=True)
    modalities = ArrayField(models.CharField(max_length=10), default=list)
    for_new = models.BooleanField(default=True)
    for_returning = models.BooleanField(default=True)
    seats = models.SmallIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(weekday__range=(0, 6)), name="weekday_is_one_of_seven"),
            models.CheckConstraint(condition=Q(closes__gt=F("opens")), name="hours_close_after_they_open"),
            models.CheckConstraint(condition=Q(seats__gte=1), name="hours_have_a_seat"),
        ]


class ScheduleException(models.Model):
    """A day that differs: closed, or open at other hours."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="exceptions")
    day = models.DateField()
    opens = models.TimeField(null=True)
    closes = models.TimeField(null=True)
    reason = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(opens__isnull=True, closes__isnull=True) | Q(closes__gt=F("opens")),
                name="exception_closed_or_in_order",
            )
        ]


class Slot(models.Model):
    """A stretch of time that can be booked, with its seats."""

    id = models.BigAutoField(primary_key=True)
    schedule = models.ForeignKey(
        Schedule, on_delete=models.CASCADE, related_name="slots", db_index=False
    )  # slot_once_a_schedule serves it
    # Role and practitioner are copied from the schedule, whose own keys are checked: at 17 million rows
    # two more checks and indexes a row would be most of the cost of loading.
    role = models.ForeignKey(
        "network.PractitionerRole",
        null=True,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    practitioner = models.ForeignKey(
        "network.Practitioner",
        null=True,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    seats = models.SmallIntegerField(default=1)
    taken = models.SmallIntegerField(default=0)
    withdrawn = models.BooleanField(default=False)
    modalities = models.SmallIntegerField(default=7, help_text="Bits: 1 in person, 2 video, 4 phone")
    for_new = models.BooleanField(default=True)
    for_returning = models.BooleanField(default=True)
    booking_link = models.CharField(max_length=400, blank=True)
    booking_phone = models.CharField(max_length=40, blank=True)
    source_key = models.CharField(max_length=200, null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(taken__gte=0) & Q(taken__lte=F("seats")), name="no_more_taken_than_seats"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="slot_ends_after_it_starts"),
            models.UniqueConstraint(fields=["schedule", "starts_at"], name="slot_once_a_schedule"),
        ]
        indexes = [
            models.Index(
                fields=["role", "starts_at"],
                name="open_slots",
                condition=Q(withdrawn=False),  # not by seats left: a booking would then rewrite every index
            ),
            models.Index(fields=["starts_at"]),
        ]
        triggers = [pgtrigger.Protect(name="slots_are_withdrawn_not_deleted", operation=pgtrigger.Delete)]


def _unindexed(to: str) -> models.ForeignKey[Any, Any]:
    """Give a plain number that remembers what it is the number of: history is read by appointment only."""
    return models.ForeignKey(
        to,
        on_delete=models.DO_NOTHING,
        related_name="+",
        related_query_name="+",
        db_constraint=False,
        db_index=False,
    )


@pghistory.track(
    pghistory.UpdateEvent(row=pghistory.Old),  # what it was before; what it is stands in the table itself
    model_name="AppointmentHistory",
    append_only=True,
    context_field=None,  # type: ignore[arg-type]  # documented as "no context"; its annotation lags
    obj_field=None,
    fields=["id", "state", "queue", "slot", "member", "updated_by", "updated_at"],
    attrs={"slot": _unindexed("scheduling.Slot"), "member": _unindexed("members.Member")},
    meta={"indexes": [models.Index(fields=["id"], name="history_of_appointment")]},
)
class Appointment(models.Model):
    """A member's place in a slot: held, booked, and what became of it."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    slot = models.ForeignKey(
        Slot, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )  # booked by the statement that locks the slot, and a trigger keeps slots
    member = models.ForeignKey(
        "members.Member", on_delete=models.PROTECT, related_name="+", db_index=False
    )  # the index by member and date serves it
    practitioner = models.ForeignKey(
        "network.Practitioner",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,  # copied from the slot in the statement that books it
    )
    role_id = models.BigIntegerField(null=True)
    request_id = models.BigIntegerField(null=True)
    during = DateTimeRangeField(help_text="The slot's time, in UTC")
    time_zone = models.CharField(max_length=40, help_text="The place's zone")
    wall_time = models.CharField(max_length=16, help_text="What the clock there says: 2026-11-23T09:00")
    state = models.CharField(max_length=10)
    queue = models.CharField(max_length=12)
    queue_done_at = models.DateTimeField(null=True)
    modality = models.CharField(max_length=10)
    returning = models.BooleanField(default=False)
    grouped = models.BooleanField(default=False)
    seat_key = models.GeneratedField(
        expression=Case(When(grouped=True, then=F("slot_id")), default=F("id") * Value(-1)),
        output_field=models.BigIntegerField(),
        db_persist=True,
    )
    hold_expires_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=40, blank=True, help_text="Why it was cancelled")
    replaces = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    created_by = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(default=timezone.now, db_default=Now())
    updated_by = models.BigIntegerField(null=True)
    updated_at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="practitioner_in_one_place",
                expressions=[("practitioner", "="), ("during", "&&"), ("seat_key", "<>")],
                condition=Q(state__in=[str(state) for state in ACTIVE]),
            ),
            ExclusionConstraint(
                name="member_in_one_place",
                expressions=[("member", "="), ("during", "&&")],
                condition=Q(state="booked"),
            ),
            models.CheckConstraint(condition=Q(state__in=STATES), name="appointment_state_known"),
            models.CheckConstraint(condition=Q(queue__in=QUEUES), name="appointment_in_one_known_queue"),
            models.CheckConstraint(
                condition=~Q(state="held") | Q(hold_expires_at__isnull=False), name="a_hold_expires"
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | ~Q(reason=""), name="a_cancellation_has_its_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["member", "-created_at"]),
            models.Index(fields=["hold_expires_at"], name="holds_to_expire", condition=Q(state="held")),
            models.Index(
                fields=["queue"],
                name="appointment_queue",
                condition=Q(queue_done_at__isnull=True, queue__in=["outreach", "rebook", "unroutable"]),
            ),
            models.Index(
                fields=["request_id"], name="appointment_request", condition=Q(request_id__isnull=False)
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="appointments_are_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.FSM(
                name="appointment_moves_forward",
                field="state",
                transitions=[(str(before), str(after)) for before, after in TRANSITIONS],
            ),
        ]
