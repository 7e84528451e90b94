"""The invented world is whole, plausible, short of what is short in life, and nobody's."""

from stdnum import luhn

KINDS = {
    "independent",
    "small_group",
    "large_group",
    "aggregator",
    "point_solution",
    "specialty_program",
}


def test_everybody_is_marked_as_made_up(sql):
    """No real address, number or registry id can be reached by mistake."""
    assert sql("SELECT count(*) FROM members_member WHERE NOT synthetic") == [(0,)]
    assert sql("SELECT count(*) FROM platform_user WHERE NOT synthetic") == [(0,)]
    wrong = (
        "kind = 'email' AND value !~ '@example[.](com|org)$'"
        " OR kind = 'phone' AND value !~ '55501[0-9][0-9]$'"
    )
    assert sql(f"SELECT value FROM members_contactroute WHERE {wrong} LIMIT 3") == []


def test_every_npi_has_its_check_digit_and_none_is_issued(sql):
    """NPIs that begin with 2 have never been handed out."""
    for (number,) in sql("SELECT npi FROM network_practitioner"):
        assert luhn.is_valid("80840" + number)
        assert number.startswith("29")


def test_all_six_kinds_of_source_offer_time(sql):
    found = sql(
        "SELECT DISTINCT s.kind FROM scheduling_slot t JOIN scheduling_schedule c ON c.id = t.schedule_id"
        " JOIN network_source s ON s.id = c.source_id"
    )
    assert {kind for (kind,) in found} == KINDS


def test_codes_are_those_of_the_rulebook(sql):
    from switchboard.rulebook.listings import codes

    for listing, question in {
        "conditions": "SELECT DISTINCT unnest(treats) FROM network_practitionerrole",
        "levels_of_care": "SELECT DISTINCT unnest(levels_of_care) FROM network_practitionerrole",
        "modalities": "SELECT DISTINCT unnest(modalities) FROM network_practitionerrole",
        "lines_of_business": "SELECT DISTINCT unnest(lines_of_business) FROM network_practitionerrole",
        "languages": "SELECT DISTINCT unnest(languages) FROM network_practitioner",
        "backgrounds": "SELECT DISTINCT unnest(backgrounds) FROM network_practitioner",
        "professions": "SELECT DISTINCT profession FROM network_practitioner",
    }.items():
        assert {code for (code,) in sql(question)} <= set(codes(listing)), listing


def test_no_practitioner_has_two_open_slots_at_once(sql):
    assert (
        sql(
            "SELECT a.id FROM scheduling_slot a JOIN scheduling_slot b"
            " ON a.practitioner_id = b.practitioner_id AND a.id < b.id"
            " AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at"
        )
        == []
    )


def test_seats_taken_are_those_of_the_appointments(sql):
    assert (
        sql(
            "SELECT s.id FROM scheduling_slot s LEFT JOIN scheduling_appointment a"
            " ON a.slot_id = s.id AND a.state IN ('held', 'booked', 'fulfilled', 'noshow')"
            " GROUP BY s.id HAVING s.taken <> count(a.id)"
        )
        == []
    )


def test_availability_is_uneven(sql):
    """Some have nothing for weeks, some are wide open."""
    counts = [
        count
        for (count,) in sql(
            "SELECT count(s.id) FILTER (WHERE s.taken < s.seats AND s.starts_at >= %s)"
            " FROM network_practitioner p LEFT JOIN scheduling_slot s"
            " ON s.practitioner_id = p.id GROUP BY p.id",
            "2026-11-18T15:00Z",
        )
    ]
    empty, open_wide = sum(c == 0 for c in counts), sum(c > 3 * sum(counts) / len(counts) for c in counts)
    assert 0.1 < empty / len(counts) < 0.5
    assert open_wide >= 5


def test_some_evidence_is_overdue_and_some_practitioners_are_named_twice(sql):
    [(overdue, all_of_it)] = sql(
        "SELECT count(*) FILTER (WHERE due_at < %s), count(*) FROM network_fieldevidence", "2026-11-18T15:00Z"
    )
    assert 0.1 < overdue / all_of_it < 0.5
    [(bare,)] = sql(
        "SELECT count(*) FROM network_licence l WHERE NOT EXISTS (SELECT FROM network_fieldevidence e"
        " WHERE e.kind = 'licence' AND e.subject_id = l.id)"
    )
    [(nameless,)] = sql(
        "SELECT count(*) FROM network_practitioner p WHERE NOT EXISTS (SELECT FROM network_fieldevidence e"
        " WHERE e.kind = 'practitioner' AND e.subject_id = p.id AND e.field = 'name')"
    )
    assert (bare, nameless) == (0, 0)
    twice = (
        "SELECT practitioner_id FROM network_practitionerrole GROUP BY 1 HAVING count(DISTINCT source_id) > 1"
    )
    assert sql(twice)
