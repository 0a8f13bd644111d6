"""Records as FHIR R4 (4.0.1): written, checked, and read back. docs/records-exchange.md has the tables."""
