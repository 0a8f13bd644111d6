"""The coder that needs nothing outside the machine: a lexicon learnt from CodiEsp, lay words, the table's own texts."""
