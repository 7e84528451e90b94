"""Count the results of care: the one write of this room. It can be done again at any time."""

from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from django.db import connection, transaction

from switchboard.matching.core.results import Result, Score, Visit, results
from switchboard.matching.models import MeasuredResult
from switchboard.outcomes.queries_scores import repeated_scores
from switchboard.platform.clock import now, today
from switchboard.platform.outbox import tell
from switchboard.rulebook.rules import rule
from switchboard.scheduling.queries_visits import kept_visits


class Known(NamedTuple):
    """What makes a result differ from the one before."""

    practitioner: int
    group: str
    people: int
    better: int
    share: float


def measure_results() -> int:
    """Count anew how people fared with each practitioner, all or nothing; give the number of results.

    Reads scores and kept visits, stores sums of ``least_people`` and more, and tells whose results changed:
    every match then ranks by them. Two at once wait for each other.
    """
    value, at = rule("matching/results").on(today()), now()
    since = at - timedelta(days=value["days_back"])
    instruments = list(dict.fromkeys(group["instrument"] for group in value["groups"]))
    scores = repeated_scores(instruments=instruments, since=since)
    visits = kept_visits(since=since)
    found = results(
        (Visit(*row) for row in zip(*(column.tolist() for column in visits), strict=True)),
        (
            Score(member, instruments[which], minute, total)
            for member, which, minute, total in zip(*(c.tolist() for c in scores), strict=True)
        ),
        value,
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('matching.measure_results'))")
        before = {Known(*row) for row in MeasuredResult.objects.values_list(*_fields())}
        MeasuredResult.objects.all().delete()
        MeasuredResult.objects.bulk_create(
            MeasuredResult(
                practitioner_id=one.practitioner, group=one.group, people=one.people, better=one.better,
                share=one.share, mean=one.mean, rule=str(value.ref), at=at,
            )
            for one in found
        )  # fmt: skip
        changed = sorted({one.practitioner for one in before ^ _known(found)})
        if changed:
            tell("results.measured", {"practitioner_ids": changed})
    return len(found)


def _fields() -> tuple[str, ...]:
    return ("practitioner_id", *Known._fields[1:])


def _known(found: Iterable[Result]) -> set[Known]:
    return {Known(one.practitioner, one.group, one.people, one.better, one.share) for one in found}
