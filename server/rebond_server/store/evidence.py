"""The evidence store: raw bytes by their SHA-256, written once and never changed."""

import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path


class EvidenceDamaged(Exception):
    """The bytes on disk are no longer those that were received."""


@dataclass(frozen=True)
class EvidenceStore:
    """A folder of content-addressed files: `ab/abcdef…`."""

    folder: Path

    def keep(self, raw: bytes) -> str:
        """Store bytes durably (temp, fsync, rename, fsync of the folder); return their SHA-256."""
        name = hashlib.sha256(raw).hexdigest()
        place = self._place(name)
        if place.exists():
            return name
        place.parent.mkdir(parents=True, exist_ok=True)
        temporary = place.parent / f".{name}.{secrets.token_hex(4)}"
        with temporary.open("xb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(place)
        for folder in (place.parent, self.folder):
            _sync_folder(folder)
        return name

    def bring(self, name: str) -> bytes:
        """Return the bytes of this name; raise EvidenceDamaged when they no longer fit it."""
        try:
            raw = self._place(name).read_bytes()
        except FileNotFoundError:
            raise EvidenceDamaged(f"evidence {name} is missing") from None
        if hashlib.sha256(raw).hexdigest() != name:
            raise EvidenceDamaged(f"evidence {name} was changed on disk")
        return raw

    def _place(self, name: str) -> Path:
        return self.folder / name[:2] / name


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
