"""Tables of the front door: requests for care, what was said, the triage, the offers. Private."""

import uuid

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils import timezone

REQUEST_STATES = ("open", "triaged", "offered", "booked", "kept", "closed")


class Request(models.Model):
    """A member asks for care: from the first word to the first appointment kept."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    member = models.ForeignKey("members.Member", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, default="open")
    channel = models.CharField(max_length=10, default="portal", help_text="portal, phone, proxy or api")
    language = models.CharField(max_length=12, default="en")
    line_of_business = models.CharField(max_length=4, blank=True)
    care_state = models.CharField(
        max_length=2, blank=True, help_text="Where the member is: licences follow it"
    )
    urgency = models.CharField(max_length=12, default="routine", help_text="emergency, urgent or routine")
    asked_at = models.DateTimeField(default=timezone.now)
    first_offered_at = models.DateTimeField(null=True)
    first_offer_starts_at = models.DateTimeField(null=True)
    third_next_at = models.DateTimeField(null=True, help_text="Third next available when first offered")
    booked_at = models.DateTimeField(null=True)
    appointment_starts_at = models.DateTimeField(null=True)
    kept_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True, help_text="The appointment must start by then")
    due_rule = models.CharField(max_length=80, blank=True)
    appointment_id = models.BigIntegerField(null=True)
    opened_by = models.ForeignKey("platform.User", null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_reason = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=REQUEST_STATES), name="request_state_known"),
            models.CheckConstraint(
                condition=~Q(state="closed") | (Q(closed_at__isnull=False) & ~Q(closed_reason="")),
                name="request_closed_means_when_and_why",
            ),
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(state__in=["open", "triaged", "offered"]),
                name="one_open_request_a_member",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="requests_waiting", condition=Q(booked_at__isnull=True)),
            models.Index(fields=["asked_at"]),
        ]


class IntakeAnswer(models.Model):
    """An answer of the conversation outside any instrument. The latest row of a question counts."""

    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="answers")
    question = models.CharField(max_length=40)
    value = models.JSONField()
    by = models.ForeignKey("platform.User", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["request", "question", "-id"])]


class Triage(models.Model):
    """What the answers mean: acuity, lane, and what a provider must be able to do; by rule or by override."""

    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="triages")
    at = models.DateTimeField(default=timezone.now)
    acuity = models.SmallIntegerField(help_text="1 crisis now to 5 mild")
    lane = models.CharField(max_length=24)
    needs = models.JSONField()
    because = models.JSONField()
    by = models.ForeignKey("platform.User", null=True, on_delete=models.PROTECT, related_name="+")
    override_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(by__isnull=True, override_reason="")
                | (Q(by__isnull=False) & ~Q(override_reason="")),
                name="override_means_who_and_why",
            )
        ]
        triggers = [
            pgtrigger.Protect(name="triage_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]


class Offer(models.Model):
    """A time that was offered for a request, with its reasons, as it was shown."""

    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="offers")
    batch = models.UUIDField()
    rank = models.SmallIntegerField()
    slot_id = models.BigIntegerField()
    role_id = models.BigIntegerField(null=True)
    starts_at = models.DateTimeField()
    score = models.FloatField()
    because = models.JSONField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["request", "-at"])]


class Note(models.Model):
    """What a navigator wrote down."""

    member = models.ForeignKey("members.Member", on_delete=models.PROTECT, related_name="+")
    request = models.ForeignKey(Request, null=True, on_delete=models.SET_NULL, related_name="+")
    text = models.TextField()
    by = models.ForeignKey("platform.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
