"""The components, as template tags: ``{% load design %}``. The gallery shows each in every state.

Extra arguments of a tag become HTML attributes with ``_`` read as ``-``: ``hx_post="/answer"``. A value of
``True`` gives the bare attribute; ``None``, ``False`` and ``""`` leave it out.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select, Textarea
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from switchboard.portals.cards import Happened, MatchCard
from switchboard.portals.clocks import face
from switchboard.portals.icons import ICONS

register = template.Library()
Context = dict[str, Any]
Option = Sequence[Any]  # (value, label) or (value, label, hint)


def attributes(given: Mapping[str, Any]) -> SafeString:
    """Write the extra arguments of a tag as HTML attributes."""
    kept = [(k.rstrip("_").replace("_", "-"), v) for k, v in given.items() if v not in (None, False, "")]
    return format_html_join(
        "",
        " {}{}{}",
        ((k, "" if v is True else "=", "" if v is True else format_html('"{}"', v)) for k, v in kept),
    )


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Draw an icon; without ``label`` it is decoration, hidden from screen readers."""
    if name not in ICONS:
        raise template.TemplateSyntaxError(f"No icon '{name}': choose one of {', '.join(sorted(ICONS))}.")
    said = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" '
        'stroke-linecap="round" stroke-linejoin="round" focusable="false" {}><path d="{}"/></svg>',
        said,
        ICONS[name],
    )


@register.inclusion_tag("design/button.html")
def button(
    label: str,
    kind: str = "primary",
    href: str = "",
    icon: str = "",
    small: bool = False,
    wide: bool = False,
    type: str = "submit",
    disabled: bool = False,
    **attrs: Any,
) -> Context:
    """Show a button, or a link that looks like one when ``href`` is given.

    ``kind`` is primary (one a page), secondary, quiet, or crisis (crisis help only).
    """
    names = ["button"] + [f"button--{kind}"] * (kind != "primary")
    names += ["button--small"] * small + ["button--wide"] * wide
    return {
        "label": label, "href": href, "icon": icon, "type": type, "disabled": disabled,
        "names": " ".join(names), "attrs": attributes(attrs),
    }  # fmt: skip


@register.simple_block_tag(end_name="endcard")
def card(content: str, title: str = "", level: int = 2, kind: str = "", **attrs: Any) -> str:
    """Frame what belongs together. ``kind``: "", quiet (no fill) or accent."""
    return render_to_string(
        "design/card.html",
        {"content": content, "title": title, "level": level, "kind": kind, "attrs": attributes(attrs)},
    )


TONES = {"info": "info", "good": "check", "warning": "warning", "error": "error", "crisis": "heart"}


@register.simple_block_tag(end_name="endnotice")
def notice(content: str, tone: str = "info", title: str = "", **attrs: Any) -> str:
    """Say something that matters now. ``tone``: info, good, warning, error, crisis."""
    return render_to_string(
        "design/notice.html",
        {"content": content, "tone": tone, "title": title, "mark": TONES[tone], "attrs": attributes(attrs)},
    )


@register.inclusion_tag("design/crisis_help.html", takes_context=True)
def crisis_help(context: Context) -> Context:
    """Show 988 and the plan's crisis line as large buttons."""
    return {"crisis_line": context.get("crisis_line"), "crisis_line_href": context.get("crisis_line_href")}


@register.inclusion_tag("design/pill.html")
def pill(words: str, tone: str = "", plain: bool = False) -> Context:
    """Show a state in a word. ``tone``: "", good, info, warning, error, crisis."""
    return {"words": words, "tone": tone, "plain": plain}


@register.inclusion_tag("design/clock.html")
def clock(
    start: datetime,
    due: datetime,
    now: datetime,
    label: str = "",
    due_words: str = "",
    met: datetime | None = None,
) -> Context:
    """Show the time left to a deadline, in words and as a bar; ``met`` stops the clock."""
    return {"face": face(start, due, now, met), "label": label, "due_words": due_words}


def _options(options: Iterable[Option], value: Any) -> list[Context]:
    chosen = {str(v) for v in value} if isinstance(value, (list, tuple, set)) else {str(value)}
    return [
        {"value": o[0], "label": o[1], "hint": o[2] if len(o) > 2 else "", "chosen": str(o[0]) in chosen}
        for o in options
    ]


@register.inclusion_tag("design/choice_question.html")
def choice_question(
    name: str,
    legend: str,
    options: Iterable[Option],
    value: Any = "",
    hint: str = "",
    error: str = "",
    id: str = "",
    many: bool = False,
    plain: bool = False,
    row: bool = False,
    required: bool = False,
    disabled: bool = False,
    level: int = 0,
    **attrs: Any,
) -> Context:
    """Ask with large targets: one answer, or ``many``. ``level`` makes the legend a heading of the page.

    Attributes go on the fieldset: autosave with ``hx_post=... hx_trigger="change" hx_include="this"``.
    """
    return {
        "name": name, "legend": legend, "options": _options(options, value), "hint": hint, "error": error,
        "id": id or name, "kind": "checkbox" if many else "radio", "plain": plain, "row": row,
        "required": required and not many, "disabled": disabled, "level": level, "attrs": attributes(attrs),
    }  # fmt: skip


@register.inclusion_tag("design/text_field.html")
def text_field(
    name: str,
    label: str,
    value: Any = "",
    hint: str = "",
    error: str = "",
    id: str = "",
    type: str = "text",
    rows: int = 0,
    optional: bool = False,
    short: bool = False,
    **attrs: Any,
) -> Context:
    """Ask for words or a number; ``rows`` makes it a text area. Give ``autocomplete`` where there is one."""
    return {
        "name": name, "label": label, "value": "" if value is None else value, "hint": hint, "error": error,
        "id": id or name, "type": type, "rows": rows, "optional": optional, "short": short,
        "attrs": attributes(attrs),
    }  # fmt: skip


@register.inclusion_tag("design/select_field.html")
def select_field(
    name: str,
    label: str,
    options: Iterable[Option],
    value: Any = "",
    hint: str = "",
    error: str = "",
    id: str = "",
    optional: bool = False,
    level: int = 0,
    **attrs: Any,
) -> Context:
    """Ask for one of many; for seven or fewer prefer ``choice_question``. ``level`` as there."""
    return {
        "name": name, "label": label, "options": _options(options, value), "hint": hint, "error": error,
        "id": id or name, "optional": optional, "level": level, "attrs": attributes(attrs),
    }  # fmt: skip


@register.inclusion_tag("design/checkbox.html")
def checkbox(
    name: str,
    label: str,
    checked: bool = False,
    value: str = "on",
    hint: str = "",
    error: str = "",
    id: str = "",
    **attrs: Any,
) -> Context:
    """Ask for one yes."""
    return {
        "name": name, "label": label, "checked": checked, "value": value, "hint": hint, "error": error,
        "id": id or name, "attrs": attributes(attrs),
    }  # fmt: skip


@register.inclusion_tag("design/segmented.html")
def segmented(
    name: str, legend: str, options: Iterable[Option], value: Any = "", id: str = "", **attrs: Any
) -> Context:
    """Choose one of a few on one line."""
    return {
        "name": name, "legend": legend, "options": _options(options, value), "id": id or name,
        "attrs": attributes(attrs),
    }  # fmt: skip


@register.simple_tag
def field(bound: BoundField) -> str:
    """Show a field of a Django form as the component its widget asks for, with its error."""
    widget, common = bound.field.widget, _bound(bound)
    if isinstance(widget, (RadioSelect, CheckboxSelectMultiple)):
        facts = choice_question(
            legend=common.pop("label"), options=_choices(bound), plain=True,
            many=isinstance(widget, CheckboxSelectMultiple), **common,
        )  # fmt: skip
        return render_to_string("design/choice_question.html", facts)
    if isinstance(widget, CheckboxInput):
        checked = bool(common.pop("value"))
        return render_to_string("design/checkbox.html", checkbox(checked=checked, **common))
    optional = not bound.field.required
    if isinstance(widget, Select):
        facts = select_field(options=_choices(bound), optional=optional, **common)
        return render_to_string("design/select_field.html", facts)
    rows = 4 if isinstance(widget, Textarea) else 0
    kind = getattr(widget, "input_type", "text")
    return render_to_string(
        "design/text_field.html", text_field(type=kind, rows=rows, optional=optional, **common)
    )


def _bound(bound: BoundField) -> Context:
    """Give what every field tag takes, from a bound field and its widget's own attributes."""
    extra = {k.replace("-", "_"): v for k, v in bound.field.widget.attrs.items() if k not in {"rows", "cols"}}
    return extra | {
        "name": bound.html_name, "label": str(bound.label), "value": bound.value(),
        "hint": str(bound.help_text or ""), "error": " ".join(map(str, bound.errors)),
        "id": bound.id_for_label or bound.html_name,
    }  # fmt: skip


def _choices(bound: BoundField) -> list[Option]:
    return [(v, label) for v, label in getattr(bound.field, "choices", ())]


@register.inclusion_tag("design/error_summary.html")
def error_summary(form: Any) -> Context:
    """List a form's errors above it, each a link to its field; takes focus when the page opens."""
    return {"form": form, "fields": [f for f in form if f.errors] if form.is_bound else []}


@register.inclusion_tag("design/table.html")
def table(
    caption: str,
    head: Sequence[str],
    rows: Iterable[Sequence[Any]],
    numbers: str = "",
    hide_caption: bool = False,
    tones: Sequence[str] = (),
) -> Context:
    """Show rows; the first cell names the row.

    ``numbers``: columns that hold figures, ``"2,3"`` counted from 1. Cells may be safe HTML.
    On a phone every row becomes a card. ``tones``: one a row (crisis, warning, "").
    """
    figures = {int(n) - 1 for n in numbers.split(",") if n}
    lines = [
        {
            "tone": tones[at] if at < len(tones) else "",
            "cells": [
                {"text": cell, "label": head[n], "num": n in figures, "first": n == 0}
                for n, cell in enumerate(row)
            ],
        }
        for at, row in enumerate(rows)
    ]
    columns = [{"text": text, "num": n in figures} for n, text in enumerate(head)]
    return {"caption": caption, "hide_caption": hide_caption, "columns": columns, "lines": lines}


@register.inclusion_tag("design/empty.html")
def empty(title: str, text: str, action: str = "", href: str = "", level: int = 2) -> Context:
    """Say that there is nothing here, and what to do next."""
    return {"title": title, "text": text, "action": action, "href": href, "level": level}


@register.inclusion_tag("design/progress.html")
def progress(value: int, most: int, label: str, words: str = "") -> Context:
    """Show how far along: ``Question 3 of 9``."""
    return {"value": value, "most": most, "label": label, "words": words}


@register.inclusion_tag("design/steps.html")
def steps(labels: Sequence[str], current: int, label: str = "") -> Context:
    """Show the few steps of a task; ``current`` counts from 1."""
    listed = [{"text": text, "done": n < current, "now": n == current} for n, text in enumerate(labels, 1)]
    return {"steps": listed, "label": label}


@register.simple_block_tag(end_name="enddialog")
def dialog(content: str, id: str, title: str, **attrs: Any) -> str:
    """Ask before something is done; open it with a button that has ``data_dialog_open="the-id"``."""
    return render_to_string(
        "design/dialog.html", {"content": content, "id": id, "title": title, "attrs": attributes(attrs)}
    )


@register.inclusion_tag("design/tabs.html")
def tabs(label: str, items: Iterable[Sequence[Any]], current: str = "") -> Context:
    """Link the views of one thing; items are (key, words, href) or (key, words, href, count)."""
    listed = [
        {"words": i[1], "href": i[2], "count": i[3] if len(i) > 3 else None, "now": i[0] == current}
        for i in items
    ]
    return {"label": label, "items": listed}


@register.inclusion_tag("design/nav_item.html")
def nav_item(
    words: str, href: str, icon: str = "", current: bool = False, count: Any = None, crisis: bool = False
) -> Context:
    """Show one line of a navigation list; ``crisis`` gives the count the crisis colour."""
    return {"words": words, "href": href, "icon": icon, "current": current, "count": count, "crisis": crisis}


@register.inclusion_tag("design/person.html")
def person(
    name: str, facts: Iterable[Sequence[Any]], pills: Iterable[Sequence[str]] = (), level: int = 1
) -> Context:
    """Head a page about one person: name, states, and the facts one must know. ``facts``: (term, value)."""
    return {"name": name, "facts": facts, "pills": pills, "level": level}


@register.inclusion_tag("design/facts.html")
def facts(pairs: Iterable[Sequence[Any]]) -> Context:
    """List terms with their values."""
    return {"pairs": pairs}


@register.inclusion_tag("design/pagination.html")
def pagination(
    page: int, pages: int, base: str = "?page=", total: int | None = None, label: str = ""
) -> Context:
    """Go to the page before or after; ``base`` is an address that ends where the number goes."""
    return {
        "page": page, "pages": pages, "base": base, "total": total, "before": page - 1, "after": page + 1,
        "label": label,
    }  # fmt: skip


@register.inclusion_tag("design/timeline.html")
def timeline(entries: Iterable[Happened]) -> Context:
    """Tell what happened, in order."""
    return {"entries": entries}


@register.inclusion_tag("design/stat.html")
def stat(label: str, value: Any, unit: str = "", note: str = "", tone: str = "") -> Context:
    """Show one figure with what it means. ``tone`` colours the note: good, warning, error."""
    return {"label": label, "value": value, "unit": unit, "note": note, "tone": tone}


@register.inclusion_tag("design/match_card.html", takes_context=True)
def match_card(
    context: Context, match: MatchCard, action: str = "", name: str = "slot", level: int = 2
) -> Context:
    """Show who can help, why, and when; each time is a button that sends ``name`` to ``action``."""
    return {
        "match": match,
        "action": action,
        "name": name,
        "level": level,
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("design/save_note.html")
def save_note() -> Context:
    """Say that answers are being kept; place it inside an element marked ``data-autosave``."""
    return {}
