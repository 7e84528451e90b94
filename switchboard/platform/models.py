"""Tables every capability stands on: users, tokens, audit, outbox, idempotency, worklists, sent messages."""

import uuid
from typing import Any, ClassVar

import pgtrigger
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from switchboard.platform.roles import Role


class UserManager(BaseUserManager["User"]):
    """Make users by email address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Record a user; without a password they sign in by code or passkey only."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        if password:
            user.set_password(password)
        else:
            user.set_unusable_password()
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """Somebody who signs in, in one role; what it may see stands in the rulebook (``access/matrix``)."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=32, choices=[(r.value, r.value) for r in Role])
    licence = models.CharField(
        max_length=64, blank=True, help_text="Clinical licence, for work that needs one"
    )
    language = models.CharField(max_length=8, default="en")
    is_active = models.BooleanField(default=True)
    synthetic = models.BooleanField(
        default=False, help_text="Made by the demo or the alarm test; never a person"
    )
    created_at = models.DateTimeField(default=timezone.now)
    deactivated_at = models.DateTimeField(null=True, blank=True)
    away_until = models.DateTimeField(null=True, blank=True, help_text="On leave: not paged before then")

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role__in=[r.value for r in Role]), name="user_role_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(is_active=True) | models.Q(deactivated_at__isnull=False),
                name="user_left_means_when",
            ),
        ]


class ApiToken(models.Model):
    """A key for the JSON API: only its SHA-256 is kept; it acts as its user, within its scopes."""

    digest = models.BinaryField(unique=True)
    prefix = models.CharField(max_length=12, help_text="The first letters, to tell keys apart in lists")
    name = models.CharField(max_length=100)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    scopes = ArrayField(models.CharField(max_length=40), default=list)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)


class AuditEvent(models.Model):
    """One touch of a person's record: who, when, in which role, why, what kind of data, whose."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=Now())
    user_id = models.BigIntegerField(null=True)
    user_name = models.CharField(max_length=200, blank=True)
    role = models.CharField(max_length=32)
    purpose = models.CharField(max_length=40)
    reason = models.CharField(max_length=200, blank=True)
    action = models.CharField(max_length=16)
    data_class = models.CharField(max_length=4)
    member_id = models.BigIntegerField(null=True)
    what = models.CharField(max_length=80)
    allowed = models.BooleanField(default=True)
    request_id = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [models.Index(fields=["member_id", "-at"]), models.Index(fields=["user_id", "-at"])]
        triggers = [
            pgtrigger.Protect(name="audit_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]


class AuditSeal(models.Model):
    """A link of the chain over audit rows: the rows it took in, and the digest of them and of the last link.

    ``gaps``: ids below ``position`` that were not there yet, and when they were first missed.
    """

    number = models.BigIntegerField(primary_key=True)
    sealed_at = models.DateTimeField(default=timezone.now)
    position = models.BigIntegerField()
    gaps = models.JSONField(default=dict)
    event_ids = ArrayField(models.BigIntegerField())
    digest = models.BinaryField()

    class Meta:
        triggers = [
            pgtrigger.Protect(name="seal_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]


class OutboxEvent(models.Model):
    """Something that happened, written in the transaction in which it happened."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=Now())
    kind = models.CharField(max_length=60)
    payload = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["at"])]


class OutboxCursor(models.Model):
    """How far a consumer has read the outbox: the highest id seen and the gaps below it still to come."""

    consumer = models.CharField(max_length=60, primary_key=True)
    position = models.BigIntegerField(default=0)
    gaps = models.JSONField(default=dict)


class IdempotencyKey(models.Model):
    """An answer kept under the caller's key: a retry gets the same answer, nothing happens twice."""

    principal = models.CharField(max_length=64)
    key = models.CharField(max_length=255)
    digest = models.BinaryField(help_text="SHA-256 of method, path and body")
    status = models.SmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["principal", "key"], name="one_answer_per_principal_and_key")
        ]
        indexes = [models.Index(fields=["created_at"])]


class WorkItem(models.Model):
    """One thing for a person to do, in exactly one queue, with a clock."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    queue = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
    member_id = models.BigIntegerField(null=True)
    subject = models.CharField(max_length=40, help_text="What it is about: request:12, appointment:7")
    note = models.TextField(blank=True)
    urgency = models.SmallIntegerField(default=3, help_text="1 now, 2 today, 3 routine")
    opened_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()
    not_before = models.DateTimeField(null=True, blank=True)
    assigned_to = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=60, blank=True)
    once = models.CharField(max_length=120, unique=True, help_text="The same cause opens it once")

    class Meta:
        indexes = [
            models.Index(
                fields=["queue", "urgency", "due_at"],
                name="open_work",
                condition=models.Q(closed_at__isnull=True),
            ),
            models.Index(fields=["member_id"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True, outcome="")
                | (models.Q(closed_at__isnull=False) & ~models.Q(outcome="")),
                name="work_closed_means_when_and_how",
            )
        ]


class OutgoingMessage(models.Model):
    """A message to a person: sent by a real channel, or kept by the stand-in that sends nothing."""

    at = models.DateTimeField(default=timezone.now)
    channel = models.CharField(max_length=10)
    to = models.CharField(max_length=254)
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField()
    sent = models.BooleanField(default=False)
    once = models.CharField(max_length=120, unique=True, null=True)


class Relationship(models.Model):
    """Why this user may open this member's record now: a call, a task, a case; it ends by itself."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    member_id = models.BigIntegerField()
    kind = models.CharField(max_length=20)
    reason = models.CharField(max_length=200)
    starts_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["user", "member_id", "-ends_at"])]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")),
                name="relationship_ends_after_it_starts",
            )
        ]
