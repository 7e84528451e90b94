"""The past weeks are alive: every kind of work waits for somebody, and every clock runs."""

NOW = "2026-11-18T15:00Z"


def test_requests_stand_in_every_state(sql):
    found = {state for (state,) in sql("SELECT DISTINCT state FROM frontdoor_request")}
    assert {"triaged", "offered", "booked", "kept", "closed"} <= found


def test_a_request_goes_forward_in_time(sql):
    """Asked, then offered, then booked, then seen; nothing lies ahead of now but appointments."""
    wrong = """SELECT id FROM frontdoor_request WHERE first_offered_at < asked_at
        OR booked_at < first_offered_at OR appointment_starts_at < booked_at
        OR kept_at < appointment_starts_at
        OR greatest(asked_at, first_offered_at, booked_at, kept_at, closed_at) > %s"""
    assert sql(wrong, NOW) == []


def test_a_booked_request_and_its_appointment_agree(sql):
    wrong = """SELECT r.id FROM frontdoor_request r
        LEFT JOIN scheduling_appointment a ON a.id = r.appointment_id
        WHERE r.state IN ('booked', 'kept') AND (a.id IS NULL OR a.request_id <> r.id
        OR a.member_id <> r.member_id OR lower(a.during) <> r.appointment_starts_at)"""
    assert sql(wrong) == []


def test_past_visits_were_kept_or_missed_and_those_ahead_are_booked(sql):
    assert (
        sql(
            "SELECT id FROM scheduling_appointment"
            " WHERE state IN ('fulfilled', 'noshow') AND lower(during) > %s",
            NOW,
        )
        == []
    )
    assert (
        sql("SELECT id FROM scheduling_appointment WHERE state = 'booked' AND upper(during) < %s", NOW) == []
    )


def test_every_work_queue_of_appointments_has_something_in_it(sql):
    waiting = "SELECT DISTINCT queue FROM scheduling_appointment WHERE queue_done_at IS NULL"
    assert {"upcoming", "outreach", "rebook"} <= {queue for (queue,) in sql(waiting)}


def test_an_appointment_stands_in_the_queue_the_rulebook_names(sql):
    from datetime import date

    from switchboard.scheduling.core.appointment import queue_for

    for state, reason, queue in sql("SELECT DISTINCT state, reason, queue FROM scheduling_appointment"):
        assert queue_for(state, reason, on=date(2026, 11, 18)).outcome == queue, (state, reason)


def test_some_clocks_are_about_to_run_out_and_some_have(sql):
    [(late, waiting)] = sql(
        "SELECT count(*) FILTER (WHERE due_at < %s), count(*) FROM frontdoor_request"
        " WHERE state IN ('open', 'triaged', 'offered')",
        NOW,
    )
    assert waiting > late


def test_the_crisis_worklist_has_tasks_that_wait_and_tasks_that_are_closed(sql):
    found = {state for (state,) in sql("SELECT DISTINCT state FROM outcomes_crisistask")}
    assert found == {"open", "acknowledged", "closed"}


def test_every_risk_answer_has_its_task_and_every_task_its_history(sql):
    assert sql("SELECT count(*) FROM outcomes_answer WHERE risk <> 'none' AND crisis_task_id IS NULL") == [
        (0,)
    ]
    assert (
        sql(
            "SELECT t.id FROM outcomes_crisistask t WHERE NOT EXISTS"
            " (SELECT 1 FROM outcomes_crisisevent e WHERE e.task_id = t.id AND e.kind = 'opened')"
        )
        == []
    )


def test_scores_are_what_the_cores_say(sql):
    """A PHQ-9's stored total is the sum of its nine stored answers."""
    wrong = """SELECT a.id FROM outcomes_assessment a JOIN outcomes_answer w ON w.assessment_id = a.id
        WHERE a.instrument = 'phq-9' AND w.link_id <> 'phq9-10'
        GROUP BY a.id HAVING a.total <> sum(w.value::int)"""
    assert sql(wrong) == []
