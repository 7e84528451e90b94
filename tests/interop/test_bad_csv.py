"""Bad CSV and the answer it gets: every row of the catalogue about rosters, members and slots."""

import csv
from datetime import UTC, datetime

import pytest

from switchboard.interop.csv_reading import MAX_LINE
from switchboard.interop.csv_writing import safe_cell
from switchboard.platform.clock import stopped_at
from switchboard.platform.staging import ask

pytestmark = pytest.mark.django_db

MEMBERS = "member_number,family_name,given_name,birth_date,zip,line_of_business,coverage_start\n"
LEE = "007001,Lee,Ann,1990-05-04,02115,QHP,2026-01-01\n"
ROSTER = "npi,last name,first name,taxonomy,license state,license number,group,address,zip,lob\n"
NPIS = ("1255334207", "1003000126", "1003000134", "1003000142", "1003000407", "1003000423", "1003000449",
        "1003000480", "1003000522", "1003000530", "1003000597", "1003000639")  # fmt: skip


def people() -> int:
    return ask("SELECT count(*) FROM members_member")[0][0]


def codes(report) -> dict:
    return {(f.line, f.column, f.code) for f in report.findings}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_usual_encodings_are_read(bring, encoding):
    report = bring("members", (MEMBERS + "7,Núñez,José,1990-05-04,02115,,\n").encode(encoding))
    assert report.state == "done"
    assert ask("SELECT family_name, given_name FROM members_member") == [("Núñez", "José")]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_usual_separators_are_read(bring, separator):
    assert bring("members", (MEMBERS + LEE).replace(",", separator).encode()).state == "done"
    assert people() == 1


def test_line_ends_and_separators_inside_quotes_belong_to_the_cell(bring):
    bad_row = "8,Roe,,no date,,,\n"
    report = bring("members", (MEMBERS + '7,"Lee, ""Jr""\nof Salem",Ann,1990-05-04,,,\n' + bad_row).encode())
    assert codes(report) == {(4, "birth_date", "date_shape")}


def test_a_ragged_row_is_refused_with_its_line(bring):
    report = bring("members", (MEMBERS + LEE + "8,Roe,Jo\n").encode(), mode="good")
    assert codes(report) == {(3, "", "ragged_row")}
    assert people() == 1


def test_headers_in_another_order_and_spelling_are_found(bring):
    assert bring("members", b"DOB,Last Name,Member ID\n1990-05-04,Lee,7\n").state == "done"


def test_one_header_twice_refuses_the_file(bring):
    report = bring("members", b"member_number,member id,last name,dob\n7,7,Lee,1990-05-04\n")
    assert (report.state, people()) == ("refused", 0)
    assert "member_number" in report.problem


def test_a_missing_column_refuses_the_file_and_names_it(bring):
    report = bring("members", b"member_number,last name\n7,Lee\n")
    assert (report.state, "birth_date" in report.problem) == ("refused", True)


def test_a_trailing_totals_row_is_left_out_and_said(bring):
    report = bring("members", (MEMBERS + LEE + "Total,,,,,,1\n").encode())
    assert (report.state, report.codes, people()) == ("done", {"totals_row": 1}, 1)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"PK\x03\x04\x00\x00", b"\x00\x01\x02"])
def test_what_is_no_table_is_refused(bring, content):
    assert bring("members", content).state == "refused"


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("1.23457E+09,Lee,,1990-05-04,,,", "member_number", "excel_number"),
        ("7,Lee,,1990-05-04,2115,,", "zip", "zip_lost_zero"),
        ("7,Lee,,3/4/26,,,", "birth_date", "date_ambiguous"),
        ("7,Lee,,32963,,,", "birth_date", "date_serial"),
        ("7,Lee,,2026-02-30,,,", "birth_date", "date_shape"),
        ("7,#N/A,,1990-05-04,,,", "family_name", "excel_error"),
        ("7,Lee,,2190-05-04,,,", "birth_date", "birth_date_impossible"),
        ("7,,Ann,1990-05-04,,,", "family_name", "required"),
        ("7,Lee,,1990-05-04,,XYZ,2026-01-01", "line_of_business", "code_unknown"),
        (f"7,{'x' * 301},,1990-05-04,,,", "family_name", "too_long"),
        ("7,Le\x00e,,1990-05-04,,,", "", "control_character"),
    ],
)
def test_damage_is_a_row_error_with_its_column_and_nothing_is_guessed(bring, row, column, code):
    report = bring("members", (MEMBERS + row + "\n").encode())
    assert (report.state, codes(report), people()) == ("refused", {(2, column, code)}, 0)


def test_a_member_number_that_lost_its_leading_zero_is_refused(bring):
    report = bring("members", (MEMBERS + LEE + "7002,Roe,Jo,1991-05-04,,,\n").encode())
    assert codes(report) == {(3, "member_number", "number_lost_zero")}


def test_legal_names_are_taken_as_they_are(bring):
    rows = "".join(
        f"{n},{name},,199{n}-05-04,,,\n" for n, name in enumerate(["O'Brien", "李", "Null", "True", "X"])
    )
    assert bring("members", (MEMBERS + rows).encode()).counts["members_added"] == 5


@pytest.mark.parametrize("start", ["\t", "\r"])
def test_a_formula_behind_a_tab_or_return_is_text_without_them_and_safe_with_them(bring, start):
    row = f'7,"{start}=1+1",,1990-05-04,,,\n'
    assert bring("members", (MEMBERS + row).encode()).state == "done"
    assert ask("SELECT family_name FROM members_member") == [("=1+1",)]
    assert safe_cell(f"{start}=1+1") == f"'{start}=1+1"


@pytest.mark.parametrize("formula", ["=1+1", "+x", "-x", "@SUM(A1)"])
def test_formulas_stay_text_and_are_made_safe_when_written_out(bring, formula):
    assert bring("members", (MEMBERS + f"7,{formula},,1990-05-04,,,\n").encode()).state == "done"
    assert ask("SELECT family_name FROM members_member") == [(formula,)]
    assert safe_cell(formula) == "'" + formula


def test_one_bad_row_of_many_follows_the_mode_chosen_before(bring):
    rows = "".join(f"{n:05},Lee{n},,1990-05-04,,,\n" for n in range(1000)) + "99999,Roe,,x,,,\n"
    assert bring("members", (MEMBERS + rows).encode(), mode="all").state == "refused"
    assert people() == 0
    report = bring("members", (MEMBERS + rows).encode(), mode="good")
    assert (report.state, report.errors, people()) == ("done", 1, 1000)


def test_the_reject_file_names_row_column_rule_and_hint_and_never_the_value(bring, tmp_path):
    rejects = tmp_path / "rejects.csv"
    bring("members", (MEMBERS + "7,Zzyzxq,,Qwrtpx,,,\n").encode(), rejects=rejects)
    with rejects.open(encoding="utf-8") as lines:
        (row,) = csv.DictReader(lines)
    assert (row["line"], row["column"], row["code"]) == ("2", "birth_date", "date_shape")
    assert row["hint"]
    kept = rejects.read_text("utf-8") + str(ask('SELECT hint, code, "column" FROM interop_importreject'))
    assert "Qwrtpx" not in kept
    assert "Zzyzxq" not in kept


def roster(*, npis=NPIS, change="") -> bytes:
    rows = [f"{n},Smith,Sam,1041C0700X,MA,L{n[-4:]},Elm Group,1 Elm St,02115,QHP" for n in npis]
    return (ROSTER + "\n".join([*rows, change] if change else rows) + "\n").encode()


def test_a_roster_loads_and_the_same_file_changes_nothing(bring):
    assert bring("practitioners", roster()).counts["practitioners_added"] == len(NPIS)
    again = bring("practitioners", roster())
    assert again.changed == 0
    assert again.same_as


def test_a_roster_with_thirty_percent_fewer_clinicians_stops_for_approval(bring):
    bring("practitioners", roster())
    fewer = roster(npis=NPIS[:8])
    stopped = bring("practitioners", fewer)
    assert (stopped.state, "12" in stopped.problem) == ("refused", True)
    in_force = "SELECT count(*) FROM network_practitionerrole WHERE active"
    assert ask(in_force) == [(12,)]
    assert bring("practitioners", fewer, approve_fewer=True).counts["roles_ended"] == 4
    assert ask(in_force) == [(8,)]


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("1.25533E+09,S,,,,,,,,", "npi", "excel_number"),
        ("1255334208,S,,,,,,,,", "npi", "npi_check"),
        ("125533420,S,,,,,,,,", "npi", "npi_shape"),
        ("1255334207,S,,Psychiatry,,,,,,", "taxonomies", "taxonomy_unknown"),
        ("1255334207,S,,,Massachusets,1,,,,", "license_state", "state_unknown"),
        ("1255334207,S,,,MA,,,,,", "license_number", "required"),
        ("1255334207,S,,,,,,,,GOLD", "lines_of_business", "code_unknown"),
    ],
)
def test_a_bad_roster_row_is_refused_with_its_column(bring, row, column, code):
    assert codes(bring("practitioners", (ROSTER + row + "\n").encode())) == {(2, column, code)}


def test_a_lapsed_licence_and_one_npi_in_two_groups_are_said(bring):
    text = ROSTER.replace("license number", "license number,license end") + (
        "1255334207,S,,1041C0700X,MA,1,2020-01-01,Elm,1 Elm St,02115,QHP\n"
        "1255334207,S,,1041C0700X,MA,1,2020-01-01,Oak,2 Oak St,02115,QHP\n"
    )
    report = bring("practitioners", text.encode())
    assert (report.state, report.codes) == ("done", {"licence_lapsed": 2, "npi_two_groups": 1})
    assert report.counts["practitioners_added"] == 1
    assert report.counts["roles_added"] == 2


def test_a_tax_number_without_nine_digits_is_refused(bring):
    assert "tin_shape" in bring("practitioners", b"npi,last name,tin\n1255334207,S,12345678\n").codes


SLOTS = "npi,start,end,zip\n"


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("1255334207,2026-12-01T10:00,2026-12-01T09:00,", "slot_backwards"),
        ("1255334207,2026-12-01T10:00,2026-12-02T10:01,", "slot_too_long"),
        ("1255334207,12/01/2026 10:00,,", "date_ambiguous"),
        ("1255334207,2027-03-14T02:30,,", "time_twice_or_never"),
        ("1255334207,2026-11-01T01:30,,", "time_twice_or_never"),
        ("1003000126,2026-12-01T10:00,,99999", "practitioner_not_found"),
        ("1255334207,2026-12-01T10:20,,", "slot_overlaps"),
    ],
)
def test_a_slot_that_cannot_be_is_refused(bring, row, code):
    """A good slot from 10:00 to 10:50 on 1 December stands in the same file."""
    bring("practitioners", roster())
    with stopped_at(datetime(2026, 10, 1, tzinfo=UTC)):
        report = bring(
            "slots", (SLOTS + "1255334207,2026-12-01T10:00:00-05:00,,\n" + row + "\n").encode(), mode="good"
        )
    assert code in report.codes
    if "12-01T10:00,," not in row and code != "slot_backwards":
        assert report.counts["slots_added"] == 1


def test_slots_load_on_the_clock_of_the_place_and_twice_changes_nothing(bring):
    bring("practitioners", roster())
    with stopped_at(datetime(2026, 10, 1, tzinfo=UTC)):
        text = (SLOTS + "1255334207,2026-12-01T10:00,,\n1255334207,2026-07-01T10:00,,\n").encode()
        first, again = bring("slots", text), bring("slots", text)
    assert (first.counts["slots_added"], again.changed) == (2, 0)
    assert first.codes == {"slot_past": 1}
    assert ask("SELECT starts_at FROM scheduling_slot WHERE NOT withdrawn") == [
        (datetime(2026, 12, 1, 15, 0, tzinfo=UTC),)
    ]


TWIN = "007001,Lee,Rui,1990-05-04,02115,QHP,2026-01-01\n"


def names() -> list:
    return ask("SELECT given_name, birth_date::text FROM members_member ORDER BY id")


@pytest.mark.parametrize(
    "other",
    [
        TWIN,  # twins under their parent's number
        "007001,Lee,Ann,1962-01-30,02115,QHP,2026-01-01\n",  # mother and daughter of one name
        "007001,Roe,Jo,1970-01-30,02115,QHP,2026-01-01\n",  # a number given anew
    ],
)
def test_a_number_that_means_two_people_in_one_file_is_held_and_neither_is_written_over(bring, other):
    report = bring("members", (MEMBERS + LEE + other + "007008,Poe,Al,1980-01-01,,,\n").encode())
    assert (report.state, set(report.held), names()) == (
        "done",
        {"maybe_other_person"},
        [("Al", "1980-01-01")],
    )
    assert ask("SELECT kind FROM platform_workitem WHERE queue = 'import-review'") == [
        ("maybe_other_person",)
    ]


@pytest.mark.parametrize("source", ["members", "another plan"])
def test_a_known_members_number_under_another_name_and_birth_date_changes_nobody(bring, source):
    bring("members", (MEMBERS + LEE).encode())
    stranger = "007001,Roe,Jo,1970-01-30,02115,MCO,2027-01-01\n"
    report = bring("members", (MEMBERS + stranger).encode(), source=source, mode="good")
    assert "maybe_other_person" in report.codes or "member_number_taken" in report.codes
    assert names() == [("Ann", "1990-05-04")]
    if source == "members":
        assert ask("SELECT line_of_business FROM members_coverage") == [("QHP",)]


def test_a_twin_from_another_source_is_held_and_a_short_name_is_the_same_person(bring):
    bring("members", (MEMBERS + LEE).encode())
    held = bring("members", (MEMBERS + TWIN).encode(), source="another plan")
    assert (held.held, names()) == ({"maybe_other_person": 2}, [("Ann", "1990-05-04")])
    short = bring("members", (MEMBERS + LEE.replace("Ann", "Anne")).encode(), source="third plan")
    assert (short.held, names()) == ({}, [("Anne", "1990-05-04")])


@pytest.mark.parametrize(("given", "born"), [("Rosa", "1990-05-04"), ("Ann", "1990-04-05")])
def test_a_source_may_mend_a_name_or_a_birth_date(bring, given, born):
    bring("members", (MEMBERS + LEE).encode())
    report = bring("members", (MEMBERS + f"007001,Lee,{given},{born},02115,QHP,2026-01-01\n").encode())
    assert (report.counts["members_changed"], names()) == (1, [(given, born)])


def test_a_clinician_whose_line_cannot_be_read_has_not_left(bring):
    """In ``good`` mode too: nobody the file leaves out is ended while a line of it is unread."""
    bring("practitioners", roster())
    damaged = roster(npis=NPIS[:11], change=f"{NPIS[11]},Smith,Sam,1041C0700X,Massachusets,L1,,,,")
    report = bring("practitioners", damaged, mode="good")
    assert (report.state, report.counts["roles_ended"]) == ("done", 0)
    assert report.codes == {"state_unknown": 1, "nobody_ended": 1}
    assert ask("SELECT count(*) FROM network_practitionerrole WHERE active") == [(12,)]


def test_a_roster_that_names_nobody_stops_however_small_it_was(bring):
    bring("practitioners", roster(npis=NPIS[:2]))
    stopped = bring("practitioners", ROSTER.encode())
    assert (stopped.state, "2" in stopped.problem) == ("refused", True)
    assert ask("SELECT count(*) FROM network_practitionerrole WHERE active") == [(2,)]
    assert bring("practitioners", ROSTER.encode(), approve_fewer=True).counts["roles_ended"] == 2


def test_a_line_without_end_is_no_table_and_is_never_held_whole(bring):
    report = bring("members", MEMBERS.encode() + b"x," * (MAX_LINE // 2 + 1))
    assert (report.state, "no end" in report.problem, people()) == ("refused", True, 0)


def test_the_reject_file_is_safe_in_a_spreadsheet_whatever_the_file_is_called(bring, tmp_path):
    rejects = tmp_path / "rejects.csv"
    bring("members", (MEMBERS + "7,Lee,,x,,,\n").encode(), name="=cmd.csv", rejects=rejects)
    assert "\n'=cmd.csv,2," in rejects.read_text("utf-8").replace("\r", "")


@pytest.mark.parametrize(
    "serial", ["32997", "31535", "9985", "1", "0", "60", "-1462", "31535.5", "45000.999"]
)
def test_a_day_number_of_either_spreadsheet_calendar_is_refused_and_never_turned_into_a_date(bring, serial):
    """32997 is one day counted from 1900 and another, four years later, counted from 1904."""
    report = bring("members", (MEMBERS + f"7,Lee,,{serial},,,\n").encode())
    assert (codes(report), people()) == ({(2, "birth_date", "date_serial")}, 0)
    report = bring("members", (MEMBERS + f"7,Lee,,1990-05-04,02115,QHP,{serial}\n").encode())
    assert codes(report) == {(2, "coverage_start", "date_serial")}
    bring("practitioners", (ROSTER + f"{NPIS[0]},Lee,Ann,1041C0700X,MA,L1,Elm,1 Elm St,02115,QHP\n").encode())
    report = bring("slots", f"npi,start\n{NPIS[0]},{serial}\n".encode())
    assert codes(report) == {(2, "start", "date_serial")}
