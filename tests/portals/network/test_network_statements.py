"""No page behind the directory asks the database more than twelve times."""

import pytest

from switchboard.interop.models import ImportRun
from switchboard.platform.clock import now
from switchboard.platform.roles import Role
from switchboard.platform.worklist import open_work
from tests.portals.network.asking import ROSTER, entered, post, send, statements
from tests.portals.statements import MOST

pytestmark = pytest.mark.django_db


def test_no_other_page_asks_the_database_too_much(world, home, manager, pair):
    for n in range(8):
        schedule = world.schedule(world.therapist(f"Ann Family{n}", npi=""))
        post(manager, "schedule", schedule.pk, **entered({}, {"weekday": "2"}, do="open"))
        send(manager, ROSTER + f"{n},A,B,x,CT,L1,Elm,1 Elm St,06106,COM\n")
        run = ImportRun.objects.latest("id").pk
        open_work(
            queue="import-review", kind="code_unknown", subject=f"import:{run}", due_at=now(), once=str(n)
        )
    supervisor = world.browser(Role.SUPERVISOR)
    post(supervisor, "compare", pair.pk)
    assert len(statements(manager, "schedule", schedule.pk)) <= MOST
    assert len(statements(manager, "places")) <= MOST
    assert len(statements(manager, "imports")) <= MOST
    assert len(statements(manager, "import", run)) <= MOST
    assert len(statements(manager, "send")) <= MOST
    assert len(statements(manager, "review")) <= MOST
    assert len(statements(supervisor, "pairs")) <= MOST
    reads = [s for s in statements(supervisor, "pair", pair.pk) if "platform_auditevent" not in s]
    assert len(reads) <= MOST
