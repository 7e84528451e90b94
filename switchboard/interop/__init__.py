"""Other systems' formats in: CSV, FHIR NDJSON, NPPES, Plan-Net, SMART Scheduling Links."""
