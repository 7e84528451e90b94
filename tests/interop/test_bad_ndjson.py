"""Bad FHIR NDJSON and the answer it gets: line by line, by path, never by value."""

import gzip
import json
from base64 import b64encode

import pytest

from switchboard.interop.ndjson_reading import ALWAYS, LONGEST
from switchboard.platform.staging import ask

pytestmark = pytest.mark.django_db

LEE = {
    "resourceType": "Patient",
    "id": "p1",
    "name": [{"family": "Lee", "given": ["Ann"]}],
    "birthDate": "1990-05-04",
}
COVER = {
    "resourceType": "Coverage",
    "id": "c1",
    "status": "active",
    "beneficiary": {"reference": "Patient/p1"},
    "payor": [{"display": "Medicaid"}],
    "period": {"start": "2026-01-01"},
}


def ndjson(*resources) -> bytes:
    return b"".join(json.dumps(r).encode() + b"\n" for r in resources)


def people() -> int:
    return ask("SELECT count(*) FROM members_member")[0][0]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"not json\n", "not_json"),
        (b"<Patient xmlns='http://hl7.org/fhir'/>\n", "not_json"),
        (b"{\x00}\n", "not_json"),
        (b'{"resourceType":"Patient","id":"x","id":"y"}\n', "key_twice"),
        (b'{"resourceType":"Patient","multipleBirthInteger":NaN}\n', "not_json"),
        (b'{"resourceType":"Patient","id":"\\ud800"}\n', "not_json"),
        (b'\xef\xbb\xbf{"resourceType":"Patient"}\n', "byte_order_mark"),
        (b'{"resourceType":"Patient","name":[{"family":"a\\u0000b"}]}\n', "control_character"),
        (b'{"a":' * 101 + b"1" + b"}" * 101 + b"\n", "too_deep"),
        (b"[" * 100_000 + b"\n", "too_deep"),
        (b"[1,2]\n", "not_an_object"),
        (b'{"resourceType":"Patient","id":"x', "cut_off"),
        (b'{"x":"' + b"x" * LONGEST + b'"}\n', "line_too_long"),
        (b'{"resourceType":"Patient","id":"\xff"}\n', "not_json"),
        (b'{"multipleBirthInteger":1e999}\n', "not_json"),
    ],
)
def test_a_line_that_is_no_clean_object_is_refused_and_the_others_follow_the_mode(bring, line, code):
    report = bring("fhir", ndjson(LEE) + line)
    assert (report.state, people()) == ("refused", 0)
    report = bring("fhir", ndjson(LEE) + line, mode="good")
    assert ({(f.line, f.code) for f in report.findings}, people()) == ({(2, code)}, 1)


def test_a_name_with_an_escaped_quotation_mark_is_no_key_said_twice(bring):
    line = ndjson(LEE).replace(b'"Lee"', b'"L\\u0022e\\\\u0000e"')
    assert bring("fhir", line).state == "done"


def test_gzip_crlf_blank_lines_and_mixed_types_are_read(bring):
    content = gzip.compress(ndjson(COVER, LEE).replace(b"\n", b"\r\n\r\n"))
    report = bring("fhir", content, name="mixed.ndjson.gz")
    assert (report.counts["members_added"], report.counts["coverages_added"]) == (1, 1)


def test_a_compressed_file_cut_off_changes_nothing(bring):
    report = bring("fhir", gzip.compress(ndjson(LEE) * 1000)[:-20], name="cut.ndjson.gz")
    assert (report.state, people()) == ("refused", 0)


@pytest.mark.parametrize(
    ("change", "column", "code"),
    [
        ({"name": []}, "Patient.name.family", "required"),
        ({"name": None}, "Patient.name", "element"),
        ({"birthDate": ""}, "Patient.birthDate", "element"),
        ({"birthDate": "2026-02-30"}, "Patient.birthDate", "date_shape"),
        ({"birthDate": "1990-05"}, "Patient.birthDate", "birth_date_partial"),
        ({"birthDate": "3000-01-01"}, "Patient.birthDate", "birth_date_impossible"),
        ({"gender": "f"}, "Patient.gender", "element"),
        ({"nom": "Lee"}, "Patient", "element"),
        ({"name": "Lee"}, "Patient.name", "element"),
    ],
)
def test_a_broken_element_is_named_by_its_path(bring, change, column, code):
    report = bring("fhir", ndjson(LEE | change))
    assert {(f.line, f.column, f.code) for f in report.findings} == {(1, column, code)}
    assert people() == 0


@pytest.mark.parametrize(
    "reference",
    ["https://elsewhere.example/Patient/p1", "#contained", "javascript:alert(1)", "Group/p1", "Patient/"],
)
def test_a_reference_that_leads_out_of_the_file_is_refused(bring, reference):
    report = bring("fhir", ndjson(LEE, COVER | {"beneficiary": {"reference": reference}}))
    assert report.codes == {"reference_foreign": 1}


def test_a_reference_to_nobody_and_one_to_another_source_get_the_same_answer(bring):
    bring("fhir", ndjson(LEE | {"id": "theirs"}), source="another source")
    for missing in ("nobody", "theirs"):
        report = bring("fhir", ndjson(COVER | {"beneficiary": {"reference": f"Patient/{missing}"}}))
        assert report.codes == {"member_not_found": 1}


def test_a_line_of_business_nobody_can_tell_goes_to_a_person_and_not_to_a_default(bring):
    report = bring("fhir", ndjson(LEE, COVER | {"payor": [{"display": "Acme"}]}))
    assert (report.state, report.held) == ("done", {"line_of_business_unknown": 1})
    assert ask("SELECT count(*) FROM members_coverage") == [(0,)]
    assert ask("SELECT kind FROM platform_workitem WHERE queue = 'import-review'") == [
        ("line_of_business_unknown",)
    ]


def test_types_that_are_not_read_are_counted_and_a_nameless_type_is_an_error(bring):
    claim = {"resourceType": "Claim", "id": "x"}
    assert bring("fhir", ndjson(LEE, claim)).counts["skipped_Claim"] == 1
    assert bring("fhir", ndjson({"id": "x"})).codes == {"resource_type": 1}


def test_a_period_backwards_is_refused(bring):
    report = bring("fhir", ndjson(LEE, COVER | {"period": {"start": "2026-02-01", "end": "2026-01-01"}}))
    assert report.codes == {"period_backwards": 1}


CLINICIAN = {"resourceType": "Practitioner", "id": "d1", "name": [{"family": "Poe"}]}
ROLE = {"resourceType": "PractitionerRole", "id": "r1", "practitioner": {"reference": "Practitioner/d1"}}


def test_a_role_of_nobody_is_refused_and_one_that_leads_elsewhere_too(bring):
    assert bring("fhir", ndjson(ROLE)).codes == {"practitioner_not_found": 1}
    foreign = ROLE | {"practitioner": {"reference": "javascript:alert(1)"}}
    assert bring("fhir", ndjson(CLINICIAN, foreign)).codes == {"reference_foreign": 1}
    assert ask("SELECT count(*) FROM network_practitionerrole") == [(0,)]


@pytest.mark.parametrize(
    "specialty", [{"text": "Therapy"}, {"coding": [{"system": "http://elsewhere.example", "code": "T"}]}]
)
def test_a_specialty_in_words_or_of_another_system_waits_and_is_no_default(bring, specialty):
    report = bring("fhir", ndjson(CLINICIAN, ROLE | {"specialty": [specialty]}))
    assert (report.state, report.held) == ("done", {"specialty_without_code": 1})
    assert ask("SELECT specialties, treats FROM network_practitionerrole") == [([], [])]
    assert ask("SELECT kind FROM platform_workitem WHERE queue = 'import-review'") == [
        ("specialty_without_code",)
    ]


def test_a_narrative_and_what_is_attached_are_left_outside(bring):
    """Script in a narrative, a photo that is a program: neither is kept, so neither can be shown or run."""
    text = {
        "status": "generated",
        "div": "<div xmlns='http://www.w3.org/1999/xhtml'><script>x()</script></div>",
    }
    photo = [{"contentType": "image/png", "data": "TVqQAAMAAAAEAAAA", "url": "http://169.254.169.254/x"}]
    assert bring("fhir", ndjson(LEE | {"text": text, "photo": photo})).state == "done"
    (row,) = ask("SELECT m::text FROM members_member m")
    assert not any(part in row[0] for part in ("script", "TVqQ", "169.254"))


def test_a_zip_bomb_is_refused_before_it_is_unpacked(bring):
    bomb = gzip.compress(b" " * (ALWAYS + LONGEST * 2))
    report = bring("fhir", ndjson_gz(LEE) + bomb, name="bomb.ndjson.gz")
    assert (report.state, "unpacks" in report.problem, people()) == ("refused", True, 0)


def ndjson_gz(*resources) -> bytes:
    return gzip.compress(ndjson(*resources))


def test_contained_resources_that_refer_to_each_other_in_a_circle_end_nothing(bring):
    """Nothing follows a contained reference, so no circle can hold the import."""
    ring = [
        {"resourceType": "Organization", "id": "a", "name": "A", "partOf": {"reference": "#b"}},
        {"resourceType": "Organization", "id": "b", "name": "B", "partOf": {"reference": "#a"}},
    ]
    own = [
        {"resourceType": "Patient", "id": "self", "link": [{"type": "seealso", "other": {"reference": "#"}}]}
    ]
    assert bring("fhir", ndjson(LEE | {"contained": own}, COVER | {"contained": ring})).state == "done"
    report = bring("fhir", ndjson(LEE, COVER | {"contained": ring, "beneficiary": {"reference": "#a"}}))
    assert report.codes == {"reference_foreign": 1}
    role = {"resourceType": "PractitionerRole", "id": "r", "contained": ring,
            "practitioner": {"reference": "#a"}, "organization": {"reference": "#b"}}  # fmt: skip
    assert bring("fhir", ndjson(role)).codes == {"reference_foreign": 1}


EICAR = r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-" + "TEST-FILE!$H+H*"


@pytest.mark.parametrize(
    "photo",
    [
        {"contentType": "image/png", "data": b64encode(EICAR.encode()).decode()},
        {"contentType": "image/png", "data": b64encode(b"%PDF-1.4 GIF89a<script>").decode()},
        {"contentType": "application/zip", "data": b64encode(gzip.compress(b"\0" * 100_000)).decode()},
        {"contentType": "image/png", "data": "AAAA", "size": 5_000_000, "hash": "d2hhdGV2ZXI="},
        {"contentType": "image/png", "url": "file:///etc/passwd"},
    ],
)
def test_whatever_an_attachment_claims_to_be_none_of_it_is_kept(bring, photo):
    """No attachment is stored, fetched or unpacked: its hash, size and type have nothing to protect."""
    report = bring("fhir", ndjson(LEE | {"photo": [photo]}))
    assert (report.state, people()) == ("done", 1)
    kept = ask("SELECT string_agg(m::text, '') FROM members_member m")[0][0]
    told = ask("SELECT coalesce(string_agg(o::text, ''), '') FROM platform_outboxevent o")[0][0]
    for part in ("EICAR", "PDF", "passwd", photo.get("data", "nothing to find")):
        assert part not in kept + told
