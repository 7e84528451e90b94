"""Import the network from its sources: nothing is lost, one clinician is one record."""

import pytest

from switchboard.network.actions.importing import import_network
from switchboard.network.core.listing import ImportedLocation, ImportedPractitioner, ImportedRole
from switchboard.platform import staging
from switchboard.platform.access import SWITCHBOARD
from switchboard.platform.staging import ask

pytestmark = pytest.mark.django_db

CODE = "1041C0700X"  # clinical social worker
NPIS = ("1000000004", "1000000012", "1000000020", "1000000038", "1000000046", "1000000053")


def roster(*npis: str):
    """Draw a roster: a place and a role for each NPI."""
    for line, npi in enumerate(npis, 2):
        yield ImportedLocation("r.csv", line, f"at {npi}", "Practice")
        yield ImportedPractitioner("r.csv", line, npi, npi, "Lee", taxonomies=(CODE,))
        yield ImportedRole("r.csv", line, npi, npi, location_key=f"at {npi}", taxonomies=(CODE,))


def bring(*rows, source="Acme", kind="plan", whole=False):
    return import_network(rows=rows, source=source, kind=kind, by=SWITCHBOARD, whole=whole)


@pytest.mark.parametrize("batch", [1, 2, 3, 6, 7])
def test_rows_copied_in_any_number_of_batches_all_arrive(batch, monkeypatch):
    """A large file is copied a batch at a time: no batch replaces the one before."""
    monkeypatch.setattr(staging, "BATCH", batch)
    done = bring(*roster(*NPIS))
    assert [done.counts[f"{kind}_added"] for kind in ("locations", "practitioners", "roles")] == [6, 6, 6]
    assert ask("SELECT count(*) FROM network_practitionerrole WHERE active") == [(6,)]
