"""Static files under names that hold a hash of their content, compressed: kept for ever by browsers."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """A file that was not collected yet (in a test, say) goes by its plain name."""

    def stored_name(self, name: str) -> str:
        return self.hashed_files.get(self.hash_key(self.clean_name(name)), name)

    def compress_files(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Only what is new: compressing all of it takes 20 s each time."""
        return super().compress_files([name for name in paths if not self._is_compressed(name)])

    def _is_compressed(self, name: str) -> bool:
        file = Path(self.path(name))
        made = [other for suffix in (".br", ".gz") if (other := Path(f"{file}{suffix}")).exists()]
        return bool(made) and all(other.stat().st_mtime >= file.stat().st_mtime for other in made)
