"""What a text states, as far as it can be held against another text: polarity, sides, numbers, doses, words."""
