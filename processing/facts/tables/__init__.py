"""A language a module, each with `LANGUAGE`."""
