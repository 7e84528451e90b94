"""Measured results, counted each night from scores and kept visits. Private to this capability.

Nothing here is known here first: the job deletes it and counts again. The match itself lives in memory.
"""

from django.db import models
from django.db.models import F, Q


class MeasuredResult(models.Model):
    """How people of one group fared with one practitioner; only where enough people say so.

    ``mean`` is the share of everybody counted in the group who got better.
    """

    id = models.BigAutoField(primary_key=True)
    practitioner = models.ForeignKey("network.Practitioner", on_delete=models.CASCADE, related_name="+")
    group = models.CharField(max_length=40, help_text="A group of the rule matching/results")
    people = models.IntegerField()
    better = models.IntegerField()
    share = models.FloatField(help_text="Who got better, drawn toward the mean")
    mean = models.FloatField()
    rule = models.CharField(max_length=60, help_text="The rule's version that counted them")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practitioner", "group"], name="result_once_a_practitioner"),
            models.CheckConstraint(
                condition=Q(better__gte=0) & Q(better__lte=F("people")), name="no_more_better_than_people"
            ),
        ]
