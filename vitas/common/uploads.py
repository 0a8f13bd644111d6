"""How much a form may upload: what is larger is read to its end and thrown away, so that no disk fills."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from django.core.files.uploadhandler import FileUploadHandler, SkipFile

MOST_BYTES: Final = 9 * 1024 * 1024  # of a request's files together; a form that takes one says its own, smaller limit
_FORM: Final = 64 * 1024  # what belongs to a form beside its file

View = TypeVar("View", bound=Callable[..., Any])


class LimitedUploads(FileUploadHandler):
    """Stands before the handlers that keep files. `was_too_large(request)` tells a file left out from none chosen."""

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.received = 0
        self.most = _most(request)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.received += len(raw_data)
        if self.received > self.most:
            self.request.META[_MARK] = True  # type: ignore[union-attr]
            raise SkipFile()
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None  # the next handler keeps it


def takes_at_most(count: int) -> Callable[[View], View]:
    """A view whose form takes larger files than others do: `count` bytes, and what belongs to the form."""

    def marked(view: View) -> View:
        view.most_upload_bytes = count + _FORM  # type: ignore[attr-defined]
        return view

    return marked


def was_too_large(request: Any) -> bool:
    return bool(request.META.get(_MARK))


def _most(request: Any) -> int:
    """Known before the body is read: which view it is for."""
    match = getattr(request, "resolver_match", None)
    return int(getattr(match.func, "most_upload_bytes", MOST_BYTES)) if match else MOST_BYTES


_MARK: Final = "vitas.upload_too_large"
