"""The temporary tables of a network import, one a kind of row."""

from switchboard.network.core.listing import (
    ImportedLicence,
    ImportedLocation,
    ImportedOrganization,
    ImportedPlanNetwork,
    ImportedPractitioner,
    ImportedRole,
    ImportedService,
)

STOOD = (("file", "text"), ("line", "int"))

STAGES: dict[type, tuple[str, tuple[tuple[str, str], ...]]] = {
    ImportedOrganization: (
        "load_organization",
        (*STOOD, ("key", "text"), ("name", "text"), ("npi", "text"), ("phone", "text"), ("active", "bool")),
    ),
    ImportedLocation: (
        "load_location",
        (
            *STOOD, ("key", "text"), ("name", "text"), ("organization_key", "text"), ("address_line", "text"),
            ("city", "text"), ("state", "text"), ("zip5", "text"), ("county_fips", "text"),
            ("latitude", "float8"), ("longitude", "float8"), ("time_zone", "text"), ("phone", "text"),
            ("accessible", "bool"),
        ),
    ),
    ImportedPractitioner: (
        "load_practitioner",
        (
            *STOOD, ("key", "text"), ("npi", "text"), ("family_name", "text"), ("given_name", "text"),
            ("credential", "text"), ("gender", "text"), ("languages", "varchar[]"),
            ("backgrounds", "varchar[]"), ("taxonomies", "varchar[]"), ("active", "bool"),
            ("profession", "text"), ("behavioral", "bool"), ("prescribes", "bool"),
        ),
    ),
    ImportedLicence: (
        "load_licence",
        (
            *STOOD, ("practitioner_key", "text"), ("state", "text"), ("number", "text"), ("kind", "text"),
            ("starts", "date"), ("ends", "date"), ("status", "text"),
        ),
    ),
    ImportedService: (
        "load_service",
        (*STOOD, ("key", "text"), ("modalities", "varchar[]"), ("location_keys", "text[]")),
    ),
    ImportedPlanNetwork: (
        "load_plan_network",
        (*STOOD, ("key", "text"), ("line_of_business", "text")),
    ),
    ImportedRole: (
        "load_role",
        (
            *STOOD, ("key", "text"), ("practitioner_key", "text"), ("organization_key", "text"),
            ("location_key", "text"), ("specialties", "varchar[]"), ("treats", "varchar[]"),
            ("levels_of_care", "varchar[]"), ("modalities", "varchar[]"), ("lines_of_business", "varchar[]"),
            ("network_keys", "text[]"), ("service_keys", "text[]"), ("age_min", "int"), ("age_max", "int"),
            ("accepting_new", "bool"), ("panel_capacity", "int"), ("active", "bool"),
            ("treats_by_code", "varchar[]"),
        ),
    ),
}  # fmt: skip
