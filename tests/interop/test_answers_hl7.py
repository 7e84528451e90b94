"""Risk answers in HL7 v2 messages (ORU^R01) open the crisis task, however they are written (edge C5)."""

import pytest

from tests.interop.test_answers import notes, people, tasks  # noqa: F401 - people is a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("people")]

MSH = r"MSH|^~\&|EHR|CLINIC|SB|PLAN|20261101100500-0500||ORU^R01^ORU_R01|77|P|2.5.1"
PID = "PID|1||M1^^^PLAN^MB||Lee^Ann^Q||19900504|F|||||(617)555-0100"
OBR = "OBR|1|||44249-1^PHQ-9 quick depression assessment panel^LN|||20261101100000-0500"
NINE = "44260-8^Thoughts that you would be better off dead^LN"


def obx(value: str, *, kind="CWE", item=NINE, status="F", at="") -> str:
    return f"OBX|1|{kind}|{item}||{value}||||||{status}|||{at}"


def message(*segments: str, end: str = "\r") -> bytes:
    return (end.join(segments) + end).encode()


def oru(value: str, **more) -> bytes:
    return message(MSH, PID, OBR, obx(value, **more))


def read(bring, content: bytes, name: str = "in.hl7", **options):
    return bring("answers", content, name=name, mode="good", **options)


@pytest.mark.parametrize(
    ("value", "kind", "level"),
    [
        ("LA6569-3^Several days^LN", "CWE", "standard"),
        ("LA6570-1^More than half the days^LN", "CE", "high"),
        ("LA6571-9", "CWE", "high"),
        ("A2^Several days^L", "CWE", "standard"),  # their own code: the words are read
        ("A2^B2^L^LA6571-9^Nearly every day^LN", "CWE", "high"),  # the other identifier
        ("^^^^^^^^Several days", "CWE", "standard"),  # only the original text
        ("A2^Two^L", "CWE", "standard"),  # nothing can be read: somebody calls
        ("1", "NM", "standard"),
        ("2.0", "NM", "high"),
        ("^3", "SN", "high"),
        (">^1", "SN", "standard"),
        ("Several days", "ST", "standard"),
        ("1 - Several days", "TX", "standard"),
        (r"Varios d\XC3AD\as", "ST", "standard"),
        ("LA6568-5^Not at all~LA6569-3^Several days", "CWE", "standard"),  # said twice: the graver counts
        ("LA6568-5^Several days", "CWE", "standard"),  # code and words disagree
        ('""', "CWE", "standard"),
        ("", "CWE", "standard"),
    ],
)
def test_a_value_in_any_form_opens_the_task(bring, value, kind, level):
    read(bring, oru(value, kind=kind))
    assert tasks() == [("M1", level)]


@pytest.mark.parametrize(
    ("value", "kind"),
    [("LA6568-5^Not at all^LN", "CWE"), ("A1^Not at all^L", "CWE"), ("0", "NM"), ("^0", "SN"), ("0.0", "NM")],
)
def test_not_at_all_calls_nobody(bring, value, kind):
    assert read(bring, oru(value, kind=kind)).counts["rows_read"] == 1
    assert tasks() == []


@pytest.mark.parametrize("status", ["F", "C", "A", "P", "R", "S", "U", "D", "X", "", "?", "N", "I"])
def test_no_status_takes_a_positive_answer_back(bring, status):
    read(bring, oru("1", kind="NM", status=status))
    assert tasks() == [("M1", "standard")]


@pytest.mark.parametrize(("status", "called"), [("D", 0), ("N", 0), ("I", 0), ("O", 0), ("X", 1), ("F", 1)])
def test_an_empty_value_calls_unless_its_status_says_that_nobody_was_asked(bring, status, called):
    read(bring, oru("", status=status))
    assert len(tasks()) == called


def test_an_answer_posted_to_the_wrong_person_is_somebody_elses(bring):
    read(bring, oru("2", kind="NM", status="W"))
    assert tasks() == [(None, "high")]
    assert notes()[0].startswith("The sender says that this is not the answer of: Ann Lee, born 1990-05-04")


def test_a_correction_is_heard_if_graver_and_never_withdraws(bring):
    read(bring, oru("1", kind="NM"))
    read(bring, oru("0", kind="NM", status="C"))
    assert tasks() == [("M1", "standard")]
    read(bring, oru("3", kind="NM", status="C"))
    assert tasks() == [("M1", "high")]


def test_a_correction_from_none_to_some_opens_the_task(bring):
    read(bring, oru("0", kind="NM"))
    assert tasks() == []
    read(bring, oru("1", kind="NM", status="C"))
    assert tasks() == [("M1", "standard")]


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\x1e", "\\r", " "])
@pytest.mark.parametrize("framed", [False, True])
def test_every_line_end_and_mllp_frame_is_read(bring, end, framed):
    body = message(MSH, PID, OBR, obx("1", kind="NM"), end=end)
    read(bring, b"\x0b" + body + b"\x1c\r" if framed else body, name="in.csv")
    assert tasks() == [("M1", "standard")]


def test_frames_that_run_on_and_batches_keep_their_people_apart(bring):
    two = message(MSH, PID.replace("M1", "M2").replace("19900504", ""), OBR, obx("3", kind="NM"))
    batch = b"FHS|^~\\&\rBHS|^~\\&\r\x0b" + oru("1", kind="NM") + b"\x1c\x0b" + two + b"\x1c\rBTS|2\r"
    read(bring, batch)
    assert tasks() == [("M1", "standard"), ("M2", "high")]


def test_a_sender_may_choose_its_own_separators(bring):
    odd = message(MSH, PID, OBR, obx("LA6569-3^Several days^LN")).decode()
    read(bring, odd.translate(str.maketrans("|^~\\&", "#:!?%")).encode())
    assert tasks() == [("M1", "standard")]


def test_separators_inside_a_value_come_escaped(bring):
    read(bring, oru(r"Several days \T\ worse \S\ 2", kind="ST"))
    assert tasks() == [("M1", "standard")]  # words nobody listed: unknown, somebody calls


@pytest.mark.parametrize("head", ["MSH|||", "MSH|^^^^|", "MSH", "MSHabcd", r"MSH|^~\&#|"])
def test_a_broken_header_loses_nobody(bring, head):
    read(bring, message(head, PID, OBR, obx("1", kind="NM")))
    assert tasks() == [("M1", "standard")]


def test_an_answer_before_any_message_is_somebody(bring):
    report = read(bring, message(obx("1", kind="NM")))
    assert report.codes["hl7_no_header"] == 1
    assert tasks() == [(None, "standard")]


def test_two_messages_about_nobody_are_two_people(bring):
    one = message(MSH, "PID|1", OBR, obx("1", kind="NM"))
    read(bring, one + one.replace(b"|77|", b"|78|"))
    assert tasks() == [(None, "standard")] * 2


def test_the_other_identifier_of_the_question_and_the_place_in_its_form_are_known(bring):
    read(bring, oru("1", kind="NM", item="LOC9^x^L^44260-8^y^LN"))
    read(bring, oru("3", kind="NM", item="Q9^ninth^L"))
    assert tasks() == [("M1", "high")]


def test_the_next_number_of_a_person_is_tried(bring):
    read(bring, message(MSH, PID.replace("M1^^^PLAN^MB", "777^^^EHR^MR~M1^^^PLAN^MB"), OBR, obx("1")))
    assert tasks() == [("M1", "standard")]


def test_numbers_of_two_members_and_another_birth_date_name_nobody(bring):
    read(bring, message(MSH, PID.replace("M1^", "M1~M2^").replace("19900504", ""), OBR, obx("1")))
    read(bring, message(MSH, PID.replace("19900504", "20010909"), OBR, obx("1")))
    assert tasks() == [(None, "standard")] * 2
    assert "(617)555-0100" in notes()[0]


def test_a_null_and_bytes_that_are_no_text_lose_nobody(bring):
    read(bring, oru("1", kind="NM").replace(b"CLINIC", b"CL\x00\x81\xff\x9dC").replace(b"Ann", b"A\xffn"))
    assert tasks() == [("M1", "standard")]


def test_the_same_message_again_raises_no_second_alarm(bring):
    from switchboard.platform.staging import ask

    for name in ("a.hl7", "b.hl7"):
        read(bring, b"\r\r" + oru("1", kind="NM"), name=name)
    assert ask("SELECT count(*) FROM outcomes_crisisevent WHERE kind = 'answer'") == [(1,)]


def test_a_file_without_an_answer_says_so(bring):
    assert read(bring, message(MSH, PID)).codes == {"hl7_no_answers": 1}
