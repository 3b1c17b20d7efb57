"""Small pictures at rest: sealed with a key drawn from the server's own, each bound to its row.

ChaCha20-Poly1305 (RFC 8439), a random nonce of 12 bytes in front, the id of the row as associated
data: a picture that is changed, or moved to another row, does not open.
"""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from rebond_server.domain.sentence import Sentence
from rebond_server.errors import EvidenceDamaged

NONCE = 12


def sealed(server_key: bytes, row: bytes, content: bytes) -> bytes:
    """Return the content sealed for this row."""
    nonce = secrets.token_bytes(NONCE)
    return nonce + _cipher(server_key).encrypt(nonce, content, row)


def opened(server_key: bytes, row: bytes, box: bytes) -> bytes:
    """Return the content of a box, or raise EvidenceDamaged."""
    try:
        return _cipher(server_key).decrypt(box[:NONCE], box[NONCE:], row)
    except InvalidTag:
        raise EvidenceDamaged(
            Sentence(
                fr="La signature gardée est abîmée, ou scellée par une autre clé.",
                en="The kept signature is damaged, or sealed by another key.",
            )
        ) from None


def _cipher(server_key: bytes) -> ChaCha20Poly1305:
    drawn = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"rebond signatures 1")
    return ChaCha20Poly1305(drawn.derive(server_key))
