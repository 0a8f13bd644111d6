"""Numbers in Spanish as most of Latin America writes them: 30.000,50. Django's own puts a space between thousands."""

THOUSAND_SEPARATOR = "."
DECIMAL_SEPARATOR = ","
NUMBER_GROUPING = 3
