"""Files that are handed over: always as a download, never kept by anyone on the way."""

from collections.abc import Iterator
from typing import Any, Final

from django.http import HttpResponse, StreamingHttpResponse

_CHUNK: Final = 64 * 1024


def download(content: Any, *, name: str, type: str) -> Any:
    """`content` are bytes, or an opened file, which is streamed and closed."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    if isinstance(content, bytes):
        return HttpResponse(content, content_type=type, headers=headers)
    response = StreamingHttpResponse(_chunks(content), content_type=type, headers=headers)
    response["Content-Length"] = str(content.size)
    return response


def _chunks(file: Any) -> Iterator[bytes]:
    with file:
        while chunk := file.read(_CHUNK):
            yield chunk
