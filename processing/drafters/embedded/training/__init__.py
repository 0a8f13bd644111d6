"""How the embedded drafter learns, from visits with their notes. Nothing here runs in a clinic."""
