"""The embedded drafter: it picks what was said for the note, and needs nothing outside the machine (drafter.py)."""
