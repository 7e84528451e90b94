"""Booking over HTTP: once for each key, versions checked, and three other times for whoever was too late."""

import pytest

from switchboard.platform.roles import Role
from switchboard.scheduling.models import Appointment
from tests.api.conftest import know

pytestmark = pytest.mark.django_db


def test_a_time_is_booked_and_read_back_with_its_version(desk, taking):
    made = desk.post("/appointments", taking)
    assert made.status_code == 201, made.content
    assert made["ETag"] == '"booked"'
    read = desk.get(f"/appointments/{made.json()['id']}")
    assert read.json() == made.json()
    assert read["ETag"] == made["ETag"]


def test_a_retry_gets_the_same_answer_and_books_nothing_more(desk, taking):
    first = desk.post("/appointments", taking, Idempotency_Key="k")
    again = desk.post("/appointments", taking, Idempotency_Key="k")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    assert Appointment.objects.count() == 1


def test_a_key_that_came_with_another_body_is_refused(desk, taking, role_with_slots):
    desk.post("/appointments", taking, Idempotency_Key="k")
    other = desk.post("/appointments", taking | {"slot_id": role_with_slots[1].pk}, Idempotency_Key="k")
    assert other.status_code == 422
    assert other.json()["type"].endswith(":key-reused")
    assert Appointment.objects.count() == 1


def test_without_a_key_nothing_is_booked(desk, taking):
    answer = desk.post("/appointments", taking, Idempotency_Key="")
    assert answer.status_code == 400
    assert Appointment.objects.count() == 0


def test_a_key_in_flight_is_answered_409(desk, taking, server):
    """Another connection holds the key's turn, as a call that is being answered does."""
    import psycopg
    from django.db import connection

    from switchboard.platform.models import User

    principal = f"user:{User.objects.get(pk=desk.user.pk).pk}"
    name = connection.settings_dict["NAME"]
    with psycopg.connect(server.url("postgres", name), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(71, hashtext(%s || chr(31) || 'k'))", [principal])
        answer = desk.post("/appointments", taking, Idempotency_Key="k")
    assert answer.status_code == 409
    assert answer["Retry-After"] == "1"
    assert answer.json()["type"].endswith(":in-flight")


def test_just_taken_comes_with_the_next_three(desk, taking, member, role_with_slots):
    assert desk.post("/appointments", taking).status_code == 201
    other = member()
    know(desk, other)
    late = desk.post("/appointments", taking | {"member": str(other.public_id)})
    assert late.status_code == 409
    assert late.json()["type"].endswith(":just-taken")
    assert [t["slot_id"] for t in late.json()["alternatives"]] == [s.pk for s in role_with_slots[1:4]]


def test_a_hold_is_confirmed_and_then_cancelled(desk, taking):
    held = desk.post("/holds", taking)
    path = f"/appointments/{held.json()['id']}"
    assert held["ETag"] == '"held"'
    assert desk.post(f"{path}/confirm", If_Match='"held"').status_code == 200
    done = desk.post(f"{path}/cancel", {"reason": "member_request"}, If_Match='"booked"')
    if done.status_code == 422:  # the reasons are rule data
        from switchboard.platform.clock import now
        from switchboard.scheduling.core.appointment import cancel_reasons

        reason = cancel_reasons(now().date())[0]
        done = desk.post(f"{path}/cancel", {"reason": reason}, If_Match='"booked"')
    assert done.json()["state"] == "cancelled"


def test_a_change_names_the_version_it_means(desk, taking):
    """No version: 428. A stale one: 412, and nothing changes. A retry: the same answer."""
    held = desk.post("/holds", taking)
    path = f"/appointments/{held.json()['id']}"
    assert desk.post(f"{path}/confirm").status_code == 428
    assert desk.post(f"{path}/confirm", If_Match='"booked"').status_code == 412
    assert Appointment.objects.get().state == "held"
    first = desk.post(f"{path}/confirm", If_Match='"held"', Idempotency_Key="c")
    again = desk.post(f"{path}/confirm", If_Match='"held"', Idempotency_Key="c")
    assert first.status_code == again.status_code == 200
    assert again["Idempotent-Replayed"] == "true"


def test_a_move_gives_the_new_appointment_and_ends_the_old(desk, taking, role_with_slots):
    made = desk.post("/appointments", taking)
    path = f"/appointments/{made.json()['id']}"
    stale = desk.post(f"{path}/reschedule", {"slot_id": role_with_slots[2].pk}, If_Match='"held"')
    assert stale.status_code == 412
    moved = desk.post(f"{path}/reschedule", {"slot_id": role_with_slots[2].pk}, If_Match='"booked"')
    assert moved.status_code == 201
    assert moved.json()["id"] != made.json()["id"]
    assert desk.get(path).json()["state"] == "cancelled"


def test_a_stranger_gets_404_and_the_refusal_is_written_down(caller, taking):
    from switchboard.platform.models import AuditEvent

    answer = caller(Role.NAVIGATOR).post("/appointments", taking)
    assert answer.status_code == 404
    assert AuditEvent.objects.filter(allowed=False, action="refused").count() == 1
    assert Appointment.objects.count() == 0
