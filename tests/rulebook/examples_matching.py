"""Run the worked examples of the matching chapter."""

from datetime import date

from switchboard.matching.core.gates import by_consent, unnamed
from switchboard.matching.core.ranking import soonness_by_hour, weights_on
from switchboard.matching.core.results import shrunk


def run(value, example) -> None:
    """Check one example."""
    if "hours" in example:
        urgent = value.ref.name.endswith("urgent")
        worth = soonness_by_hour(weights_on(date.fromisoformat(value.ref.version), urgent=urgent))
        assert [worth[min(hour, len(worth) - 1)] for hour in example["hours"]] == example["soonness"]
    elif "people" in example:
        share = shrunk(example["people"], example["better"], example["mean"], value)
        assert ("not known" if share is None else share) == example["share"]
    else:
        assert set(example["hidden"]) <= by_consent() <= unnamed()
        assert not set(example["said"]) & unnamed()
