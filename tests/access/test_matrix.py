"""The access matrix: the rule file equals the golden table, and its letters mean what they say."""

import pytest

from switchboard.platform.access import SWITCHBOARD, DataClass, Extent, Relation, Viewer, extent
from switchboard.platform.roles import STAFF, Role
from switchboard.rulebook.rules import rule

RULE = rule("access/matrix")

#: D1 to D17. Changing a line needs two approvers and a line in the release notes.
GOLDEN = {
    "member":               "r sw  s sw  sw  s  - - sw s  s  -  -  s  sw s sw",
    "proxy":                "r p   p pw  pw  -  - - -  -  p  -  -  p  pw p -",
    "navigator":            "r amw a amw afw af - - af -  -  -  -  am aw - am",
    "care_manager":         "r a   a aw  aw  a* - - a* a* am -  -  am am - a",
    "crisis_clinician":     "r a   a aw  aw  -  - - -  -  -  -  -  -  -  - a",
    "supervisor":           "r amw a amw aw  af - - af -  -  -  -  am aw - am",
    "utilization_reviewer": "r am  a a   am  a* - - a* am am -  am aw -  - -",
    "practitioner":         "rw a  a aw  aw  a* - - a* a* -  s  sw a  am - am",
    "practice_manager":     "rw am a -   af  af - - af -  a  s  sw am -  s am",
    "network_manager":      "rw -  - x   x   x  - - -  -  -  rm rm -  x  - -",
    "contract_analyst":     "r -   - x   -   x  - - -  -  x  rw -  -  -  - -",
    "appeals_coordinator":  "r a   a a   am  a* - - a* a* a  -  am a  aw - am",
    "auditor":              "r rm rm a   a   a* - - a  a  a  r  rm r  r  r rf",
    "system_client":        "c cw  c c   -   -  - - -  -  c  -  -  c  -  - -",
    "administrator":        "r -   - -   -   -  - - -  -  -  -  -  -  -  - -",
}  # fmt: skip


def test_the_rule_is_the_golden_table():
    cells = RULE.values[-1][1]["cells"]
    assert set(cells) == {r.value for r in Role}, "a role without a row may do nothing by accident"
    for role, row in GOLDEN.items():
        assert [cells[role][c.value] for c in DataClass] == row.split(), role


@pytest.mark.parametrize("role", sorted(STAFF - {Role.AUDITOR}))
def test_no_member_of_staff_sees_a_stranger(role):
    """Without a relationship every class about persons is shut, to every role but the auditor's."""
    for c in set(DataClass) - {DataClass.DIRECTORY, DataClass.CONTRACTS, DataClass.CREDENTIALS}:
        for write in (False, True):
            shut = extent(viewer=Viewer(1, "x", role), data_class=c, relation=Relation.NONE, write=write)
            assert shut.outcome is Extent.NOTHING, (role, c)


@pytest.mark.parametrize("role", Role)
def test_counseling_and_psychotherapy_notes_are_shut_to_all(role):
    for c in (DataClass.SUD_NOTES, DataClass.PSYCHOTHERAPY_NOTES):
        for relation in Relation:
            for who in (Viewer(1, "x", role), SWITCHBOARD):
                decided = extent(viewer=who, data_class=c, relation=relation, consented=True)
                assert decided.outcome is Extent.NOTHING


def test_a_class_that_asks_consent_opens_with_it_only():
    who = {"viewer": Viewer(1, "x", Role.CARE_MANAGER), "data_class": DataClass.SUD}
    tied = who | {"relation": Relation.ASSIGNED}
    assert extent(**tied).outcome is Extent.NOTHING
    assert extent(**tied, consented=True).outcome is Extent.FULL
    assert extent(**who, relation=Relation.NONE, consented=True).outcome is Extent.NOTHING


@pytest.mark.parametrize("role", [Role.MEMBER, Role.PROXY])
@pytest.mark.parametrize(("relation", "row"), [(Relation.OWN, "member"), (Relation.PROXY, "proxy")])
def test_a_parent_who_is_a_member_is_each_to_another_record(role, relation, row):
    """Their own record is a member's to them, the child's a proxy's, and nobody else's is anything."""
    letter = {"member": "s", "proxy": "p"}[row]
    for c, cell in zip(DataClass, GOLDEN[row].split(), strict=True):
        for write in (False, True):
            asked = {"viewer": Viewer(1, "x", role), "data_class": c, "write": write}
            may = (cell == "r" and not write) or (letter in cell and (not write or "w" in cell))
            assert (extent(**asked, relation=relation).outcome is not Extent.NOTHING) is may, (c, write)
            if cell != "r":
                assert extent(**asked, relation=Relation.NONE).outcome is Extent.NOTHING, (c, write)


def test_a_system_sees_what_its_scopes_say():
    asked = {"data_class": DataClass.COVERAGE, "relation": Relation.NONE}
    reads = Viewer(1, "x", Role.SYSTEM, scopes=frozenset({"read:D3"}))
    assert extent(viewer=reads, **asked).outcome is Extent.FULL
    assert extent(viewer=reads, **asked, write=True).outcome is Extent.NOTHING
    assert extent(viewer=Viewer(1, "x", Role.SYSTEM), **asked).outcome is Extent.NOTHING


def test_every_answer_says_which_rule_in_which_version():
    for c in DataClass:
        decided = extent(viewer=SWITCHBOARD, data_class=c, relation=Relation.NONE)
        assert str(decided.because[0].rule).startswith("access/matrix@")
