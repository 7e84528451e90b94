"""Keep the message catalogues: read what pages and code mark for translation, merge, compile.

    python scripts/messages.py          # update django.po with what is marked now, then compile django.mo
    python scripts/messages.py --check  # say what lacks Spanish, and whether .po and .mo are current

Needs Babel only, no GNU gettext. After a merge conflict in the catalogues: keep both sides' entries of the
``.po``, run this, commit both files.
"""

import io
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "switchboard"
SPANISH = SOURCES / "portals/locale/es/LC_MESSAGES/django.po"
KEYWORDS = DEFAULT_KEYWORDS | {"gettext_lazy": None, "ngettext_lazy": (1, 2), "pgettext_lazy": ((1, "c"), 2)}


def marked(sources: Path = SOURCES) -> Catalog:
    """Give a catalogue of everything marked for translation; the gallery, for developers, is left out."""
    found = Catalog()
    for path in sorted([*sources.rglob("*.py"), *sources.rglob("templates/**/*.html")]):
        where = path.relative_to(sources.parent)
        if "gallery" in where.parts:
            continue
        for line, message, comments, context in _messages(path):
            found.add(message, locations=[(str(where), line)], auto_comments=comments, context=context)
    return found


def _messages(path: Path) -> Iterator[tuple]:
    text = path.read_text("utf-8")
    if path.suffix == ".html":
        # Django rewrites a template as gettext calls; its indentation would upset Python's reader
        text = "\n".join(line.strip() for line in templatize(text, origin=str(path)).splitlines())
    yield from extract("python", io.BytesIO(text.encode()), KEYWORDS, options={"encoding": "utf-8"})


def known() -> Catalog:
    """Read the Spanish catalogue as it stands."""
    if not SPANISH.exists():
        return Catalog(
            locale="es",
            fuzzy=False,
            header_comment="# Spanish words for what members read.",
            project="Switchboard",
            version="0.1",
            creation_date=datetime(2026, 1, 1, tzinfo=UTC),
        )
    with SPANISH.open("rb") as file:
        return read_po(file, locale="es")


def merged() -> Catalog:
    """Give the Spanish catalogue with exactly what is marked now; what is new has no words yet."""
    catalog = known()
    catalog.update(marked(), no_fuzzy_matching=True, update_header_comment=False, update_creation_date=False)
    catalog.obsolete.clear()
    return catalog


def missing(catalog: Catalog) -> list[str]:
    """Give the messages that have no Spanish words, or lack one of their plurals."""
    return [str(m.id) for m in catalog if m.id and not all(words(m.string))]


def words(given: str | Sequence[str] | None) -> Sequence[str]:
    """Give the words of a message as a list, one a plural form; a new message has none."""
    return [given or ""] if not given or isinstance(given, str) else given


def po(catalog: Catalog) -> bytes:
    """Write the catalogue as people edit it."""
    out = io.BytesIO()
    write_po(out, catalog, width=0, sort_by_file=True, include_lineno=False, omit_header=False)
    return out.getvalue()


def mo(catalog: Catalog) -> bytes:
    """Write the catalogue as the program reads it."""
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def main(check: bool) -> int:
    """Update or check; give the exit code."""
    catalog = merged()
    for message in missing(catalog):
        sys.stdout.write(f"No Spanish yet: {message!r}\n")
    if not check:
        SPANISH.parent.mkdir(parents=True, exist_ok=True)
        SPANISH.write_bytes(po(catalog))
        SPANISH.with_suffix(".mo").write_bytes(mo(known()))
        return 0
    stale = SPANISH.read_bytes() != po(catalog) or SPANISH.with_suffix(".mo").read_bytes() != mo(known())
    if stale:
        sys.stdout.write("The catalogues are not current: run `make messages` and commit both files.\n")
    return 1 if stale or missing(catalog) else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
