"""Charts and maps: figures in, SVG out, readable without seeing it."""

import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.portals.charts import bar_chart, column_chart, line_chart, nice_ticks, written
from switchboard.portals.geo import index, state
from switchboard.portals.maps import Pin, county_map, even_breaks, miles_between, place_map

DURHAM = (35.994, -78.898)


def parsed(markup: str) -> ET.Element:
    """The markup as a tree: it must be well formed."""
    return ET.fromstring(str(markup))


@given(st.floats(min_value=0, max_value=1e9))
def test_ticks_are_few_start_at_zero_and_reach_the_most(most):
    ticks = nice_ticks(most)
    assert ticks[0] == 0
    assert ticks[-1] >= most
    assert 2 <= len(ticks) <= 6


def test_figures_are_written_as_readers_expect():
    assert [written(v) for v in (0, 1208, 6.4)] == ["0", "1,208", "6.4"]


def test_columns_stack_their_parts_and_have_their_figures_as_a_table():
    """Booked below, open above it, together as tall as both; the figures can be read without the picture."""
    weeks = [("Nov 16", [30, 10]), ("Nov 23", [20, 0])]
    tree = parsed(column_chart("Time", weeks, ["Booked", "Open"], "hours", "Week of", (1, "This week")))
    rects = [r for r in tree.iter("rect") if r.get("x")]
    tall = [float(r.get("height", 0)) for r in rects]
    assert tall[0] == pytest.approx(3 * tall[1], abs=0.3)
    assert tall[3] == 0
    below, above = float(rects[0].get("y", 0)), float(rects[1].get("y", 0))
    assert above + tall[1] == pytest.approx(below, abs=0.2)
    assert [cell.text for cell in tree.iter("td") if cell.get("class") == "num"] == ["30", "10", "20", "0"]
    assert "This week" in [text.text for text in tree.iter("text")]
    assert "Nov 16: Booked 30, Open 10" in [title.text for title in tree.iter("title")]


def test_the_bars_stand_in_a_table_with_their_figures():
    tree = parsed(bar_chart("Open time", [("Therapy", [40, 20]), ("Medication", [10, 0])], ["Open", "Used"]))
    assert [cell.text for cell in tree.iter("td") if cell.get("class") == "num"] == ["40", "20", "10", "0"]
    widths = [r.get("width") for r in tree.iter("rect") if r.get("y")]
    assert widths == ["100.00", "50.00", "25.00", "0.00"]


def test_a_line_has_a_gap_where_nothing_is_known():
    tree = parsed(line_chart("Days", ["a", "b", "c", "d"], {"Routine": [1, None, 3, 4]}))
    path = next(p for p in tree.iter("path") if "line" in p.get("class"))
    assert path.get("d").count("M") == 2
    assert len(list(tree.iter("circle"))) == 3


def test_a_line_chart_without_points_still_draws():
    parsed(line_chart("Days", [], {"Routine": []}))
    parsed(line_chart("Days", ["a"], {"Routine": [0]}, goal=0))
    parsed(bar_chart("Open time", [], ["Open"]))


def test_words_from_outside_are_escaped():
    drawn = bar_chart("<b>", [("<script>", [1])], ["&"])
    assert "<script>" not in drawn
    parsed(drawn)


def test_a_picture_is_named_and_has_its_figures_as_a_table():
    tree = parsed(county_map({"37063": 12, "37135": 3}, ["NC"], "Requests by county", "requests"))
    assert tree.find("svg").get("aria-label") == "Requests by county"
    rows = [[cell.text for cell in row] for row in tree.find("details").iter("tr")]
    assert rows[1:] == [["Durham", "12"], ["Orange", "3"]]


def test_a_county_is_shaded_by_its_figure_and_blank_without_one():
    drawn = county_map({"37063": 12, "37135": 3}, ["NC"], "Requests", breaks=[5])
    found = re.findall(r'county r(\d)" d="[^"]*"><title>(\w+):', drawn)
    shades = {title: shade for shade, title in found}
    assert (shades["Orange"], shades["Durham"], shades["Wake"]) == ("1", "2", "0")


@pytest.mark.parametrize("code", sorted(index()))
def test_every_state_has_counties_inside_its_own_box(code):
    west, south, east, north = index()[code]["box"]
    for county in state(code).counties:
        assert county.fips.startswith(index()[code]["fips"])
        x0, y0, x1, y1 = county.box
        assert west - 0.02 <= x0 < x1 <= east + 0.02
        assert south - 0.02 <= y0 < y1 <= north + 0.02


def test_the_country_has_its_counties():
    """3,142 counties and the like, as the Census drew them in 2017, and 78 in Puerto Rico."""
    assert sum(len(state(code).counties) for code in index()) == 3220


def test_an_unknown_state_is_named_with_the_way_out():
    with pytest.raises(KeyError, match="No outlines for the state 'XX': give two capital letters"):
        state("XX")


def test_pins_stand_where_they_are():
    """North is up, east is right, and nothing falls off the edge."""
    drawn = parsed(
        place_map(DURHAM, [Pin(36.1, -78.898, "North", 1), Pin(35.994, -78.7, "East", 2)], size=200)
    )
    pins = {
        g.find("title").text: (float(g.find("circle").get("cx")), float(g.find("circle").get("cy")))
        for g in drawn.iter("g")
    }
    assert pins["North"][0] == 100
    assert pins["North"][1] < 100 < pins["East"][0]
    assert all(0 < v < 200 for place in pins.values() for v in place)


def test_a_pin_on_the_doorstep_still_gives_a_map_of_some_miles():
    assert "2 mi" in place_map(DURHAM, [Pin(*DURHAM, "Here", 1)])


def test_miles_are_right_to_a_percent():
    """Durham to Raleigh, by the haversine formula: 20.6 miles."""
    assert miles_between(DURHAM, (35.7796, -78.6382)) == pytest.approx(20.7, rel=0.01)


@given(st.lists(st.floats(min_value=0, max_value=1e6), max_size=60))
def test_even_breaks_rise_and_are_at_most_four(values):
    breaks = even_breaks(values)
    assert len(breaks) <= 4
    assert list(breaks) == sorted(set(breaks))
