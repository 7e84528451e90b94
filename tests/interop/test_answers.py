"""Answers that arrive as CSV or HL7 v2 and mean danger reach a person (crisis edge C5)."""

import pytest

from switchboard.platform.staging import ask

pytestmark = pytest.mark.django_db

MEMBERS = b"member_number,family_name,given_name,birth_date\nM1,Lee,Ann,1990-05-04\nM2,Silva,Rui,1985-01-31\n"
HEAD = "member_number,questionnaire,item,question,answer,answered_at,status\n"


@pytest.fixture
def people(bring):
    assert bring("members", MEMBERS).state == "done"


def tasks() -> list:
    """Give each open task as (the member's number or none, level)."""
    return ask(
        "SELECT m.member_number, t.level FROM outcomes_crisistask t"
        " LEFT JOIN members_member m ON m.id = t.member_id ORDER BY 1, t.id"
    )


def notes() -> list[str]:
    return [note for (note,) in ask("SELECT contact_note FROM outcomes_crisistask ORDER BY id")]


def row(answer: str, *, member="M1", form="PHQ-9", item="9", question="", at="2026-11-01T10:00:00Z") -> str:
    return f"{member},{form},{item},{question},{answer},{at},final\n"


def csv(*rows: str, head: str = HEAD) -> bytes:
    return (head + "".join(rows)).encode()


@pytest.mark.parametrize(
    ("line", "level"),
    [
        (row("1"), "standard"),
        (row("3"), "high"),
        (row("2.0"), "high"),
        (row("Several days"), "standard"),
        (row('" varios días "'), "standard"),
        (row("LA6569-3"), "standard"),
        (row("LA6571-9"), "high"),
        (row("1 - Several days"), "standard"),
        (row("1", form="", item="44260-8"), "standard"),
        (row("1", form="", item="phq9_9"), "standard"),
        (row("2", form="x", item="local-17", question="Thoughts that you would be better off dead"), "high"),
        (row("maybe"), "standard"),
        (row(""), "standard"),
        (row("yes", form="ASQ", item="5"), "imminent"),
        (row("2", form="EPDS", item="10"), "high"),
        (row("1", at="yesterday"), "standard"),
    ],
)
def test_a_positive_answer_in_a_row_opens_a_crisis_task(people, bring, line, level):
    bring("answers", csv(line), mode="good")
    assert tasks() == [("M1", level)]


@pytest.mark.parametrize("said", ["0", "Not at all", "LA6568-5", "0.0", "Ningún día", "0 - Not at all"])
def test_not_at_all_calls_nobody(people, bring, said):
    report = bring("answers", csv(row(said), row("3", item="1")))
    assert report.state == "done"
    assert report.counts["rows_read"] == 2
    assert tasks() == []


def test_a_row_a_form_with_a_column_for_each_item(people, bring):
    head = "Patient ID;PHQ9_1;PHQ9_9;Comment\n"
    bring("answers", csv("M1;3;1;\n", "M2;3;;\n", head=head))
    assert tasks() == [("M1", "standard")]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("M1,PHQ-9,9,,2\n", "M1"),  # short
        ("M1,PHQ-9,9,,2,2026-11-01,final,,extra\n", "M1"),  # long
        ("M1,PHQ-9,9,a, comma,2,2026-11-01,final\n", "M1"),  # a comma that should have been quoted
        ("M1,PHQ-9,44260-8\n", "M1"),  # cut off before its answer
        ("M1,PHQ\x00-9,9,,2,2026-11-01,final\n", "M1"),  # a NUL
        ('M1,PHQ-9,9,"open,2,2026-11-01,final\n', "M1"),  # a mark never closed
        ('M2,PHQ-9,1,"open,0,2026-11-01,final\nM1,PHQ-9,9,"x",2,2026-11-01,final\n', "M1"),
        ('M2,PHQ-9,1,"open,0,2026-11-01,final\nM1,PHQ-9,9,,2,2026-11-01,final\nM2,PHQ-9,1,",0,,\n', "M1"),
        ("Total,PHQ-9,9,,2,,\n", None),  # a totals row
        (",PHQ-9,9,,2,2026-11-01,final\n", None),  # nobody named
    ],
)
def test_a_broken_row_is_still_somebody(people, bring, line, found):
    report = bring("answers", csv(line), mode="all")
    assert (found, "high") in tasks() or (found, "standard") in tasks()
    assert len(tasks()) == 1
    if found:
        assert report.state == "refused"


def test_bytes_that_are_no_text_lose_nobody(people, bring):
    bring("answers", csv(row("2")).replace(b"final", b"\x81\xff\x9d"))
    assert tasks() == [("M1", "high")]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig", "cp1252"])
def test_every_usual_encoding_is_read(people, bring, encoding):
    bring("answers", csv(row("Varios días")).decode().encode(encoding))
    assert tasks() == [("M1", "standard")]


def test_a_file_without_a_header_is_refused_and_its_people_are_called(bring):
    report = bring("answers", csv("M1,PHQ-9,9,2\n", head=""))
    assert report.state == "refused"
    assert tasks() == [(None, "standard")]
    assert "M1" in notes()[0]


def test_a_header_in_the_middle_calls_nobody(people, bring):
    bring("answers", csv(row("0"), HEAD), mode="good")
    bring("answers", csv("M1,0\n", "member id,phq9_9\n", head="member id,phq9_9\n"), mode="good")
    assert tasks() == []


def test_the_same_answer_in_another_file_or_line_raises_no_second_alarm(people, bring):
    bring("answers", csv(row("1")))
    bring("answers", csv(row("0", item="1"), row("0", item="2"), row("1")), name="other.csv")
    assert ask("SELECT count(*) FROM outcomes_crisisevent WHERE kind = 'answer'") == [(1,)]


def test_a_later_answer_and_a_graver_correction_are_heard_on_the_one_task(people, bring):
    bring("answers", csv(row("1"), row("1", at="2026-11-02T10:00:00Z")))
    assert ask("SELECT count(*) FROM outcomes_crisisevent WHERE kind = 'answer'") == [(2,)]
    bring("answers", csv(row("3")))
    assert tasks() == [("M1", "high")]


def test_two_dates_nobody_can_read_are_two_answers(people, bring):
    bring("answers", csv(row("1", at="3/4/26"), row("1", at="3/11/26")))
    assert ask("SELECT count(*) FROM outcomes_crisisevent WHERE kind = 'answer'") == [(2,)]


def test_an_answer_nobody_can_place_goes_to_the_desk_with_what_the_file_says(bring):
    head = "member_number,first_name,last_name,dob,phone,item,answer\n"
    bring("answers", csv("X9,Ann,Lee,1990-05-04,617-555-0100,phq9-9,1\n", head=head))
    assert tasks() == [(None, "standard")]
    assert notes() == ["Ann, Lee, 617-555-0100, 1990-05-04, X9"]
    assert ask("SELECT unroutable FROM outcomes_crisistask") == [(True,)]


def test_a_number_whose_owner_was_born_on_another_day_calls_nobody_by_mistake(people, bring):
    head = "member_number,dob,item,answer\n"
    bring("answers", csv("M1,1990-05-04,phq9-9,1\n", "M2,2001-09-09,phq9-9,1\n", head=head))
    assert tasks() == [("M1", "standard"), (None, "standard")]


def test_an_old_answer_is_marked_stale_and_still_calls(people, bring):
    bring("answers", csv(row("1", at="2020-01-01T10:00:00Z")))
    assert ask("SELECT stale FROM outcomes_crisistask") == [(True,)]


def test_no_name_says_what_was_answered(people, bring):
    bring("answers", csv(row("1")), source="s" * 150)
    ((cause, column),) = ask("SELECT t.cause, r.column FROM outcomes_crisistask t, interop_importreject r")
    assert len(cause) <= 100
    assert not any(word in (cause + column).lower() for word in ("phq", "several", "m1", "44260"))


def test_sources_with_long_names_do_not_share_a_task(bring):
    for source in ("s" * 150 + "a", "s" * 150 + "b"):
        bring("answers", csv(row("1", member="X9")), source=source)
    assert tasks() == [(None, "standard"), (None, "standard")]


def test_an_alarm_is_raised_also_when_the_program_fails_halfway(people, bring, monkeypatch):
    monkeypatch.setattr("switchboard.interop.kinds.Shelf.finish", lambda self: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        bring("answers", csv(row("2")))
    assert tasks() == [("M1", "high")]


def test_a_folder_is_read_whole_though_one_file_is_broken(people, tmp_path):
    from switchboard.interop.actions import run_import
    from switchboard.platform.access import SWITCHBOARD

    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "1.csv").write_bytes(b"")
    (tmp_path / "a" / "2.csv").write_bytes(csv(row("2")))
    assert run_import(kind="answers", path=tmp_path / "a", by=SWITCHBOARD).state == "refused"
    assert tasks() == [("M1", "high")]


def test_a_dry_run_raises_no_alarm_and_says_so(people, bring):
    report = bring("answers", csv(row("2"), row("0")), dry_run=True)
    assert tasks() == []
    assert report.counts["danger_not_told"] == 1


def test_a_file_that_was_sent_calls_at_once_whom_we_know_and_says_whom_it_left(people, bring):
    """It may never be applied; whoever is not known yet may come with the file itself."""
    text = csv(row("2"), row("3", member="M9"))
    report = bring("answers", text, dry_run=True, sent=True)
    assert tasks() == [("M1", "high")]
    assert report.counts["danger_not_told"] == 1
    applied = bring("answers", text)
    assert tasks() == [("M1", "high"), (None, "high")]
    assert "danger_not_told" not in applied.counts
