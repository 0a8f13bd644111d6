"""Until this language has rewrites of its own, what was said stands as it was said."""

from processing.drafters.rewrites.plain import FORM_WORDS, rewrite

__all__ = ["FORM_WORDS", "rewrite"]
