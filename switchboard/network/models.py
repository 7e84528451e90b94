"""Tables of the network: who can give care, where, under what credentials, and how we know. Private."""

from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone

SOURCE_KINDS = (
    "independent",
    "small_group",
    "large_group",
    "aggregator",
    "point_solution",
    "specialty_program",
    "registry",
    "plan",
)


def codes(length: int = 24) -> ArrayField:
    """Give a list-of-codes column."""
    return ArrayField(models.CharField(max_length=length), default=list)


class Source(models.Model):
    """Where records or bookable time come from: a group, an aggregator, a registry, the plan itself."""

    name = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=20, choices=[(k, k) for k in SOURCE_KINDS])
    rank = models.SmallIntegerField(default=50, help_text="Lower wins when sources disagree")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(kind__in=SOURCE_KINDS), name="source_kind_known")]


class Organization(models.Model):
    """A group, clinic, aggregator or program."""

    name = models.CharField(max_length=300)
    npi = models.CharField(max_length=10, null=True, unique=True)
    phone = models.CharField(max_length=40, blank=True)
    active = models.BooleanField(default=True)


class Location(models.Model):
    """A place where care is given."""

    organization = models.ForeignKey(Organization, null=True, on_delete=models.SET_NULL, related_name="+")
    name = models.CharField(max_length=300)
    address_line = models.CharField(max_length=300, blank=True)
    city = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=2, blank=True)
    zip5 = models.CharField(max_length=5, blank=True)
    county_fips = models.CharField(max_length=5, blank=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    time_zone = models.CharField(max_length=40, default="America/New_York")
    phone = models.CharField(max_length=40, blank=True)
    accessible = models.BooleanField(null=True, help_text="Step-free, where known")

    class Meta:
        indexes = [models.Index(fields=["state", "zip5"])]


class Practitioner(models.Model):
    """One clinician, one record, however many sources name them."""

    id = models.BigAutoField(primary_key=True)
    npi = models.CharField(max_length=10, null=True, unique=True)
    family_name = models.CharField(max_length=300)
    given_name = models.CharField(max_length=300, blank=True)
    credential = models.CharField(max_length=60, blank=True)
    gender = models.CharField(max_length=8, default="unknown")
    languages = codes(12)
    backgrounds = codes(40)
    taxonomies = codes(10)
    profession = models.CharField(max_length=40, blank=True, help_text="psychiatrist, psychologist, ...")
    behavioral = models.BooleanField(default=False)
    prescribes = models.BooleanField(default=False)
    active = models.BooleanField(default=True)
    user = models.OneToOneField("platform.User", null=True, on_delete=models.SET_NULL, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [models.Index(fields=["family_name", "given_name"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(npi__isnull=True) | Q(npi__regex=r"^[12]\d{9}$"), name="npi_has_ten_digits"
            )
        ]


class Licence(models.Model):
    """A licence to practise in one state."""

    practitioner = models.ForeignKey(Practitioner, on_delete=models.CASCADE, related_name="licences")
    state = models.CharField(max_length=2)
    number = models.CharField(max_length=40)
    kind = models.CharField(max_length=60, blank=True)
    period = DateRangeField(null=True, help_text="First day in, first day out; null where not known")
    status = models.CharField(max_length=16, default="active")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practitioner", "state", "number"], name="licence_once")
        ]


class PractitionerRole(models.Model):
    """A practitioner at a location under an organization, as one source offers them."""

    id = models.BigAutoField(primary_key=True)
    practitioner = models.ForeignKey(Practitioner, on_delete=models.CASCADE, related_name="roles")
    organization = models.ForeignKey(Organization, null=True, on_delete=models.SET_NULL, related_name="+")
    location = models.ForeignKey(Location, null=True, on_delete=models.SET_NULL, related_name="+")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")
    specialties = codes(40)
    treats = codes(40)
    levels_of_care = codes(24)
    modalities = codes(10)
    lines_of_business = codes(4)
    age_min = models.SmallIntegerField(default=0)
    age_max = models.SmallIntegerField(default=120)
    accepting_new = models.BooleanField(default=True)
    panel_capacity = models.IntegerField(null=True)
    panel_count = models.IntegerField(default=0)
    active = models.BooleanField(default=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [GinIndex(fields=["treats"]), models.Index(fields=["location"])]
        constraints = [
            models.UniqueConstraint(
                fields=["practitioner", "organization", "location", "source"],
                name="role_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=Q(age_min__lte=models.F("age_max")), name="role_ages_in_order"),
        ]


class NetworkKey(models.Model):
    """What a source calls a practitioner, organization, location or role, for repeated imports."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=200)
    subject_id = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "kind", "key"], name="network_key_once")]
        indexes = [models.Index(fields=["kind", "subject_id"])]


class FieldEvidence(models.Model):
    """How we know one field of one record: which source said what, by which method, when, due again when."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=20, help_text="practitioner, organization, location or role")
    subject_id = models.BigIntegerField()
    field = models.CharField(max_length=40)
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+")
    method = models.CharField(max_length=24, help_text="import, attestation, call, registry, booking")
    value = models.JSONField(null=True)
    verified_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_id", "field", "source"], name="evidence_once_a_source"
            )
        ]
        indexes = [models.Index(fields=["due_at"])]
