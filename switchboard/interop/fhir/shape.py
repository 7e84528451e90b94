"""Check a resource against the FHIR R4 schema; a path comes back, never a value.

The schema is HL7's, cut down to the types read here (``schema/r4.json``). It does not know that February
ends, nor which references exist: the mapping and the load see to that.
"""

from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from switchboard.interop.findings import Wrong

READ = frozenset(
    {
        "Patient", "Coverage", "Practitioner", "PractitionerRole", "Organization", "Location",
        "HealthcareService", "InsurancePlan", "OrganizationAffiliation", "Endpoint", "Schedule", "Slot",
        "QuestionnaireResponse", "Observation",
    }
)  # fmt: skip


@cache
def _schema() -> dict[str, Any]:
    text = (files("switchboard.interop.fhir") / "schema" / "r4.json").read_bytes()
    found: dict[str, Any] = msgspec.json.decode(text)
    return found


@cache
def _validator(kind: str) -> Any:
    import jsonschema_rs  # here: a start does not need it

    return jsonschema_rs.validator_for({**_schema(), "$ref": f"#/definitions/{kind}"})


def check_shape(resource: dict[str, Any]) -> None:
    """Raise :class:`Wrong` naming the first element that breaks the structure of its type."""
    kind = resource.get("resourceType")
    if kind not in READ:
        raise Wrong("resource_type", "resourceType")
    validator = _validator(kind)
    if not validator.is_valid(resource):
        first = next(iter(validator.iter_errors(resource)))
        path = ".".join(str(part) for part in first.instance_path if isinstance(part, int) or part.isalnum())
        raise Wrong("element", f"{kind}.{path}"[:120] if path else kind)
