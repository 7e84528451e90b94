"""Tables of members: who is covered, how to reach them, who may act for them. Private to this capability."""

import uuid

from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils import timezone


class Member(models.Model):
    """A covered person."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    member_number = models.CharField(max_length=40, unique=True, help_text="The plan's own number for them")
    family_name = models.CharField(max_length=300)
    given_name = models.CharField(max_length=300, blank=True)
    preferred_name = models.CharField(max_length=300, blank=True)
    pronouns = models.CharField(max_length=40, blank=True)
    birth_date = models.DateField()
    sex = models.CharField(max_length=8, default="unknown", help_text="FHIR administrative gender")
    language = models.CharField(max_length=12, default="en", help_text="BCP 47")
    needs_interpreter = models.BooleanField(default=False)
    time_zone = models.CharField(max_length=40, default="America/New_York")
    address_line = models.CharField(max_length=300, blank=True)
    city = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=2, blank=True)
    zip5 = models.CharField(max_length=5, blank=True)
    county_fips = models.CharField(max_length=5, blank=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    deceased_on = models.DateField(null=True, blank=True)
    user = models.OneToOneField(
        "platform.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    synthetic = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [
            models.Index(Upper("family_name"), "birth_date", name="member_by_name_and_birth"),
            models.Index(fields=["birth_date"]),
            models.Index(fields=["zip5"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(sex__in=["male", "female", "other", "unknown"]), name="member_sex_is_fhir"
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="member_place_is_whole",
            ),
        ]


class MemberKey(models.Model):
    """What another system calls this member; a repeated import finds them again by it."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="keys")
    source = models.CharField(max_length=100)
    key = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="member_key_once")]


class ContactRoute(models.Model):
    """One way to reach a member, and how to use it safely."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="routes")
    kind = models.CharField(max_length=8, help_text="phone, email or mail")
    value = models.CharField(max_length=400, help_text="E.164, an address, or a postal address")
    rank = models.SmallIntegerField(default=1, help_text="1 is tried first")
    may_text = models.BooleanField(default=False)
    may_leave_message = models.BooleanField(default=False)
    discreet = models.BooleanField(default=True, help_text="Never say who we are or what this is about")
    confidential = models.BooleanField(
        default=False, help_text="45 CFR 164.522(b): use this route instead of the subscriber's"
    )

    class Meta:
        indexes = [models.Index(fields=["value"])]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["phone", "email", "mail"]), name="route_kind_known"),
            models.UniqueConstraint(fields=["member", "kind", "value"], name="route_once_a_member"),
        ]


class Coverage(models.Model):
    """A period in which a line of business covers a member."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="coverages")
    line_of_business = models.CharField(max_length=4, help_text="MA, MCO, CHIP, QHP or COM")
    plan_name = models.CharField(max_length=200, blank=True)
    period = DateRangeField(help_text="First day in, first day out")
    subscriber_number = models.CharField(max_length=40, blank=True)
    source_key = models.CharField(max_length=200, null=True, unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(line_of_business__in=["MA", "MCO", "CHIP", "QHP", "COM"]),
                name="coverage_lob_known",
            ),
            models.CheckConstraint(condition=Q(period__isempty=False), name="coverage_period_not_empty"),
        ]


class Proxy(models.Model):
    """Somebody who may act for a member, and in what."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="proxies")
    user = models.ForeignKey("platform.User", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=24, help_text="parent, guardian, health_care_agent or helper")
    may = ArrayField(models.CharField(max_length=24), help_text="appointments, assessments, record, messages")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    granted_by = models.ForeignKey("platform.User", null=True, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member", "user"], condition=Q(revoked_at__isnull=True), name="one_live_proxy_each"
            )
        ]


class Preference(models.Model):
    """What a member would like in a practitioner and a time; empty means no wish."""

    member = models.OneToOneField(Member, on_delete=models.CASCADE, related_name="preference")
    genders = ArrayField(models.CharField(max_length=8), default=list)
    languages = ArrayField(models.CharField(max_length=12), default=list)
    language_required = models.BooleanField(default=False)
    modalities = ArrayField(models.CharField(max_length=10), default=list)
    backgrounds = ArrayField(models.CharField(max_length=40), default=list)
    times = ArrayField(models.CharField(max_length=8), default=list, help_text="mon-am, mon-pm, mon-eve, ...")
    max_miles = models.SmallIntegerField(null=True)
    updated_at = models.DateTimeField(auto_now=True)


class DuplicateCandidate(models.Model):
    """Two records that may be one person; a person decides."""

    left = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    right = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    likeness = models.FloatField(help_text="0 to 1")
    because = models.JSONField(default=list)
    found_at = models.DateTimeField(default=timezone.now)
    decision = models.CharField(max_length=10, blank=True, help_text="same or different")
    decided_by = models.ForeignKey("platform.User", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(left__lt=F("right")), name="duplicate_pair_in_order"),
            models.UniqueConstraint(fields=["left", "right"], name="duplicate_pair_once"),
            models.CheckConstraint(
                condition=Q(decision="", decided_by__isnull=True, decided_at__isnull=True)
                | Q(decision__in=["same", "different"], decided_by__isnull=False, decided_at__isnull=False),
                name="duplicate_decided_means_who_and_when",
            ),
        ]
