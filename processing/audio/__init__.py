"""Sound: what it is, where somebody speaks in it, and reading it piece by piece."""
