"""Maps as SVG, drawn here: counties shaded by a figure, and the small map of a member's choices."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from switchboard.portals.charts import alternative, written
from switchboard.portals.geo import Box, County, Line, State, state, states_within, touches

MILES_A_DEGREE = 69.0
STEPS = 5
Project = Callable[[float, float], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Pin:
    """A numbered place; ``label`` says who is there."""

    latitude: float
    longitude: float
    label: str
    number: int = 0


def county_map(
    values: Mapping[str, float],
    states: Sequence[str],
    title: str,
    unit: str = "",
    breaks: Sequence[float] = (),
    width: int = 720,
) -> SafeString:
    """Shade counties by ``values`` (five-digit FIPS to figure); a county without one stays blank.

    ``breaks`` are the upper ends of all shades but the last; without them the counties are split evenly.
    """
    drawn = [state(code) for code in states]
    edges = tuple(breaks) or even_breaks(list(values.values()))
    project, height = _fitted(drawn, width)
    counties = [c for s in drawn for c in s.counties]
    shapes = format_html_join("", '<path class="county r{}" d="{}"><title>{}</title></path>', (
        (_shade(values.get(c.fips), edges), _path(c.rings, project, closed=True), _says(c, values, unit))
        for c in counties
    ))  # fmt: skip
    border = _path([line for s in drawn for line in s.border], project, closed=False)
    rows = sorted(((c.name, values[c.fips]) for c in counties if c.fips in values), key=lambda r: -r[1])
    return format_html(
        '<figure class="chart map"><figcaption class="chart__title">{}</figcaption>'
        '<svg class="plot" viewBox="0 0 {} {}" role="img" aria-label="{}">{}'
        '<path class="border" d="{}"/></svg>{}{}</figure>',
        title, width, height, title, shapes, border, _key(edges, unit),
        alternative(title, [_("County"), unit or _("Figure")], [[n, written(v)] for n, v in rows]),
    )  # fmt: skip


def even_breaks(values: Sequence[float]) -> tuple[float, ...]:
    """Give the upper ends that split the figures into five shades of about as many counties each."""
    ordered = sorted(set(values))
    if len(ordered) <= STEPS:
        return tuple(ordered[:-1])
    return tuple(ordered[len(ordered) * n // STEPS - 1] for n in range(1, STEPS))


def place_map(
    center: tuple[float, float], pins: Sequence[Pin], title: str = "", size: int = 220, nearest: float = 3.0
) -> SafeString:
    """Draw where the pins are around ``center`` (latitude, longitude), with rings of distance in miles.

    ``nearest`` is the least number of miles shown from the center to the edge.
    """
    lat, lon = center
    shrink = math.cos(math.radians(lat))
    reach = max([nearest, *(miles_between(center, (p.latitude, p.longitude)) for p in pins)]) * 1.25
    scale = size / 2 / reach

    def project(x: float, y: float) -> tuple[float, float]:
        east, north = (x - lon) * MILES_A_DEGREE * shrink, (y - lat) * MILES_A_DEGREE
        return size / 2 + east * scale, size / 2 - north * scale

    tall, wide = reach / MILES_A_DEGREE, reach / MILES_A_DEGREE / shrink
    box: Box = (lon - wide, lat - tall, lon + wide, lat + tall)
    near = [c for s in states_within(box) for c in s.counties if touches(c.box, box)]
    land = format_html_join(
        "", '<path class="land" d="{}"/>', ((_path(c.rings, project, closed=True),) for c in near)
    )
    marks = format_html_join("", "{}", ((_pin(p, project),) for p in reversed(pins)))
    said = title or _("Map of where these places are around you")
    return format_html(
        '<div class="place"><svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}'
        '<circle class="home" cx="{}" cy="{}" r="5"/>{}</svg></div>',
        size, size, said, land, _rings(reach, scale, size), size / 2, size / 2, marks,
    )  # fmt: skip


def miles_between(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Give the distance on a flat map, right to a percent within a few hundred miles."""
    north = (other[0] - one[0]) * MILES_A_DEGREE
    east = (other[1] - one[1]) * MILES_A_DEGREE * math.cos(math.radians((one[0] + other[0]) / 2))
    return math.hypot(north, east)


def _rings(reach: float, scale: float, size: int) -> SafeString:
    step = next(s for s in (1, 2, 5, 10, 25, 50, 100, 250, 500, 10_000) if reach / s < 3)
    rings = [step * n for n in (1, 2) if step * n < reach]
    middle = size / 2
    return format_html_join(
        "",
        '<circle class="ring" cx="{0}" cy="{0}" r="{1}"/>'
        '<text class="ring-label" x="{0}" y="{2}" text-anchor="middle">{3}</text>',
        (
            (middle, round(r * scale, 1), round(middle - r * scale + 4, 1), _("%(n)s mi") % {"n": r})
            for r in rings
        ),
    )


def _pin(pin: Pin, project: Project) -> SafeString:
    x, y = (round(v, 1) for v in project(pin.longitude, pin.latitude))
    return format_html(
        '<g><title>{}</title><circle class="pin" cx="{}" cy="{}" r="10"/>'
        '<text class="pin-number" x="{}" y="{}" text-anchor="middle">{}</text></g>',
        pin.label, x, y, x, y + 4, pin.number or "",
    )  # fmt: skip


def _fitted(states: Sequence[State], width: int) -> tuple[Project, int]:
    """Give the projection that fits these states into ``width``, and the height that takes."""
    boxes = [c.box for s in states for c in s.counties]
    west, south = min(b[0] for b in boxes), min(b[1] for b in boxes)
    east, north = max(b[2] for b in boxes), max(b[3] for b in boxes)
    flat = _albers(south, north, (west + east) / 2)
    points = [flat(x, y) for s in states for c in s.counties for ring in c.rings for x, y in ring]
    left, right = min(p[0] for p in points), max(p[0] for p in points)
    low, high = min(p[1] for p in points), max(p[1] for p in points)
    scale = (width - 4) / (right - left)

    def project(x: float, y: float) -> tuple[float, float]:
        px, py = flat(x, y)
        return 2 + (px - left) * scale, 2 + (high - py) * scale

    return project, math.ceil((high - low) * scale) + 4


def _albers(south: float, north: float, middle: float) -> Project:
    """Give Albers' equal-area conic projection, with its parallels a sixth from the top and bottom."""
    first, second = (math.radians(south + (north - south) * share) for share in (1 / 6, 5 / 6))
    n = (math.sin(first) + math.sin(second)) / 2
    c = math.cos(first) ** 2 + 2 * n * math.sin(first)

    def flat(x: float, y: float) -> tuple[float, float]:
        rho = math.sqrt(c - 2 * n * math.sin(math.radians(y))) / n
        theta = n * math.radians(x - middle)
        return rho * math.sin(theta), -rho * math.cos(theta)

    return flat


def _path(lines: Sequence[Line], project: Project, closed: bool) -> str:
    end = "z" if closed else ""
    return "".join(
        "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in (project(*p) for p in line)) + end for line in lines
    )


def _shade(value: float | None, edges: Sequence[float]) -> int:
    return 0 if value is None else min(1 + sum(value > edge for edge in edges), STEPS)


def _says(county: County, values: Mapping[str, float], unit: str) -> str:
    value = values.get(county.fips)
    return f"{county.name}: {_('nothing known') if value is None else f'{written(value)} {unit}'.strip()}"


def _key(edges: Sequence[float], unit: str) -> SafeString:
    ends = [written(e) for e in edges]
    words = [_("to %(n)s") % {"n": e} for e in ends] + (
        [_("over %(n)s") % {"n": ends[-1]}] if ends else [_("any")]
    )
    swatch = '<svg viewBox="0 0 10 10" aria-hidden="true"><rect class="r{}" width="10" height="10"/></svg>'
    items = format_html_join("", "<li>" + swatch + "{}</li>", enumerate(words, 1))
    blank = format_html("<li>" + swatch + "{}</li>", 0, _("none"))
    return format_html('<ul class="chart__key" aria-label="{}">{}{}</ul>', unit or _("Key"), items, blank)
