"""The directory: who can give care, and how we know."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.template.defaultfilters import pluralize
from django.utils.timesince import timesince

from switchboard.network.core.evidence import Evidence
from switchboard.network.queries_directory import (
    Found,
    Group,
    Wanted,
    find_organizations,
    find_practitioners,
    source_kinds,
)
from switchboard.network.queries_record import (
    KnownField,
    PlaceView,
    PractitionerRecord,
    RoleView,
    organization_record,
    practitioner_record,
)
from switchboard.platform.clock import now
from switchboard.platform.doors import for_roles
from switchboard.portals.charts import bar_chart
from switchboard.portals.maps import Pin, place_map
from switchboard.portals.matches import local_phone
from switchboard.portals.network.frame import (
    KIND_WORDS,
    READS,
    day_words,
    listed,
    number,
    page,
    said_list,
    short_day,
    time_words,
)
from switchboard.rulebook.listings import codes, label
from switchboard.rulebook.words import say
from switchboard.scheduling.queries_schedules import next_open, schedules_of_roles, weeks_ahead

LISTINGS = {"profession": "professions", "treats": "conditions", "language": "languages"}
FIELD_WORDS = {
    "family_name": "Family name", "given_name": "Given name", "credential": "Credential", "gender": "Gender",
    "languages": "Languages", "backgrounds": "Backgrounds", "taxonomies": "Taxonomy codes (NUCC)",
    "profession": "Profession", "name": "Name", "phone": "Telephone", "address_line": "Street",
    "accessible": "Step-free", "specialties": "Specialties (NUCC)", "treats": "Treats",
    "levels_of_care": "Levels of care", "modalities": "Visits", "lines_of_business": "Lines of business",
    "accepting_new": "Takes new people", "age_min": "Youngest seen", "age_max": "Oldest seen",
    "panel_capacity": "Room in the panel", "active": "In force", "zip5": "ZIP code",
}  # fmt: skip
FIELD_LISTS = {
    "languages": "languages", "backgrounds": "backgrounds", "treats": "conditions",
    "levels_of_care": "levels_of_care", "modalities": "modalities", "lines_of_business": "lines_of_business",
    "profession": "professions",
}  # fmt: skip
METHOD_WORDS = {
    "import": "a file", "attestation": "their own word", "call": "a call", "registry": "the registry",
    "booking": "a booking",
}  # fmt: skip


@for_roles(*READS)
def home(request: HttpRequest) -> HttpResponse:
    """Search practitioners, twenty a page, each with how they are known."""
    wanted = _wanted(request.GET)
    found = find_practitioners(wanted, page=number(request.GET.get("page", "1")))
    context = {
        "wanted": wanted,
        "found": found,
        "lines": [_line(row) for row in found.rows],
        "base": _base(request.GET),
        "options": {name: listed(listing, "Any") for name, listing in LISTINGS.items()},
        "kinds": [("", "Any"), *((kind, KIND_WORDS[kind]) for kind in source_kinds())],
    }
    return page(request, "network/practitioners.html", context, here="network_home")


def _wanted(sent: QueryDict) -> Wanted:
    """Read the search; a code that is not in its list asks for nothing."""
    chosen = {name: sent.get(name, "") for name in LISTINGS}
    known = {name: code if code in codes(LISTINGS[name]) else "" for name, code in chosen.items()}
    kind = sent.get("source", "")
    return Wanted(
        text=sent.get("q", "")[:100].strip(),
        place=sent.get("place", "")[:100].strip(),
        source_kind=kind if kind in source_kinds() else "",
        accepting=bool(sent.get("accepting")),
        overdue=bool(sent.get("overdue")),
        **known,
    )


def _base(sent: QueryDict) -> str:
    """Give the address of the pages of this search, without the number."""
    kept = [(key, value) for key, value in sent.items() if key != "page" and value]
    return "?" + urlencode([*kept, ("page", "")])


def _line(row: Found) -> dict[str, Any]:
    """Say one practitioner of a search."""
    places = {f"{p.city}, {p.state}".strip(", "): None for p in row.places if p.city or p.state}
    kinds = {KIND_WORDS[p.source_kind]: None for p in row.places}
    treats = list({label("conditions", code): None for p in row.places for code in p.treats})
    return {
        "row": row,
        "name": ", ".join(part for part in (row.name, row.credential) if part),
        "profession": label("professions", row.profession) if row.profession else "Not said",
        "places": _few(list(places), 2),
        "groups": _few(list({p.organization: None for p in row.places if p.organization}), 2),
        "kinds": ", ".join(kinds),
        "treats": _few(treats, 3),
        "accepting": any(p.accepting for p in row.places),
        "known": _known_words(row),
    }


def _few(words: list[str], most: int) -> str:
    """Say the first few, and how many more there are."""
    more = f" and {len(words) - most} more" if len(words) > most else ""
    return ", ".join(words[:most]) + more if words else "–"


def _known_words(row: Found) -> str:
    if row.known is None:
        return "Nobody's word is on file"
    methods = " and ".join(METHOD_WORDS.get(m, m) for m in row.known.methods)
    sources = f"{len(row.known.sources)} sources" if len(row.known.sources) > 1 else row.known.sources[0]
    return f"{sources}, by {methods}, {day_words(row.known.verified_at)}"


@for_roles(*READS)
def practitioner(request: HttpRequest, practitioner: int) -> HttpResponse:
    """Show one record, every field with its evidence, and the time that is open."""
    record = practitioner_record(practitioner_id=practitioner)
    if record is None:
        raise Http404("There is no such practitioner.")
    in_force = [role for role in record.roles if role.active]
    roles = [role.role_id for role in record.roles]
    weeks = weeks_ahead(roles=roles)
    context = {
        "record": record,
        "facts": _facts(record),
        "pills": _pills(record),
        "fields": [_field(f) for f in record.fields],
        "licences": [(one, _field(one.known)) for one in record.licences],
        "roles": [role_context(role) for role in record.roles],
        "map": _map([role.place for role in in_force if role.place]),
        "weeks": weeks,
        "chart": bar_chart(
            "Seats by week",
            [(short_day(w.starts_at), (w.seats - w.taken, w.taken)) for w in weeks],
            ["Open", "Taken"],
            label="Week of",
        ),
        "open": sum(w.seats - w.taken for w in weeks),
        "times": [time_words(at, zone) for _, at, zone in next_open(roles=roles)],
        "schedules": schedules_of_roles(roles=roles),
    }
    return page(request, "network/practitioner.html", context, here="network_home")


def _facts(record: PractitionerRecord) -> list[tuple[str, str]]:
    return [
        ("NPI", record.npi or "none on file"),
        ("Profession", label("professions", record.profession) if record.profession else "Not said"),
        ("Languages", said_list("languages", record.languages)),
        ("Sources", ", ".join(record.sources) or "–"),
    ]


def _pills(record: PractitionerRecord) -> list[tuple[str, str]]:
    pills = [] if record.active else [("Not in force", "warning")]
    if not record.behavioral:
        pills.append(("Not behavioral", ""))
    if any(role.offered for role in record.roles):
        pills.append(("Takes new people", "good"))
    if record.overdue:
        pills.append((f"{record.overdue} field{pluralize(record.overdue)} overdue", "warning"))
    return pills


def role_context(role: RoleView) -> dict[str, Any]:
    """Say one role and its place."""
    place = role.place
    panel = f"{role.panel_count} of {role.panel_capacity}" if role.panel_capacity else str(role.panel_count)
    return {
        "role": role,
        "title": role.organization or (place.name if place else "") or "On their own",
        "kind": KIND_WORDS[role.source_kind],
        "address": address(place),
        "phone": local_phone(place.phone) if place and place.phone else "–",
        "ages": f"{role.age_min} to {role.age_max}",
        "panel": panel,
        "fields": [_field(f) for f in (*role.fields, *(place.fields if place else ()))],
        "overdue": sum(f.overdue for f in (*role.fields, *(place.fields if place else ()))),
    }


def address(place: PlaceView | None) -> str:
    """Say where a place is, in one line."""
    if place is None:
        return "No place on file"
    city = f"{place.city}, {place.state}".strip(", ")
    return ", ".join(p for p in (place.address, f"{city} {place.zip5}".strip()) if p) or place.name


def _field(known: KnownField) -> dict[str, Any]:
    """Say one field: value, whose word stands, when it is due again."""
    word = known.decision.outcome if known.decision else None
    return {
        "name": FIELD_WORDS.get(known.name, known.name.replace("_", " ").capitalize()),
        "value": value_words(known.name, known.value),
        "word": word,
        "method": METHOD_WORDS.get(word.method, word.method) if word else "",
        "verified": day_words(word.verified_at) if word else "–",
        "due": day_words(word.due_at) if word else "–",
        "overdue": known.overdue,
        "ago": timesince(word.due_at, now(), depth=1) if word and known.overdue else "",
        "why": [say(reason) for reason in known.decision.because] if known.decision else [],
        "others": [_other(known.name, said) for said in known.words if said is not word],
    }


def _other(name: str, said: Evidence) -> str:
    return f"{said.source} says {value_words(name, said.value)} ({day_words(said.verified_at)})"


def value_words(name: str, value: Any) -> str:
    """Say the value of a field."""
    if value in (None, "", [], ()):
        return "Not said"
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if name == "phone":
        return local_phone(str(value))
    held = value if isinstance(value, (list, tuple)) else [value]
    return said_list(FIELD_LISTS[name], held) if name in FIELD_LISTS else ", ".join(map(str, held))


def _map(places: list[PlaceView]) -> str:
    """Draw the places with a position, numbered, around the first."""
    pins = {p.location_id: p for p in places if p.latitude is not None and p.longitude is not None}
    if not pins:
        return ""
    drawn = [
        Pin(p.latitude or 0.0, p.longitude or 0.0, f"{n}. {p.name}: {address(p)}", n)
        for n, p in enumerate(pins.values(), 1)
    ]
    return place_map((drawn[0].latitude, drawn[0].longitude), drawn, title="Map of where care is given")


@for_roles(*READS)
def organizations(request: HttpRequest) -> HttpResponse:
    """Search organizations, twenty a page."""
    text = request.GET.get("q", "")[:100].strip()
    found = find_organizations(text, page=number(request.GET.get("page", "1")))
    context = {
        "text": text,
        "found": found,
        "lines": [(group, _source_words(group)) for group in found.rows],
        "base": _base(request.GET),
    }
    return page(request, "network/organizations.html", context, here="network_organizations")


def _source_words(group: Group) -> str:
    return ", ".join(group.sources) or "Nobody's word is on file"


@for_roles(*READS)
def organization(request: HttpRequest, organization: int) -> HttpResponse:
    """Show one organization: its places, who works there, how we know."""
    record = organization_record(organization_id=organization, page=number(request.GET.get("page", "1")))
    if record is None:
        raise Http404("There is no such organization.")
    context = {
        "record": record,
        "phone": local_phone(record.phone) if record.phone else "–",
        "fields": [_field(f) for f in record.fields],
        "places": [
            {"name": p.name, "address": address(p), "phone": local_phone(p.phone) if p.phone else "–"}
            for p in record.places
        ],
        "roles": [{"role": role, "address": address(role.place)} for role in record.roles],
        "total": f"{record.role_count:,} practitioners and {record.place_count:,} places",
        "map": _map(list(record.places)),
    }
    return page(request, "network/organization.html", context, here="network_organizations")
