"""Counted supply: sums over millions of slots, made every few minutes. Private to this capability.

Nothing here is known here first: the job deletes it and counts again.
"""

from django.db import models


class Counted(models.Model):
    """When the sums below were counted: one row, or none yet."""

    at = models.DateTimeField()


class SupplyWeek(models.Model):
    """Bookable time of one week in one cut: minutes of seats still open, and of seats taken.

    ``line`` "" is any line of business; ``cut`` says what ``key`` is (``switchboard.insights.core.supply``).
    """

    id = models.BigAutoField(primary_key=True)
    week = models.DateField(help_text="Its Monday")
    state = models.CharField(max_length=2, blank=True, help_text="Where the office stands")
    line = models.CharField(max_length=4, blank=True)
    cut = models.CharField(max_length=12)
    key = models.CharField(max_length=40, blank=True)
    open_minutes = models.BigIntegerField()
    used_minutes = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["line", "cut", "week"], name="supply_by_line_and_cut")]


class CoveredCounty(models.Model):
    """How many members live in a county, under a line of business ("" is any)."""

    id = models.BigAutoField(primary_key=True)
    state = models.CharField(max_length=2, blank=True)
    county = models.CharField(max_length=5, blank=True)
    line = models.CharField(max_length=4, blank=True)
    members = models.IntegerField()
