"""Files of records: what is let in, where it is kept, how it is checked, and how it is given out again."""
