"""The model file: gzipped JSON of our own form, its SHA-256 beside it. Made by `manage.py train_coder`."""

import gzip
import hashlib
import json
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

from processing.coders.embedded import lexicon, trees
from processing.coders.embedded.weighing import Scorer
from processing.engines import EngineError

NAME: Final = "codiesp.json.gz"
SUM: Final = "codiesp.sha256"


def save(scorer: Scorer, folder: Path, *, threshold: float, about: dict[str, Any]) -> str:
    """Returns the SHA-256. The same model makes the same bytes."""
    whole = {
        "about": about,
        "threshold": threshold,
        "lexicon": lexicon.saved(scorer.lexicon),
        "trees": scorer.forest.saved(),
    }
    packed = gzip.compress(json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode(), 9, mtime=0)
    (folder / NAME).write_bytes(packed)
    found = hashlib.sha256(packed).hexdigest()
    (folder / SUM).write_text(f"{found}  {NAME}\n", encoding="ascii")
    return found


@cache
def load() -> tuple[Scorer, float]:
    """Raises EngineError if the file is not the one that was trained."""
    folder = resources.files(__name__)
    packed = (folder / NAME).read_bytes()
    if hashlib.sha256(packed).hexdigest() != (folder / SUM).read_text(encoding="ascii").split()[0]:
        raise EngineError("MODEL_CHANGED", temporary=False)
    whole = json.loads(gzip.decompress(packed))
    return Scorer(lexicon.loaded(whole["lexicon"]), trees.read(whole["trees"])), float(whole["threshold"])
