"""Danger that no score shows: overdose, withdrawal, violence, abuse; answers refused, changed or left out."""

from dataclasses import replace
from datetime import date

import pytest

from switchboard.frontdoor.actions import NotSayable, answer_item, ask, finish, override, say
from switchboard.frontdoor.core.conversation import Said, path
from switchboard.frontdoor.core.triage import Findings, Needs, Triaged
from switchboard.frontdoor.licensed import RoutingError, route
from switchboard.frontdoor.models import Triage
from switchboard.kernel.reasons import Decision, Reason, RuleRef
from switchboard.members.models import Member
from switchboard.outcomes.core.answers import Person
from switchboard.outcomes.core.instrument import instrument
from switchboard.outcomes.models import CrisisTask
from switchboard.platform.access import Viewer
from switchboard.platform.audit import relate
from switchboard.platform.clock import today
from switchboard.platform.models import User
from switchboard.platform.roles import Role
from switchboard.rulebook import words
from tests.frontdoor.test_first_appointment import OWN, converse, viewer  # noqa: F401

TODAY = date(2026, 11, 21)


def so_far(age: int = 30, **more) -> Said:
    """A conversation so far; the EPDS as a plan with its licence would word it."""

    def worded(code: str):
        one = instrument(code, TODAY)
        items = tuple(
            replace(i, text={"en": "x"}, options=tuple(replace(o, text={"en": "y"}) for o in i.options))
            for i in one.items
        )
        return replace(one, items=items) if code == "epds" else one

    born = TODAY.replace(year=TODAY.year - age)
    held = {"intake": {"reasons": ["mood"], "place": "CT"}, "items": {}} | more
    return Said(TODAY, Person(born, "female"), "self", "en", instruments=worded, **held)


def asked(said: Said) -> list[str]:
    return [step.key for step in path(said)]


class TestTheConversation:
    @pytest.mark.parametrize("link", ["asq-1", "asq-2", "asq-3", "asq-4"])
    @pytest.mark.parametrize("value", [1, None])
    def test_a_yes_or_a_refusal_among_the_four_opens_right_now(self, link, value):
        """NIMH counts a refusal as positive."""
        calm = dict.fromkeys(("asq-1", "asq-2", "asq-3", "asq-4"), 0)
        intake = {"reasons": ["self_harm"]}
        assert "asq:asq-5" not in asked(so_far(intake=intake, items={"asq": calm}))
        assert "asq:asq-5" in asked(so_far(intake=intake, items={"asq": calm | {link: value}}))

    @pytest.mark.parametrize("value", [1, 2, 3, None])
    def test_item_nine_and_item_ten_of_the_epds_lead_to_right_now(self, value):
        """The safety screen looks at the answers of a form, not at the form."""
        mood = {"phq-2": {"phq2-1": 2, "phq2-2": 2}, "phq-9": {"phq9-9": 0}}
        birth = {"reasons": ["mood"], "place": "CT", "perinatal": "postpartum"}
        assert "asq:asq-1" not in asked(so_far(items=mood))
        assert "asq:asq-1" in asked(so_far(items=mood | {"phq-9": {"phq9-9": value}}))
        steps = asked(so_far(intake=birth, items=mood | {"epds": {"epds-10": value}}))
        assert steps.index("asq:asq-1") > steps.index("epds:epds-10")
        assert steps.count("asq:asq-1") == 1

    @pytest.mark.parametrize("age", [8, 9, 11, 12, 15, 17, 18, 40, 90])
    def test_everybody_for_whom_there_is_a_safety_question_is_asked_one(self, age):
        for low in (0, 3):
            steps = asked(so_far(age, items={"phq-2": {"phq2-1": low, "phq2-2": low}}))
            assert {"asq:asq-1", "phq-9:phq9-9", "phq-9m:phq9m-9"} & set(steps)

    @pytest.mark.parametrize("age", [3, 7, None])
    def test_where_no_screen_is_made_for_the_age_the_list_of_dangers_still_asks(self, age):
        said = so_far(age or 30)
        said = said if age else replace(said, person=Person())
        assert "unusual" in asked(said)
        assert not any(step.startswith("asq") for step in asked(said))


LEVELS = {
    "overdose": ("imminent", 1, "crisis_now"),
    "withdrawal": ("high", 2, "urgent"),
    "others": ("high", 2, "urgent"),
    "unsafe": ("high", 2, "urgent"),
    "harm": ("standard", 2, "urgent"),
}


@pytest.mark.django_db
class TestInTheDatabase:
    @pytest.mark.parametrize("code", LEVELS)
    def test_a_danger_chosen_opens_its_task_and_stands_when_it_is_unticked(self, viewer, code):  # noqa: F811
        """Unticking is a further row (C5)."""
        level, acuity, lane = LEVELS[code]
        view, _ = converse(viewer, {})
        assert say(request_id=view.request_id, question="unusual", value=[code, "voices"], by=viewer)
        assert CrisisTask.objects.get().level == level
        assert not say(request_id=view.request_id, question="unusual", value=["none"], by=viewer)
        triaged = finish(request=view, by=viewer, language="en").outcome
        assert (triaged.acuity, triaged.lane) == (acuity, lane)
        assert CrisisTask.objects.get().state == "open"

    @pytest.mark.parametrize("state", ["TX", "CT", ""])
    @pytest.mark.parametrize("age", [9, 13, 17])
    def test_a_minor_alone_is_heard_whatever_the_law_of_consent_says(self, viewer, age, state):  # noqa: F811
        """C5 and P7: consent bears on treatment; it never blocks the help or the task."""
        born = today().replace(year=today().year - age, day=1)
        Member.objects.filter(pk=viewer.member_id).update(birth_date=born, state=state)
        view = ask(member_id=viewer.member_id, channel="portal", by=viewer)
        assert say(request_id=view.request_id, question="unusual", value=["others"], by=viewer)
        form, link = ("phq-9m", "phq9m-9") if age >= 11 else ("asq", "asq-1")
        heard = answer_item(
            request_id=view.request_id, instrument=form, link_id=link, value=1, by=viewer, language="en"
        )
        assert heard.crisis
        assert CrisisTask.objects.get().member_id == viewer.member_id

    def test_none_of_these_beside_a_danger_does_not_hide_it(self, viewer):  # noqa: F811
        """The page lets both be ticked."""
        view = ask(member_id=viewer.member_id, channel="portal", by=viewer)
        assert say(request_id=view.request_id, question="unusual", value=["others", "none"], by=viewer)

    def test_thoughts_of_self_harm_named_first_and_taken_back_stay_urgent(self, viewer):  # noqa: F811
        view = ask(member_id=viewer.member_id, channel="portal", by=viewer)
        say(request_id=view.request_id, question="reasons", value=["self_harm"], by=viewer)
        view, _ = converse(viewer, {})
        say(request_id=view.request_id, question="reasons", value=["stress"], by=viewer)
        assert finish(request=view, by=viewer, language="en").outcome.acuity == 2

    def test_a_second_danger_joins_the_task_with_its_reason(self, viewer):  # noqa: F811
        view = ask(member_id=viewer.member_id, channel="portal", by=viewer)
        say(request_id=view.request_id, question="unusual", value=["unsafe"], by=viewer)
        say(request_id=view.request_id, question="unusual", value=["overdose"], by=viewer)
        task = CrisisTask.objects.get()
        assert task.level == "imminent"
        assert [reason["code"] for reason in task.because] == ["risk_from_others", "risk_overdose"]

    def test_an_item_left_out_makes_nobody_mild(self, viewer):  # noqa: F811
        """Eight threes and a refusal: no total, and still a clinician."""
        items = {"phq2-1": 3, "phq2-2": 3} | {f"phq9-{n}": 3 for n in range(3, 9)} | {"phq9-5": None}
        view, _ = converse(viewer, items)
        say(request_id=view.request_id, question="wants", value="light", by=viewer)
        decision = finish(request=view, by=viewer, language="en")
        assert decision.outcome.lane == "therapy"
        assert "triage_positive_without_total" in [reason.code for reason in decision.because]

    def test_nothing_answered_is_not_a_mild_result(self, viewer):  # noqa: F811
        view = ask(member_id=viewer.member_id, channel="portal", by=viewer)
        for link in ("phq2-1", "phq2-2"):
            answer_item(request_id=view.request_id, instrument="phq-2", link_id=link, value=None, by=viewer,
                        language="en")  # fmt: skip
        view, _ = converse(viewer, {})
        say(request_id=view.request_id, question="wants", value="light", by=viewer)
        assert finish(request=view, by=viewer, language="en").outcome.acuity == 4

    def test_only_somebody_licensed_makes_a_person_in_danger_wait(self, viewer):  # noqa: F811
        """An override may not lower the urgency while the crisis task is open."""
        view, _ = converse(viewer, {"asq-1": 1})
        finish(request=view, by=viewer, language="en")
        user = User.objects.create_user("nav@example.org", name="Nav", role=Role.NAVIGATOR.value)
        navigator = Viewer(user.pk, "Nav", Role.NAVIGATOR)
        relate(viewer=navigator, member_id=viewer.member_id, kind="call", reason="on the phone", minutes=30)
        sent = {"request_id": view.request_id, "lane": "coaching", "conditions": [], "why": "sounds fine"}
        with pytest.raises(NotSayable, match="licensed"):
            override(acuity=5, by=navigator, **sent)
        assert Triage.objects.count() == 1
        assert override(acuity=2, by=navigator, **sent | {"lane": "therapy"}).outcome.acuity == 2
        assert override(acuity=4, by=replace(navigator, licensed=True), **sent).outcome.acuity == 4


def _theirs(acuity: int):
    def licensed(found: Findings, today: date) -> Decision[Triaged]:
        needs = Needs((), False, (), "outpatient", 10)
        return Decision(Triaged(acuity, "therapy", "routine", (), needs), (Reason("triage_wants_talk"),))

    return licensed


mild, grave = _theirs(5), _theirs(2)


def broken(found: Findings, today: date) -> Decision[Triaged]:
    raise OSError


def mute(found: Findings, today: date) -> None:
    return None


def nowhere(found: Findings, today: date) -> Decision[Triaged]:
    said = mild(found, today)
    return replace(said, outcome=replace(said.outcome, lane="nowhere"))


def speechless(found: Findings, today: date) -> Decision[Triaged]:
    return replace(mild(found, today), because=(Reason("a_code_without_words"),))


def levelled(found: Findings, today: date) -> Decision[Triaged]:
    why = Reason("triage_licensed", {"criteria": "LOCUS", "level": "Level 3"}, RuleRef("locus", "20"))
    return replace(mild(found, today), because=(why,))


CALM, DANGER = Findings(age=30, intake={"wants": "light"}), Findings(age=30, risk="positive")


class TestALicensedRouting:
    def test_without_one_ours_decides(self):
        assert route(CALM, TODAY).outcome.lane == "coaching"

    def test_a_plans_own_decides_where_nobody_is_in_danger(self, monkeypatch):
        monkeypatch.setenv("SWITCHBOARD_ROUTING", "tests.frontdoor.test_danger:mild")
        assert route(CALM, TODAY).outcome.lane == "therapy"

    def test_it_cannot_make_danger_milder_and_may_make_it_graver(self, monkeypatch):
        """The plan's decision is not taken as it comes."""
        monkeypatch.setenv("SWITCHBOARD_ROUTING", "tests.frontdoor.test_danger:mild")
        assert route(DANGER, TODAY).outcome.acuity == 2
        assert route(DANGER, TODAY).because[-1].code == "triage_wants_talk"
        monkeypatch.setenv("SWITCHBOARD_ROUTING", "tests.frontdoor.test_danger:grave")
        assert route(CALM, TODAY).outcome.acuity == 2
        assert route(replace(DANGER, risk="imminent"), TODAY).outcome.lane == "crisis_now"

    @pytest.mark.parametrize("name", ["nowhere:f", "tests.frontdoor.test_danger:nothing", "no-colon", ":f"])
    def test_a_name_that_leads_nowhere_says_what_to_write(self, monkeypatch, name):
        monkeypatch.setenv("SWITCHBOARD_ROUTING", name)
        with pytest.raises(RoutingError, match=r"package\.module:function"):
            route(CALM, TODAY)

    @pytest.mark.parametrize("name", ["broken", "nowhere", "speechless", "mute"])
    def test_where_it_fails_ours_stands_and_says_so(self, monkeypatch, name):
        monkeypatch.setenv("SWITCHBOARD_ROUTING", f"tests.frontdoor.test_danger:{name}")
        decided = route(CALM, TODAY)
        assert decided.outcome.lane == "coaching"
        assert decided.because[-1].code == "triage_routing_failed"

    def test_its_level_is_said_in_words_with_its_version(self, monkeypatch):
        monkeypatch.setenv("SWITCHBOARD_ROUTING", "tests.frontdoor.test_danger:levelled")
        reason = route(CALM, TODAY).because[0]
        assert words.say(reason) == "LOCUS says Level 3"
        assert str(reason.rule) == "locus@20"


def test_the_own_answers_of_the_thread_are_those_of_the_questions():
    """The helper above leans on them."""
    assert OWN["unusual"] == ["none"]
