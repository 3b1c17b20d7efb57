"""What the stick must be able to read again itself, hidden from whoever only looks at its files.

The key comes from the stick's own secret, so a thief with this program reads it, too: what waits for
the server is sealed for the server instead. Only an erasure under way is kept like this.
"""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from rebond_schemas.codec import Unreadable

_HEAD = b"REBONDH1"
_NONCE = 12


def hide(stick_key: bytes, content: bytes) -> bytes:
    """Return the content so that only this stick reads it."""
    nonce = secrets.token_bytes(_NONCE)
    return _HEAD + nonce + _cipher(stick_key).encrypt(nonce, content, _HEAD)


def bring(stick_key: bytes, hidden: bytes) -> bytes:
    """Return what was hidden, or raise Unreadable."""
    if not hidden.startswith(_HEAD):
        raise Unreadable("its head is damaged")
    rest = hidden[len(_HEAD) :]
    try:
        return _cipher(stick_key).decrypt(rest[:_NONCE], rest[_NONCE:], _HEAD)
    except (InvalidTag, ValueError):
        raise Unreadable("it was damaged, or is another stick's") from None


def _cipher(stick_key: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(
        HKDF(algorithm=SHA256(), length=32, salt=None, info=b"rebond intents 1").derive(stick_key)
    )
