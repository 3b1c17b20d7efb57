"""The verb that empties a stick at the server: a mounted folder, a device, or a copy of one in a file."""

import argparse
import os
import stat
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from rebond_schemas.parcel import LARGEST
from rebond_server.config import Config
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue
from rebond_server.operations.import_stick import Imported, Outcome, import_parcel
from rebond_server.operations.work import NOBODY
from rebond_server.operations.workshop import Workshop
from rebond_server.verb import Open, Verb, say, utc_now

STATEMENTS = "*.statement"
SECTOR = 512
_EXT_MAGIC = 0xEF53
_PATIENCE_SECONDS = 120.0
_FOUND = Sentence(
    fr="{new} relevés reçus, {known} déjà connus, {refused} refusés.",
    en="{new} statements received, {known} known already, {refused} refused.",
)
_NOTHING = Sentence(
    fr="Il n'y a pas de relevés dans {path} : donnez le dossier de la clé, ou son périphérique.",
    en="There are no statements in {path}: give the stick's folder, or its device.",
)
_NO_TOOL = Sentence(
    fr="Pour lire une clé qui n'est pas montée, installez e2fsprogs (debugfs), ou montez-la.",
    en="To read a stick that is not mounted, install e2fsprogs (debugfs), or mount it.",
)


def _import_stick(config: Config, asked: argparse.Namespace) -> int:
    path: Path = asked.path
    with Open(config) as workshop:
        if path.is_dir():
            found = _from_folder(workshop, path)
        else:
            with tempfile.TemporaryDirectory() as copy:
                _copy_outbox(path, Path(copy))
                found = _from_folder(workshop, Path(copy))
    if not found:
        say(_NOTHING.into(asked.language).format(path=path))
        return 1
    for one in found:
        if one.why is not None:
            say(f"{one.name}: {one.why.into(asked.language)}")
    counts = {outcome.value: sum(one.outcome is outcome for one in found) for outcome in Outcome}
    say(_FOUND.into(asked.language).format(**counts))
    return 1 if counts["refused"] else 0


def _from_folder(workshop: Workshop, folder: Path) -> list[Imported]:
    found = []
    for path in _files(folder):
        one = _taken(workshop, path)
        found.append(one)
        if one.receipt is not None:
            _leave(path.with_name(f"{path.name}.receipt"), one.receipt)
    return found


def _taken(workshop: Workshop, path: Path) -> Imported:
    content = path.read_bytes()
    return workshop.persist(NOBODY, utc_now(), lambda work: import_parcel(work, path.name, content))


def _files(folder: Path) -> Iterator[Path]:
    """Give the statements that wait in a stick's folder, the oldest first; what stands aside stays."""
    for place in (folder / "outbox", folder):
        files = [path for path in sorted(place.glob(STATEMENTS)) if path.stat().st_size <= LARGEST]
        if files:
            yield from files
            return


def _leave(path: Path, receipt: bytes) -> None:
    """Leave the receipt on the stick, which then forgets the statement; a stick that is read-only sends it again."""
    try:
        path.write_bytes(receipt)
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError:
        return


def _copy_outbox(path: Path, folder: Path) -> None:
    """Copy the outbox out of a device or image that is not mounted; nothing is written to it."""
    try:
        mode = path.stat().st_mode
        if not (stat.S_ISBLK(mode) or stat.S_ISREG(mode)):
            raise BadValue(_said(_NOTHING, path))
        with path.open("rb") as file:
            starts = [start for start in _starts(file) if _is_ext(file, start)]
    except OSError as error:
        raise BadValue(
            Sentence(fr=f"{path} : {error.strerror}.", en=f"{path}: {error.strerror}.")
        ) from error
    for start in starts:
        words = ["debugfs", "-R", f"rdump /outbox {folder}", f"{path}?offset={start}"]
        try:
            subprocess.run(  # noqa: S603 - a list, no shell
                words, check=False, capture_output=True, timeout=_PATIENCE_SECONDS
            )
        except FileNotFoundError:
            raise BadValue(_NO_TOOL) from None
        if any(folder.glob("outbox/*")):
            return


def _starts(file: BinaryIO) -> Iterator[int]:
    """Give the byte at which each partition begins, and 0: a partition of its own has no table."""
    yield 0
    file.seek(0)
    table = file.read(SECTOR)
    if table[510:512] != b"\x55\xaa":
        return
    for number in range(4):
        entry = table[446 + 16 * number :][:16]
        first = int.from_bytes(entry[8:12], "little")
        if entry[4] not in {0, 0xEE} and first:
            yield first * SECTOR
    file.seek(SECTOR)
    head = file.read(SECTOR)
    if head[:8] == b"EFI PART":
        where, count, size = struct.unpack_from("<QII", head, 72)
        file.seek(where * SECTOR)
        entries = file.read(min(count, 128) * min(size, 512))
        for at in range(0, len(entries) - 48, max(size, 128)):
            first = int.from_bytes(entries[at + 32 : at + 40], "little")
            if any(entries[at : at + 16]):
                yield first * SECTOR


def _is_ext(file: BinaryIO, start: int) -> bool:
    file.seek(start + 1024 + 56)
    return int.from_bytes(file.read(2), "little") == _EXT_MAGIC


def _said(sentence: Sentence, path: Path) -> Sentence:
    return Sentence(fr=sentence.fr.format(path=path), en=sentence.en.format(path=path))


VERBS: dict[str, Verb] = {
    "import-stick": Verb(
        "reçoit les relevés d'une clé branchée ici : dossier, périphérique ou image"
        " / receive the statements of a stick plugged in here: folder, device or image",
        _import_stick,
        (("path", {"type": Path, "metavar": "PATH"}),),
    ),
}
