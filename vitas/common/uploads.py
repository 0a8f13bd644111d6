"""How much a form may upload: what is larger is read to its end and thrown away, so that no disk fills."""

from typing import Any, Final

from django.core.files.uploadhandler import FileUploadHandler, SkipFile

MOST_BYTES: Final = 9 * 1024 * 1024  # of a request's files together; a form that takes one says its own, smaller limit


class LimitedUploads(FileUploadHandler):
    """Stands before the handlers that keep files. `was_too_large(request)` tells a file left out from none chosen."""

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.received += len(raw_data)
        if self.received > MOST_BYTES:
            self.request.META[_MARK] = True  # type: ignore[union-attr]
            raise SkipFile()
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None  # the next handler keeps it


def was_too_large(request: Any) -> bool:
    return bool(request.META.get(_MARK))


_MARK: Final = "vitas.upload_too_large"
