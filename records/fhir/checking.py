"""Whether a bundle is what FHIR says: by `fhir.resources`, and by what R4 asks for and R4B's models do not.

`fhir.resources` knows R4B (4.3.0); plain R4 (4.0.1) was its model until 6.4, which needs an older pydantic. The two
differ in none of the resources that we write (docs/records-exchange.md).
"""

import json
from collections.abc import Iterator
from typing import Any

from records.fhir.parts import Json


def problems(bundle: bytes | str | Json) -> list[str]:
    """What is wrong, a line each: `entry[3] Observation: status: Field required`. Never the values."""
    if isinstance(bundle, bytes | str):
        bundle = json.loads(bundle, parse_float=str)
    assert isinstance(bundle, dict)
    return [*_by_models(bundle), *_by_rules(bundle)]


def _by_models(bundle: Json) -> Iterator[str]:
    """Each resource by itself, so that one that is wrong does not hide the others."""
    from fhir.resources.R4B import get_fhir_model_class
    from pydantic import ValidationError

    whole = {**bundle, "entry": [{"fullUrl": found.get("fullUrl")} for found in bundle.get("entry", [])][:1]}
    for where, kind, found in [("Bundle", "Bundle", whole), *_resources(bundle)]:
        try:
            get_fhir_model_class(kind).model_validate(found)
        except KeyError:
            yield f"{where}: no such resource"
        except ValidationError as wrong:
            for error in wrong.errors(include_input=False, include_url=False, include_context=False):
                yield f"{where} {kind}: {'.'.join(map(str, error['loc']))}: {error['msg']}"


def _by_rules(bundle: Json) -> Iterator[str]:
    """A document begins with its Composition, names each thing once, and refers to nothing that is not in it."""
    entries = bundle.get("entry", [])
    names = [found.get("fullUrl") for found in entries]
    if bundle.get("type") == "document":
        if not entries or entries[0].get("resource", {}).get("resourceType") != "Composition":
            yield "bdl-11: a document begins with a Composition"
        if not bundle.get("identifier", {}).get("system") or not bundle.get("timestamp"):
            yield "bdl-9, bdl-10: a document has an identifier and a date"
    if len(set(names)) != len(names):
        yield "bdl-7: a fullUrl stands there twice"
    for where, _kind, found in _resources(bundle):
        for aim in _references(found):
            if aim.startswith("urn:uuid:") and aim not in names:
                yield f"{where}: a reference leads to nowhere"


def _resources(bundle: Json) -> Iterator[tuple[str, str, Json]]:
    for nth, found in enumerate(bundle.get("entry", [])):
        made = found.get("resource") or {}
        yield f"entry[{nth}]", str(made.get("resourceType")), made


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "reference" and isinstance(inner, str):
                yield inner
            else:
                yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)
