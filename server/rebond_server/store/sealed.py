"""The container of a backup (rebond_schemas.sealing), with what its faults mean to whoever restores."""

from typing import BinaryIO

from rebond_schemas import sealing
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BackupDamaged

MAGIC = b"REBONDB1"


class Sealing(sealing.Sealing):
    """A file to write into; what comes out behind it is a backup for this public key."""

    def __init__(self, out: BinaryIO, recipient: bytes) -> None:
        super().__init__(out, recipient, MAGIC)


class Opening(sealing.Opening):
    """A backup to read from; every chunk is proven before a byte of it is handed out."""

    def __init__(self, source: BinaryIO, private: bytes) -> None:
        try:
            super().__init__(source, private, MAGIC)
        except sealing.Unopenable as fault:
            raise BackupDamaged(_SENTENCES[type(fault)]) from None

    def read(self, size: int = -1) -> bytes:
        """Return up to this many bytes, b"" at the end; raise BackupDamaged at the first bad chunk."""
        try:
            return super().read(size)
        except sealing.Unopenable as fault:
            raise BackupDamaged(_SENTENCES[type(fault)]) from None


_SENTENCES: dict[type[sealing.Unopenable], Sentence] = {
    sealing.NotSealed: Sentence(
        fr="Ce fichier n'est pas une sauvegarde de Rebond.", en="This file is no backup of Rebond."
    ),
    sealing.OtherKey: Sentence(
        fr="Cette sauvegarde est scellée pour une autre clé.",
        en="This backup is sealed for another key.",
    ),
    sealing.Damaged: Sentence(
        fr="La sauvegarde est abîmée ou tronquée ; prenez-en une autre.",
        en="The backup is damaged or cut off; take another one.",
    ),
}
