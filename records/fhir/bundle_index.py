"""Who is meant by a reference within a bundle, and under which name a resource is known for good."""

import hashlib
import json
import re
from typing import Any, Final
from uuid import UUID

from records.fhir import systems
from records.fhir.parts import Json
from records.fhir.reading import dicts, first, words

_LONGEST: Final = 120  # of a source id
_PLACE = re.compile(r"(?:^|/)([A-Z][A-Za-z]+/[A-Za-z0-9.\-]{1,64})(?:/_history/.*)?$")


class Index:
    """The entries of a bundle by every name that a reference may use."""

    def __init__(self, entries: list[tuple[str, str, Json]]) -> None:
        """`entries`: where, full URL, resource."""
        self.by_name: dict[str, Json] = {}
        self.urls: dict[int, str] = {}
        for _where, url, resource in entries:
            self.urls[id(resource)] = url
            for name in (url, _relative(resource)):
                if name:
                    self.by_name.setdefault(name, resource)

    def find(self, element: Any, within: Json | None = None) -> Json:
        """The resource that a Reference names; empty where it is not in the bundle."""
        aim = words(first(element).get("reference"), most=2000)
        if aim.startswith("#") and within is not None:
            contained = (one for one in dicts(within.get("contained")) if one.get("id") == aim[1:])
            return next(contained, {})
        place = _PLACE.search(aim)
        return self.by_name.get(aim) or (self.by_name.get(place[1], {}) if place else {})

    def source_id(self, resource: Json) -> str:
        """A name that is the same the next time, and no other source's.

        In this order: what it was called where it first came from, a web address, a UUID of its own, an identifier;
        else a hash of what it says, for a bare `1` is everybody's.
        """
        kind = words(resource.get("resourceType"), most=60)
        for found in dicts(resource.get("identifier")):
            if found.get("system") == systems.SOURCE and words(found.get("value")):
                return _bounded(words(found.get("value")))
        url = self.urls.get(id(resource), "")
        if url.startswith(("http://", "https://")):
            return _bounded(url)
        if _is_uuid(resource.get("id")):
            return f"{kind}/{str(resource['id']).lower()}"
        for found in dicts(resource.get("identifier")):
            system, value = words(found.get("system"), most=2000), words(found.get("value"), most=2000)
            if system and value:
                return _bounded(f"{kind}|{system}|{value}")
        return f"{kind}:{_digest(resource)}"


def _relative(resource: Json) -> str:
    kind, key = resource.get("resourceType"), resource.get("id")
    return f"{kind}/{key}" if isinstance(kind, str) and isinstance(key, str) else ""


def _bounded(name: str) -> str:
    return name if len(name) <= _LONGEST else f"sha256:{hashlib.sha256(name.encode()).hexdigest()}"


def _digest(resource: Json) -> str:
    said = {name: value for name, value in resource.items() if name not in ("meta", "text", "id")}
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def _is_uuid(said: Any) -> bool:
    try:
        return isinstance(said, str) and bool(UUID(said))
    except ValueError:
        return False
