"""What the gallery shows: invented people, fixed times, one of everything."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms

from switchboard.portals.cards import Happened, MatchCard, OpenTime
from switchboard.portals.charts import bar_chart, column_chart, line_chart
from switchboard.portals.geo import state
from switchboard.portals.maps import Pin, county_map, place_map

SPECIMENS = (
    "type", "button", "card", "notice", "pill", "clock", "choice_question", "fields", "segmented", "form",
    "person", "facts", "table", "match_card", "timeline", "stat", "progress", "tabs", "nav", "pagination",
    "empty", "dialog", "messages", "crisis_help", "charts", "maps",
)  # fmt: skip
FRAMES = ("question", "matches", "crisis", "desk", "insights")
DURHAM = (35.994, -78.898)
PINS = [
    Pin(36.02, -78.93, "Eno River Counseling", 1),
    Pin(35.91, -79.05, "Carrboro Family Center", 2),
    Pin(35.78, -78.64, "Oakwood Clinic", 3),
]
NOW = datetime(2026, 11, 30, 15, 0, tzinfo=UTC)


class SampleForm(forms.Form):
    """One field of each kind, filled in wrongly."""

    name = forms.CharField(label="Your name", help_text="As it stands on your card.")
    email = forms.EmailField(label="Email", required=False)
    language = forms.ChoiceField(label="Language", choices=[("en", "English"), ("es", "Español")])
    how = forms.ChoiceField(
        label="How would you like to meet?",
        choices=[("video", "Video"), ("person", "In person"), ("phone", "Phone")],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label="Anything else?", widget=forms.Textarea, required=False)
    agree = forms.BooleanField(label="I agree that my answers are shared with the person I choose")


def sample_times() -> list[OpenTime]:
    """Give four times to choose from."""
    return [
        OpenTime("t1", "Tue, Dec 1", "9:30 AM", "Video"),
        OpenTime("t2", "Tue, Dec 1", "4:00 PM", "In person"),
        OpenTime("t3", "Wed, Dec 2", "11:15 AM", "Video"),
        OpenTime("t4", "Thu, Dec 3", "8:00 AM", "In person"),
    ]


def sample_match(key: str, rank: int = 1, with_map: bool = True) -> MatchCard:
    """Give a match with everything in it."""
    return MatchCard(
        key=key,
        rank=rank,
        name="Dr. Maribel Ocasio, PhD",
        what="Psychologist. Sees adults with low mood and worry.",
        where="Eno River Counseling, Durham · 3.2 miles from you",
        reasons=[
            "Speaks Spanish, as you asked",
            "Takes your plan and new patients",
            "First time is tomorrow",
        ],
        buts=["Evening times are rare here"],
        times=sample_times(),
        pills=[("Opens soonest", "good"), ("Video or in person", "info")],
        map=place_map(DURHAM, PINS) if with_map else "",
    )


def sample_charts() -> dict[str, Any]:
    """Give one chart and map of each kind."""
    counties = {c.fips: (int(c.fips) * 7919) % 97 for c in state("NC").counties if int(c.fips) % 5}
    weeks = ["Oct 5", "Oct 12", "Oct 19", "Oct 26", "Nov 2", "Nov 9", "Nov 16", "Nov 23"]
    return {
        "bars": bar_chart(
            "Open and used time by specialty, this week",
            [
                ("Therapy, adults", [4120, 3890]),
                ("Therapy, children and teens", [1310, 1295]),
                ("Medication", [860, 512]),
                ("Substance use", [402, 160]),
            ],
            ["Open", "Used"],
            "hours",
            "Specialty",
        ),
        "columns": column_chart(
            "Booked and open time by week",
            [(week, [900 + 40 * n, 1400 - 30 * n]) for n, week in enumerate(weeks)],
            ["Booked", "Open"],
            "hours",
            "Week of",
            mark=(6, "This week"),
        ),
        "lines": line_chart(
            "Days to first appointment",
            weeks,
            {
                "Routine": [11.2, 10.8, 10.9, 9.1, 8.8, None, 7.2, 6.4],
                "Urgent": [3.1, 3.0, 2.6, 2.2, 2, 2.1, 1.8, 1.6],
            },
            "days",
            goal=10,
            label="Week of",
        ),
        "counties": county_map(counties, ["NC"], "Requests without an offer, by county", "requests"),
        "places": place_map(DURHAM, PINS),
        "places_near": place_map(DURHAM, PINS[:1]),
    }


def sample() -> dict[str, Any]:
    """Give everything the specimens use."""
    hour = timedelta(hours=1)
    return {
        "now": NOW,
        "start": NOW - 20 * hour,
        "due_calm": NOW + 100 * hour,
        "due_soon": NOW + 2 * hour,
        "due_late": NOW - 3 * hour,
        "met": NOW - 15 * hour,
        "days": [
            (0, "Not at all"),
            (1, "Several days"),
            (2, "More than half the days"),
            (3, "Nearly every day"),
        ],
        "hows": [
            ("video", "Video", "From home, on a phone or computer"),
            ("person", "In person", "At the office"),
            ("phone", "Phone", "A call, no camera"),
        ],
        "few": [("day", "Day"), ("week", "Week"), ("month", "Month")],
        "states": [("NC", "North Carolina"), ("VA", "Virginia"), ("SC", "South Carolina")],
        "facts": [
            ("Born", "Mar 4, 1991 (35)"),
            ("Plan", "Harbor Medicaid, since Jan 1, 2026"),
            ("Language", "Spanish"),
            ("Safe to call", "Mobile after 5 PM, no voicemail"),
        ],
        "flags": [("Urgent", "warning"), ("Interpreter", "info")],
        "head": ["Member", "Need", "State", "Waiting", "Offers"],
        "rows": [
            ["Rosa Quintero", "Crisis follow-up", "Unassigned", "0 h 04 min", 0],
            ["Dale Whitcomb", "Therapy, adults", "Offered", "1 day 2 h", 12],
            ["Imani Okafor", "Medication", "Booked", "3 days 4 h", 108],
        ],
        "tones": ["crisis", "warning", ""],
        "match": sample_match("a"),
        "match_plain": sample_match("b", 2, with_map=False),
        "entries": [
            Happened("Nov 28, 4:12 PM", "Asked for care", "By phone, with Jordan at the desk", "good"),
            Happened("Nov 28, 4:31 PM", "Answered nine questions", "Moderate low mood", "good"),
            Happened("Nov 30, 9:30 AM", "Appointment booked", "Dr. Ocasio, video", "now"),
            Happened("Dec 1, 9:30 AM", "First appointment"),
        ],
        "tab_items": [("open", "Open", "#tabs", 14), ("held", "Held", "#tabs", 3), ("done", "Done", "#tabs")],
        "step_labels": ["Questions", "Your result", "Choose a time"],
        "form_wrong": SampleForm({"name": "", "email": "not an address", "language": "en"}),
    } | sample_charts()
