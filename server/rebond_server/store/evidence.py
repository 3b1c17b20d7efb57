"""The evidence store: raw bytes by their SHA-256, written once and never changed."""

import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rebond_server.domain.sentence import Sentence
from rebond_server.errors import EvidenceDamaged

_name = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class EvidenceStore:
    """A folder of content-addressed files: `ab/abcdef…`."""

    folder: Path

    def keep(self, raw: bytes) -> str:
        """Store bytes durably (temp, fsync, rename, fsync of the folder); return their SHA-256."""
        name = hashlib.sha256(raw).hexdigest()
        place = self._place(name)
        place.parent.mkdir(parents=True, exist_ok=True)
        if not self._holds(place, name):
            self._write(place, raw)
        # also when it was there: whoever wrote it may not have come this far before a power cut
        for folder in (place.parent, self.folder):
            _sync_folder(folder)
        return name

    def _write(self, place: Path, raw: bytes) -> None:
        temporary = place.parent / f".{place.name}.{secrets.token_hex(4)}"
        with temporary.open("xb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(place)

    def _holds(self, place: Path, name: str) -> bool:
        try:
            return hashlib.sha256(place.read_bytes()).hexdigest() == name
        except FileNotFoundError:
            return False

    def bring(self, name: str) -> bytes:
        """Return the bytes of this name; raise EvidenceDamaged when they no longer fit it."""
        try:
            raw = self._place(name).read_bytes()
        except FileNotFoundError:
            raise EvidenceDamaged(_missing(name)) from None
        if hashlib.sha256(raw).hexdigest() != name:
            raise EvidenceDamaged(_changed(name))
        return raw

    def part(self, name: str, offset: int, length: int) -> bytes:
        """Return some bytes of a file, unchecked: whoever asked checks the whole."""
        try:
            with self._place(name).open("rb") as file:
                file.seek(offset)
                return file.read(length)
        except FileNotFoundError:
            raise EvidenceDamaged(_missing(name)) from None

    def has(self, name: str) -> bool:
        """Say whether a sound file of this name is there."""
        return self._holds(self._place(name), name)

    def names(self) -> Iterator[str]:
        """Yield the name of every file that stands in its place, in order."""
        for place in sorted(self.folder.glob("[0-9a-f][0-9a-f]/*")):
            if _name.fullmatch(place.name) and place.name.startswith(place.parent.name):
                yield place.name

    def damaged(self) -> Iterator[tuple[str, Sentence]]:
        """Read every file again; yield the name of each whose bytes no longer fit it, and say so."""
        for name in self.names():
            if not self.has(name):
                yield name, _changed(name)

    @staticmethod
    def missing(name: str) -> Sentence:
        """Return what to tell of a file that should be there."""
        return _missing(name)

    def _place(self, name: str) -> Path:
        return self.folder / name[:2] / name


def _missing(name: str) -> Sentence:
    return Sentence(
        fr=f"Le fichier de preuve {name} manque ; rétablissez-le depuis la sauvegarde.",
        en=f"The evidence file {name} is missing; restore it from the backup.",
    )


def _changed(name: str) -> Sentence:
    return Sentence(
        fr=f"Le fichier de preuve {name} a été modifié ; rétablissez-le depuis la sauvegarde.",
        en=f"The evidence file {name} was changed; restore it from the backup.",
    )


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
