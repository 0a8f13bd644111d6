"""The answer that carries a file: streamed, also in ranges, with its right type and name, and never kept by a cache."""

import re
from collections.abc import AsyncIterator, Iterator
from typing import IO, Any, Final

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from records.attachments import Given

CHUNK: Final = 256 * 1024
_RANGE = re.compile(r"bytes=(\d{0,12})-(\d{0,12})")
# What is shown within a page of ours does nothing and fetches nothing; a viewer brings its own style.
_INLINE_POLICY: Final = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"


class Unsatisfiable(Exception):
    """The range begins behind the end."""


def answer(request: HttpRequest, given: Given, *, inline: bool = False) -> HttpResponseBase:
    """200, or 206 and 416 for a range. `inline` shows a PDF or picture within a page of ours."""
    size, etag = given.attachment.file_size, f'"{given.attachment.sha256}"'
    try:
        part = asked_part(request, size, etag)
    except Unsatisfiable:
        given.file.close()
        return _dressed(HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"}), given, etag, inline)
    first, last = part or (0, size - 1)
    response = StreamingHttpResponse(
        pieces(request, given.file, first, last - first + 1),
        status=206 if part else 200,
        content_type=given.attachment.file_type,
    )
    response["Content-Length"] = str(last - first + 1)
    if part:
        response["Content-Range"] = f"bytes {first}-{last}/{size}"
    return _dressed(response, given, etag, inline)


def begins_anew(request: HttpRequest) -> bool:
    """Whether this asks for a file from its beginning, and not for a piece from its middle."""
    asked = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    return asked is None or asked[1] in ("", "0")


def _dressed(response: Any, given: Given, etag: str, inline: bool) -> HttpResponseBase:
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = etag
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Disposition"] = content_disposition_header(not inline, given.name) or "attachment"
    response["Content-Security-Policy"] = _INLINE_POLICY if inline else "default-src 'none'; sandbox"
    response["X-Frame-Options"] = "SAMEORIGIN" if inline else "DENY"
    return response


def asked_part(request: HttpRequest, size: int, etag: str) -> tuple[int, int] | None:
    """First and last byte; None for the whole, also where the ask cannot be read or is for several parts (RFC 9110)."""
    found = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    if not found or found[0] == "bytes=-" or request.headers.get("If-Range", etag) != etag:
        return None
    if not found[1]:
        wanted = min(int(found[2]), size)
        if not wanted:
            raise Unsatisfiable()
        return size - wanted, size - 1
    first = int(found[1])
    last = min(int(found[2]), size - 1) if found[2] else size - 1
    if first >= size:
        raise Unsatisfiable()
    return (first, last) if first <= last else None


def pieces(request: HttpRequest, file: IO[bytes], first: int, length: int) -> Iterator[bytes] | AsyncIterator[bytes]:
    file.seek(first)
    served_by_asgi = isinstance(request, ASGIRequest)
    return _asyncpieces(file, length) if served_by_asgi else _syncpieces(file, length)


def _syncpieces(file: IO[bytes], left: int) -> Iterator[bytes]:
    with file:
        while left and (piece := file.read(min(CHUNK, left))):
            left -= len(piece)
            yield piece


async def _asyncpieces(file: IO[bytes], left: int) -> AsyncIterator[bytes]:
    try:
        while left and (piece := await sync_to_async(file.read)(min(CHUNK, left))):
            left -= len(piece)
            yield piece
    finally:
        file.close()
