"""Patient and Coverage (US Core, R4) as rows of members."""

from datetime import date, timedelta
from typing import Any

from switchboard.interop.fhir.elements import Json, address, codings, key_of, official, telecom, whole_day
from switchboard.interop.findings import At, Wrong
from switchboard.members.core.identity import plain_email, plain_phone
from switchboard.members.core.roster import ImportedCoverage, ImportedMember
from switchboard.rulebook.rules import rule

# HL7 v2 table 0203: member number, else patient number of the plan, else the record number of the sender.
NUMBER_TYPES = ("MB", "SN", "PI", "MR")
YEAR_MONTH = 7  # characters of a partial date, 1984-01


def member_row(patient: Json, at: At, today: date) -> ImportedMember:
    """Turn a Patient into a member; raise :class:`Wrong` for what the plan cannot do without."""
    name = official(patient.get("name", ()))
    if not name.get("family"):
        raise Wrong("required", "Patient.name.family")
    key = patient.get("id", "")
    if not key:
        raise Wrong("required", "Patient.id")
    home = next((a for a in patient.get("address", ()) if a.get("use") != "old"), None)
    return ImportedMember(
        file=at.file,
        line=at.line,
        key=key,
        member_number=_number(patient) or key[:40],
        family_name=name["family"][:300],
        given_name=" ".join(name.get("given", ()))[:300],
        birth_date=_born(patient.get("birthDate", ""), today),
        sex=patient.get("gender", "unknown"),
        language=_language(patient),
        deceased_on=whole_day(patient.get("deceasedDateTime"), "Patient.deceasedDateTime"),
        phones=tuple(p for p in map(plain_phone, telecom(patient, "phone")) if p),
        emails=tuple(e for e in map(plain_email, telecom(patient, "email")) if e),
        **address(home),
    )


def _born(text: str, today: date) -> date:
    if not text:
        raise Wrong("required", "Patient.birthDate")
    if len(text) <= YEAR_MONTH:
        raise Wrong("birth_date_partial", "Patient.birthDate")
    born = whole_day(text, "Patient.birthDate")
    if born is None or born > today or born.year < today.year - 130:
        raise Wrong("birth_date_impossible", "Patient.birthDate")
    return born


def _number(patient: Json) -> str:
    """Give the plan's number for a patient, by the type its identifiers carry."""
    by_type: dict[str, str] = {}
    for identifier in patient.get("identifier", ()):
        for code in codings(identifier.get("type")):
            if identifier.get("value"):
                by_type.setdefault(code, identifier["value"])
    return next((by_type[t] for t in NUMBER_TYPES if t in by_type), "")[:40]


def _language(patient: Json) -> str:
    spoken = sorted(patient.get("communication", ()), key=lambda c: not c.get("preferred", False))
    tags = codings([c["language"] for c in spoken if c.get("language")])
    return tags[0].partition("-")[0].lower()[:12] if tags else ""


def coverage_row(coverage: Json, at: At, source: str, today: date) -> ImportedCoverage:
    """Turn a Coverage into a period; raise :class:`Wrong`, as a warning where a person must say what it is.

    A period that ends at an instant ends that day (the day belongs to what begins then); one that ends on a
    day includes it (FHIR Period).
    """
    if not coverage.get("id"):
        raise Wrong("required", "Coverage.id")
    period = coverage.get("period") or {}
    starts = whole_day(period.get("start"), "Coverage.period.start")
    if starts is None:
        raise Wrong("required", "Coverage.period.start")
    ends = _first_day_out(period.get("end"), starts)
    plan = _plan_name(coverage)
    line_of_business = line_said(codings(coverage.get("type")), _names(coverage), today)
    if not line_of_business:
        raise Wrong("line_of_business_unknown", "Coverage.type", warning=True)
    return ImportedCoverage(
        file=at.file,
        line=at.line,
        key=f"{source}|{coverage['id']}"[:200],
        member_key=key_of(coverage.get("beneficiary"), "Patient", "Coverage.beneficiary"),
        line_of_business=line_of_business,
        starts=starts,
        ends=ends,
        plan_name=plan[:200],
        subscriber_number=str(coverage.get("subscriberId", ""))[:40],
    )


def _first_day_out(text: str | None, starts: date) -> date | None:
    last = whole_day(text, "Coverage.period.end")
    if last is None:
        return None
    at_an_instant = len(text or "") > len("2026-01-01")
    out = max(last, starts + timedelta(days=1)) if at_an_instant else last + timedelta(days=1)
    if last < starts:
        raise Wrong("period_backwards", "Coverage.period")
    return out


def _plan_name(coverage: Json) -> str:
    plans = [c for c in coverage.get("class", ()) if "plan" in codings(c.get("type"))]
    return str(plans[0].get("name", "")) if plans else ""


def _names(coverage: Json) -> list[str]:
    payers = [p.get("display", "") for p in coverage.get("payor", ())]
    return [n for n in (_plan_name(coverage), *payers) if n]


def line_said(codes: list[str], names: list[str], today: date) -> str:
    """Give the line of business that codes and names say, or an empty string when a person must decide."""
    rules: Any = rule("interop/coverage_lines").on(today)
    for name in names:
        words = f" {name.lower()} "
        for phrase, line in rules["words"]:
            if f" {phrase} " in words:
                return str(line)
    return next((str(rules["codes"][c]) for c in codes if rules["codes"].get(c)), "")
