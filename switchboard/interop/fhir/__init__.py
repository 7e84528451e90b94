"""FHIR R4 at the edge: resources are checked against the R4 schema and turned into our own rows."""
