"""Tables of outcomes: assessments, answers as given, the crisis tasks that risk answers open. Private."""

import uuid

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

CRISIS_STATES = ("open", "acknowledged", "closed")


class Assessment(models.Model):
    """One filled-in instrument."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    member = models.ForeignKey("members.Member", null=True, on_delete=models.PROTECT, related_name="+")
    instrument = models.CharField(max_length=40)
    version = models.CharField(max_length=24)
    language = models.CharField(max_length=12, default="en")
    request_id = models.BigIntegerField(null=True)
    started_at = models.DateTimeField(default=timezone.now)
    authored_at = models.DateTimeField(default=timezone.now)
    completed_at = models.DateTimeField(null=True)
    given_by = models.CharField(max_length=10, default="self", help_text="self, proxy, staff or import")
    entered_by = models.ForeignKey("platform.User", null=True, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=12, default="portal")
    status = models.CharField(max_length=12, default="started", help_text="started, completed, refused")
    total = models.FloatField(null=True)
    band = models.CharField(max_length=40, blank=True)
    positive = models.BooleanField(null=True)
    scores = models.JSONField(default=dict)
    because = models.JSONField(default=list)
    source_key = models.CharField(max_length=200, null=True, unique=True)

    class Meta:
        indexes = [models.Index(fields=["member", "instrument", "-authored_at"])]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="completed") | Q(completed_at__isnull=False),
                name="completed_means_when",
            )
        ]


class CrisisTask(models.Model):
    """Somebody said they might hurt themselves: a person calls them, and says how it ended."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    member = models.ForeignKey("members.Member", null=True, on_delete=models.PROTECT, related_name="+")
    cause = models.CharField(max_length=120, help_text="What opened it: assessment:12, request:7, import:...")
    level = models.CharField(max_length=12, help_text="imminent, high or standard")
    state = models.CharField(max_length=14, default="open")
    step = models.CharField(max_length=40, blank=True, help_text="The last escalation step that fired")
    opened_at = models.DateTimeField(default=timezone.now)
    next_step_at = models.DateTimeField(null=True)
    stale = models.BooleanField(default=False, help_text="The answer is older than a day")
    unroutable = models.BooleanField(default=False, help_text="We do not know whose answer this is")
    contact_note = models.CharField(max_length=300, blank=True)
    because = models.JSONField(default=list)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(
        "platform.User", null=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey("platform.User", null=True, on_delete=models.PROTECT, related_name="+")
    disposition = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["next_step_at"], name="crisis_due", condition=~Q(state="closed")),
            models.Index(fields=["member"]),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=CRISIS_STATES), name="crisis_state_known"),
            models.UniqueConstraint(
                fields=["member"], condition=~Q(state="closed"), name="one_open_crisis_task_a_member"
            ),
            models.UniqueConstraint(
                fields=["cause"],
                condition=Q(member__isnull=True) & ~Q(state="closed"),
                name="one_open_crisis_task_an_unroutable_cause",
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_at__isnull=True, acknowledged_by__isnull=True)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
                name="crisis_acknowledged_means_who_and_when",
            ),
            models.CheckConstraint(
                condition=(
                    ~Q(state="closed") & Q(closed_at__isnull=True, closed_by__isnull=True, disposition="")
                )
                | (Q(state="closed", closed_at__isnull=False, closed_by__isnull=False) & ~Q(disposition="")),
                name="crisis_closed_means_who_when_and_how",
            ),
        ]


class Answer(models.Model):
    """One answer as given. Never edited: a changed answer is a further row, the first one stands."""

    id = models.BigAutoField(primary_key=True)
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="answers")
    link_id = models.CharField(max_length=80)
    value = models.CharField(max_length=400)
    risk = models.CharField(max_length=10, default="none", help_text="none, positive or unknown")
    crisis_task = models.ForeignKey(CrisisTask, null=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey("platform.User", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(risk="none") | Q(risk__in=["positive", "unknown"], crisis_task__isnull=False),
                name="a_risk_answer_has_its_task",
            )
        ]
        triggers = [
            pgtrigger.Protect(name="answers_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]


class CrisisEvent(models.Model):
    """What happened to a crisis task: opened, answered again, paged, acknowledged, called, closed."""

    id = models.BigAutoField(primary_key=True)
    task = models.ForeignKey(CrisisTask, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField(default=timezone.now)
    recorded_at = models.DateTimeField(db_default=Now())
    kind = models.CharField(max_length=40)
    by = models.ForeignKey("platform.User", null=True, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(blank=True)

    class Meta:
        triggers = [
            pgtrigger.Protect(
                name="crisis_history_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]
