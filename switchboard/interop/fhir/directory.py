"""The directory in FHIR R4 (US Core, Da Vinci Plan-Net) as rows of the network."""

from collections.abc import Iterator
from datetime import timedelta

from switchboard.interop.fhir.elements import (
    NPI_SYSTEM,
    Json,
    address,
    codings,
    extension,
    extensions,
    key_of,
    official,
    telecom,
    whole_day,
)
from switchboard.interop.findings import At, Wrong
from switchboard.kernel.states import state_code
from switchboard.network.core.listing import (
    Imported,
    ImportedLicence,
    ImportedLocation,
    ImportedOrganization,
    ImportedPlanNetwork,
    ImportedPractitioner,
    ImportedRole,
    ImportedService,
)
from switchboard.network.core.npi import valid_npi

PLAN_NET = "http://hl7.org/fhir/us/davinci-pdex-plan-net/StructureDefinition/"
NUCC = "http://nucc.org/provider-taxonomy"
NOT_CARE = frozenset({"ntwk", "payer"})  # Plan-Net OrgTypeCS: networks and payers give no care
LINES = {  # Plan-Net InsuranceProductTypeCS
    "qhp": "QHP", "mediadv": "MA", "mediadvhmo": "MA", "medi": "MCO", "medihmo": "MCO", "commppo": "COM",
    "commhdhp": "COM", "commpos": "COM", "commhmo": "COM", "commepo": "COM",
}  # fmt: skip
ACCEPTING = {"newpt": True, "existptonly": False, "existptfam": False, "nopt": False}
GENDERS = frozenset({"male", "female", "other"})
NUCC_LENGTH = 10


def organization_rows(resource: Json, at: At) -> Iterator[Imported]:
    """Turn an Organization that gives care into a row; networks and payers are left out."""
    if NOT_CARE & set(codings(resource.get("type"))):
        return
    yield ImportedOrganization(
        at.file,
        at.line,
        _id(resource),
        _named(resource)[:300],
        _npi(resource, at),
        (telecom(resource, "phone") or [""])[0][:40],
        resource.get("active", True),
    )


def location_rows(resource: Json, at: At) -> Iterator[Imported]:
    """Turn a Location into a row; its own position wins over the middle of its ZIP code."""
    place = address(resource.get("address"))
    position = resource.get("position") or {}
    if "latitude" in position and "longitude" in position:
        if abs(position["latitude"]) > 90 or abs(position["longitude"]) > 180:
            raise Wrong("number_out_of_bounds", "Location.position")
        place |= {"latitude": float(position["latitude"]), "longitude": float(position["longitude"])}
    access = {
        c
        for e in extensions(resource, PLAN_NET + "accessibility")
        for c in codings(e.get("valueCodeableConcept"))
    }
    yield ImportedLocation(
        at.file,
        at.line,
        _id(resource),
        str(resource.get("name") or place["address_line"] or _id(resource))[:300],
        key_of(resource.get("managingOrganization"), "Organization", "Location.managingOrganization"),
        **place,
        phone=(telecom(resource, "phone") or [""])[0][:40],
        accessible=True if "adacomp" in access else None,
    )


def practitioner_rows(resource: Json, at: At) -> Iterator[Imported]:
    """Turn a Practitioner into a row, and each qualification that says where it holds into a licence."""
    name = official(resource.get("name", ()))
    if not name.get("family"):
        raise Wrong("required", "Practitioner.name.family")
    key = _id(resource)
    held = list(resource.get("qualification", ()))
    yield ImportedPractitioner(
        file=at.file,
        line=at.line,
        key=key,
        npi=_npi(resource, at),
        family_name=name["family"][:300],
        given_name=" ".join(name.get("given", ()))[:300],
        credential=_credential(name, held),
        gender=resource.get("gender", "") if resource.get("gender") in GENDERS else "",
        languages=tuple(c.partition("-")[0] for c in codings(resource.get("communication"))),
        taxonomies=tuple(codings([q["code"] for q in held if q.get("code")], NUCC)),
        active=resource.get("active", True),
    )
    for qualification in held:
        yield from _licences(qualification, key, at)


def _credential(name: Json, held: list[Json]) -> str:
    said = name.get("suffix") or [q["code"]["text"] for q in held[:1] if q.get("code", {}).get("text")]
    return " ".join(said)[:60]


def _licences(qualification: Json, key: str, at: At) -> Iterator[ImportedLicence]:
    where = extension(qualification, PLAN_NET + "practitioner-qualification") or {}
    states = [c for e in extensions(where, "whereValid") for c in codings(e.get("valueCodeableConcept"))]
    status = (extension(where, "status") or {}).get("valueCode", "active")
    period = qualification.get("period") or {}
    starts = whole_day(period.get("start"), "Practitioner.qualification.period")
    last = whole_day(period.get("end"), "Practitioner.qualification.period")
    if starts and last and last < starts:
        raise Wrong("period_backwards", "Practitioner.qualification.period")
    number = next((i["value"] for i in qualification.get("identifier", ()) if i.get("value")), "")
    for state in filter(None, map(state_code, states)):
        yield ImportedLicence(
            at.file, at.line, key, state, number[:40],
            (qualification.get("code") or {}).get("text", "")[:60],
            starts, last + timedelta(days=1) if last else None, status[:16],
        )  # fmt: skip


def role_rows(resource: Json, at: At) -> Iterator[Imported]:
    """Turn a PractitionerRole into a row for each of its places; one that names nobody is left out."""
    who = key_of(resource.get("practitioner"), "Practitioner", "PractitionerRole.practitioner")
    if not who:
        raise Wrong("role_without_practitioner", "PractitionerRole.practitioner", warning=True)
    taxonomies = tuple(c for c in codings(resource.get("specialty"), NUCC) if len(c) == NUCC_LENGTH)
    if resource.get("specialty") and not taxonomies:
        at.remark("PractitionerRole.specialty", "specialty_without_code")
    key, places = _id(resource), resource.get("location") or [None]
    for number, place in enumerate(places):
        yield ImportedRole(
            file=at.file,
            line=at.line,
            key=f"{key}#{number}" if number else key,
            practitioner_key=who,
            organization_key=key_of(
                resource.get("organization"), "Organization", "PractitionerRole.organization"
            ),
            location_key=key_of(place, "Location", "PractitionerRole.location"),
            taxonomies=taxonomies,
            levels_of_care=("outpatient",),
            modalities=("in_person",) if place else (),
            network_keys=tuple(
                key_of(e.get("valueReference"), "Organization", "PractitionerRole.network")
                for e in extensions(resource, PLAN_NET + "network-reference")
            ),
            service_keys=tuple(
                key_of(r, "HealthcareService", "PractitionerRole.healthcareService")
                for r in resource.get("healthcareService", ())
            ),
            accepting_new=_accepting(resource),
            active=resource.get("active", True),
        )


def _accepting(resource: Json) -> bool | None:
    said = [
        ACCEPTING[code]
        for e in extensions(resource, PLAN_NET + "newpatients")
        for part in extensions(e, "acceptingPatients")
        for code in codings(part.get("valueCodeableConcept"))
        if code in ACCEPTING
    ]
    return any(said) if said else None


def service_rows(resource: Json, at: At) -> Iterator[Imported]:
    """Turn a HealthcareService into how it is delivered: in person, or by video and phone."""
    said = extension(resource, PLAN_NET + "delivery-method") or {}
    kinds = {c for e in extensions(said, "type") for c in codings(e.get("valueCodeableConcept"))}
    modalities = (("in_person",) if "physical" in kinds else ()) + (("video",) if "virtual" in kinds else ())
    yield ImportedService(at.file, at.line, _id(resource), modalities)


def plan_rows(resource: Json, at: At) -> Iterator[Imported]:
    """Turn an InsurancePlan into the line of business of each network it uses."""
    lines = {LINES[c] for c in codings(resource.get("type")) if c in LINES}
    if not lines:
        raise Wrong("line_of_business_unknown", "InsurancePlan.type", warning=True)
    for reference in resource.get("network", ()):
        for line in lines:
            key = key_of(reference, "Organization", "InsurancePlan.network")
            yield ImportedPlanNetwork(at.file, at.line, key, line)


def _id(resource: Json) -> str:
    if not resource.get("id"):
        raise Wrong("required", f"{resource['resourceType']}.id")
    return str(resource["id"])


def _named(resource: Json) -> str:
    if not resource.get("name"):
        raise Wrong("required", f"{resource['resourceType']}.name")
    return str(resource["name"])


def _npi(resource: Json, at: At) -> str | None:
    """Give the NPI, or None with a remark when the one given is not valid."""
    given = [
        i["value"] for i in resource.get("identifier", ()) if i.get("system") == NPI_SYSTEM and i.get("value")
    ]
    if given and not valid_npi(given[0]):
        at.remark(f"{resource['resourceType']}.identifier", "npi_dropped")
        return None
    return given[0] if given else None
