"""The container that only the holder of one private key can open: statements on a stick, backups.

    magic     8 bytes  what it is for, e.g. "REBONDS1"
    recipient 32 bytes the X25519 public key that it is for
    ephemeral 32 bytes an X25519 public key made for this container only
    chunks    65,536 bytes of content each (the last one 0 to 65,536), each with a tag of 16 bytes

Key: HKDF-SHA256 of the X25519 secret, salt = ephemeral ‖ recipient, info = magic. Chunks are
ChaCha20-Poly1305 (RFC 8439); nonce = number of the chunk (11 bytes, big-endian) ‖ 1 for the last chunk, else
0: a chunk that is changed, moved or missing does not open (the STREAM construction, as in age).
"""

import io
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

STATEMENT_MAGIC = b"REBONDS1"
MAGIC_BYTES = 8
KEY_BYTES = 32
CHUNK = 65_536
TAG = 16


class Unopenable(ValueError):
    """The container does not open."""


class NotSealed(Unopenable):
    """These bytes are no container of this kind."""


class OtherKey(Unopenable):
    """The container is for the holder of another key."""


class Damaged(Unopenable):
    """The container was changed or cut off."""


def new_pair() -> tuple[bytes, bytes]:
    """Return a fresh private key and its public half, 32 bytes each."""
    private = X25519PrivateKey.generate()
    return private.private_bytes_raw(), private.public_key().public_bytes_raw()


def public_half(private: bytes) -> bytes:
    """Return the public half of a private key."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def derived_key(signing_key: bytes) -> bytes:
    """Return the private X25519 key that goes with a private Ed25519 key: one secret to keep, not two."""
    return HKDF(
        algorithm=SHA256(), length=KEY_BYTES, salt=None, info=b"rebond sealing key 1"
    ).derive(signing_key)


def seal(recipient: bytes, content: bytes, magic: bytes = STATEMENT_MAGIC) -> bytes:
    """Return the content in a container for this public key."""
    out = io.BytesIO()
    sealing = Sealing(out, recipient, magic)
    sealing.write(content)
    sealing.finish()
    return out.getvalue()


def unseal(private: bytes, sealed: bytes, magic: bytes = STATEMENT_MAGIC) -> bytes:
    """Return the content of a container, or raise Unopenable."""
    return Opening(io.BytesIO(sealed), private, magic).read()


class Sealing(io.RawIOBase):
    """A file to write into; what comes out behind it is sealed for this public key."""

    def __init__(self, out: BinaryIO, recipient: bytes, magic: bytes) -> None:
        self._out = out
        own = X25519PrivateKey.generate()
        ephemeral = own.public_key().public_bytes_raw()
        secret = own.exchange(X25519PublicKey.from_public_bytes(recipient))
        self._cipher = _cipher(secret, ephemeral, recipient, magic)
        self._waiting, self._number = bytearray(), 0
        out.write(magic + recipient + ephemeral)

    def writable(self) -> bool:
        """Say that this is for writing."""
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]  # narrower on purpose: tarfile writes bytes
        """Take bytes; full chunks are sealed, but never the last one before the end is known."""
        self._waiting += data
        while len(self._waiting) > CHUNK:
            self._seal(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]
        return len(data)

    def finish(self) -> None:
        """Seal the last chunk; without it the container is refused as cut off."""
        self._seal(bytes(self._waiting), last=True)
        self._waiting.clear()

    def _seal(self, chunk: bytes, *, last: bool) -> None:
        self._out.write(self._cipher.encrypt(_nonce(self._number, last=last), chunk, None))
        self._number += 1


class Opening(io.RawIOBase):
    """A file to read from; every chunk is proven before a byte of it is handed out."""

    def __init__(self, source: BinaryIO, private: bytes, magic: bytes) -> None:
        self._source = source
        head = source.read(MAGIC_BYTES + 2 * KEY_BYTES)
        if len(head) != MAGIC_BYTES + 2 * KEY_BYTES or not head.startswith(magic):
            raise NotSealed
        recipient, ephemeral = head[MAGIC_BYTES:][:KEY_BYTES], head[-KEY_BYTES:]
        if public_half(private) != recipient:
            raise OtherKey
        own = X25519PrivateKey.from_private_bytes(private)
        try:
            secret = own.exchange(X25519PublicKey.from_public_bytes(ephemeral))
        except ValueError:  # the point of no order: nobody of ours wrote it
            raise Damaged from None
        self._cipher = _cipher(secret, ephemeral, recipient, magic)
        self._ahead, self._number = source.read(CHUNK + TAG), 0
        self._ready, self._ended = b"", False

    def readable(self) -> bool:
        """Say that this is for reading."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return up to this many bytes, b"" at the end; raise Damaged at the first bad chunk."""
        while not self._ready and not self._ended:
            self._next()
        if size < 0:
            parts = [self._ready]
            while not self._ended:
                self._next()
                parts.append(self._ready)
            self._ready = b""
            return b"".join(parts)
        given, self._ready = self._ready[:size], self._ready[size:]
        return given

    def _next(self) -> None:
        sealed, self._ahead = self._ahead, self._source.read(CHUNK + TAG)
        self._ended = not self._ahead
        try:
            nonce = _nonce(self._number, last=self._ended)
            self._ready = self._cipher.decrypt(nonce, sealed, None)
        except InvalidTag:
            raise Damaged from None
        self._number += 1


def _cipher(secret: bytes, ephemeral: bytes, recipient: bytes, magic: bytes) -> ChaCha20Poly1305:
    salt = ephemeral + recipient
    return ChaCha20Poly1305(
        HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=magic).derive(secret)
    )


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")
