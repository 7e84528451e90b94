"""Charts as SVG, drawn here: figures in, markup out. Classes carry the colour, so both themes work.

Every chart names itself to screen readers and has its figures as a table: bars stand in one, lines above.
"""

import math
from collections.abc import Callable, Mapping, Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

WIDE, TALL = 480, 230
LEFT, RIGHT, TOP, BOTTOM = 56, 14, 14, 28
_BETWEEN = SafeString(' class="between"')
_FIGURE = SafeString(' class="num"')
_CELL = '<td class="num">{}</td>'
# In a narrow place the rows are laid out as a grid, and then only the roles keep it a table.
_BAR_CELL = '<td class="num" role="cell">{}</td>'
_BAR_ROW = (
    '<tr role="row"><th scope="row" role="rowheader">{}</th>{}<td class="bars" role="cell">{}</td></tr>'
)
Across = Callable[[int], float]  # which point -> where along the page
Up = Callable[[float], float]  # which figure -> how high


def written(value: float) -> str:
    """Write a figure as a reader expects it: ``1,208``, ``6.4``."""
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def bar_chart(
    title: str,
    rows: Sequence[tuple[str, Sequence[float]]],
    series: Sequence[str],
    unit: str = "",
    label: str = "",
) -> SafeString:
    """Compare things by length: each row a name and one figure a series (at most three)."""
    most = max((v for _name, values in rows for v in values), default=0) or 1
    heads = format_html_join(
        "", '<th scope="col" class="num" role="columnheader">{}</th>', ((s,) for s in series)
    )
    body = format_html_join("", _BAR_ROW, (
        (name, format_html_join("", _BAR_CELL, ((written(v),) for v in values)), _bars(values, most))
        for name, values in rows
    ))  # fmt: skip
    return format_html(
        '<figure class="chart"><figcaption class="chart__title">{}</figcaption>{}'
        '<table class="table bar-table" role="table"><caption class="visually-hidden">{}</caption>'
        '<thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">{}</th>{}'
        '<td role="cell"></td></tr></thead><tbody role="rowgroup">{}</tbody></table></figure>',
        title, _key(series, unit), title, label, heads, body,
    )  # fmt: skip


def _bars(values: Sequence[float], most: float) -> SafeString:
    thick, gap = 10, 3
    tall = len(values) * (thick + gap) - gap
    rects = format_html_join("", '<rect class="s{}" y="{}" width="{}" height="{}"/>', (
        (n + 1, n * (thick + gap), f"{100 * v / most:.2f}", thick) for n, v in enumerate(values)
    ))  # fmt: skip
    return format_html(
        '<svg class="bar-row" viewBox="0 0 100 {0}" height="{0}" preserveAspectRatio="none" '
        'aria-hidden="true">{1}</svg>',
        tall, rects,
    )  # fmt: skip


def line_chart(
    title: str,
    labels: Sequence[str],
    series: Mapping[str, Sequence[float | None]],
    unit: str = "",
    goal: float | None = None,
    label: str = "",
) -> SafeString:
    """Show change over time: one label a point, up to three series.

    ``None`` leaves a gap; ``goal`` is a dashed line.
    """
    known = [v for values in series.values() for v in values if v is not None] + (
        [goal] if goal is not None else []
    )
    ticks = nice_ticks(max(known, default=1))
    top = ticks[-1]

    def x(n: int) -> float:
        return round(LEFT + (WIDE - LEFT - RIGHT) * (n + 0.5) / max(len(labels), 1), 1)

    def y(value: float) -> float:
        return round(TALL - BOTTOM - (TALL - TOP - BOTTOM) * value / top, 1)

    grid, marks = _grid(ticks, y), _marks(labels, x)
    lines = format_html_join("", '<path class="line s{0}" d="{1}"/>{2}', (
        (n, _run(values, x, y), _dots(values, n, x, y)) for n, values in enumerate(series.values(), 1)
    ))  # fmt: skip
    aim = "" if goal is None else format_html(
        '<line class="target" x1="{0}" x2="{1}" y1="{2}" y2="{2}"/>{3}', LEFT, WIDE - RIGHT, y(goal),
        _text(WIDE - RIGHT, y(goal) - 6, _("Goal %(n)s") % {"n": written(goal)}, "end"),
    )  # fmt: skip
    cells = [["" if v is None else written(v) for v in values] for values in series.values()]
    rows = [[text, *(column[n] for column in cells)] for n, text in enumerate(labels)]
    return format_html(
        '<figure class="chart"><figcaption class="chart__title">{}</figcaption>{}'
        '<svg class="plot" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}{}</svg>{}</figure>',
        title, _key(list(series), unit), WIDE, TALL, title, grid, marks, aim, lines,
        alternative(title, [label, *series], rows),
    )  # fmt: skip


def column_chart(
    title: str,
    rows: Sequence[tuple[str, Sequence[float]]],
    series: Sequence[str],
    unit: str = "",
    label: str = "",
    mark: tuple[int, str] | None = None,
) -> SafeString:
    """Show parts of a whole over time: a column a row, its figures one on top of the other.

    ``mark`` is the row where something begins, with its word: ``(6, "This week")``.
    """
    ticks = nice_ticks(max((sum(values) for _name, values in rows), default=1))
    each = (WIDE - LEFT - RIGHT) / max(len(rows), 1)

    def x(n: int) -> float:
        return round(LEFT + each * (n + 0.5), 1)

    def y(value: float) -> float:
        return round(TALL - BOTTOM - (TALL - TOP - BOTTOM) * value / ticks[-1], 1)

    columns = format_html_join("", "<g><title>{}</title>{}</g>", (
        (f"{name}: " + ", ".join(f"{s} {written(v)}" for s, v in zip(series, values, strict=True)),
         _stack(values, x(n) - each * 0.36, each * 0.72, y))
        for n, (name, values) in enumerate(rows)
    ))  # fmt: skip
    begins = "" if mark is None else format_html(
        '<line class="target" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>{3}',
        round(x(mark[0]) - each / 2, 1), TOP, TALL - BOTTOM,
        _text(round(x(mark[0]) - each / 2 - 6, 1), TOP + 10, mark[1], "end"),
    )  # fmt: skip
    table = [[name, *(written(v) for v in values)] for name, values in rows]
    return format_html(
        '<figure class="chart"><figcaption class="chart__title">{}</figcaption>{}'
        '<svg class="plot" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}{}</svg>{}</figure>',
        title, _key(series, unit), WIDE, TALL, title, _grid(ticks, y), columns,
        _marks([name for name, _ in rows], x), begins, alternative(title, [label, *series], table),
    )  # fmt: skip


def _stack(values: Sequence[float], left: float, wide: float, y: Up) -> SafeString:
    ends = [sum(values[: n + 1]) for n in range(len(values))]
    return format_html_join("", '<rect class="s{}" x="{}" y="{}" width="{}" height="{}"/>', (
        (n, round(left, 1), y(end), round(wide, 1), round(y(end - value) - y(end), 1))
        for n, (value, end) in enumerate(zip(values, ends, strict=True), 1)
    ))  # fmt: skip


def _grid(ticks: Sequence[float], y: Up) -> SafeString:
    return format_html_join("", '<line class="{0}" x1="{1}" x2="{2}" y1="{3}" y2="{3}"/>{4}', (
        ("grid-line" if t else "base-line", LEFT, WIDE - RIGHT, y(t),
         _text(LEFT - 8, y(t) + 4, written(t), "end"))
        for t in ticks
    ))  # fmt: skip


def _marks(labels: Sequence[str], x: Across) -> SafeString:
    """Name the points below, at most eight; those ``between`` go where the place is narrow."""
    every = math.ceil(len(labels) / 8)
    return format_html_join("", '<text{} x="{}" y="{}" text-anchor="middle">{}</text>', (
        (_BETWEEN if n // every % 2 else "", x(n), TALL - 8, text)
        for n, text in enumerate(labels) if n % every == 0
    ))  # fmt: skip


def _text(x: float, y: float, words: str, anchor: str = "middle") -> SafeString:
    return format_html('<text x="{}" y="{}" text-anchor="{}">{}</text>', x, y, anchor, words)


def nice_ticks(most: float) -> list[float]:
    """Give round figures from 0 to at least ``most``, four or five of them."""
    if most < 1e-6:  # nothing, or a rounding error
        return [0, 1]
    raw = most / 4
    power = 10 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw)
    return [n * step for n in range(math.ceil(most / step) + 1)]


def alternative(title: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> SafeString:
    """Give the figures of a picture as a table to open."""
    heads = format_html_join("", '<th scope="col"{}>{}</th>', (
        (_FIGURE if n else "", h) for n, h in enumerate(head)
    ))  # fmt: skip
    body = format_html_join("", '<tr><th scope="row">{}</th>{}</tr>', (
        (row[0], format_html_join("", _CELL, ((c,) for c in row[1:]))) for row in rows
    ))  # fmt: skip
    return format_html(
        '<details><summary>{}</summary><div class="table-wrap"><table class="table">'
        '<caption class="visually-hidden">{}</caption>'
        "<thead><tr>{}</tr></thead><tbody>{}</tbody></table></div></details>",
        _("The figures as a table"), title, heads, body,
    )  # fmt: skip


def _run(values: Sequence[float | None], x: Across, y: Up) -> str:
    pieces, pen = [], "M"
    for n, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        pieces.append(f"{pen}{x(n)},{y(value)}")
        pen = "L"
    return "".join(pieces)


def _dots(values: Sequence[float | None], series: int, x: Across, y: Up) -> SafeString:
    return format_html_join("", '<circle class="dot s{}" cx="{}" cy="{}" r="4"><title>{}</title></circle>', (
        (series, x(n), y(v), written(v)) for n, v in enumerate(values) if v is not None
    ))  # fmt: skip


def _key(series: Sequence[str], unit: str) -> SafeString:
    swatch = '<svg viewBox="0 0 10 10" aria-hidden="true"><rect class="s{}" width="10" height="10"/></svg>'
    items = format_html_join("", "<li>" + swatch + "{}</li>", enumerate(series, 1))
    return format_html(
        '<ul class="chart__key">{}{}</ul>', items, format_html("<li>{}</li>", unit) if unit else ""
    )
