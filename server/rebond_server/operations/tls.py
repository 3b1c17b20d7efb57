"""Giving the server a certificate of its own, from the workshop's own authority."""

import os
import socket
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from rebond_server.config import Config
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadSetting, BadValue
from rebond_server.store import authority


@dataclass(frozen=True, kw_only=True)
class Certified:
    """What was made: the names the certificate is for, and the authority's fingerprint."""

    names: tuple[str, ...]
    fingerprint: str
    fresh: bool
    """The authority was made now; else it was there, and sticks go on believing it."""


def make_certificate(config: Config, workshop: str, names: list[str], now: datetime) -> Certified:
    """Write a certificate for these names, of the address people use and of this computer."""
    public = urlsplit(config.public_url).hostname
    every = tuple(
        dict.fromkeys([*names, *([public] if public else []), socket.gethostname(), "localhost"])
    )
    fresh = not config.own_authority.exists()
    if fresh:
        _write_pair(
            config.own_authority, config.own_authority_key, authority.new_authority(workshop)
        )
    pair = (config.own_authority.read_bytes(), config.own_authority_key.read_bytes())
    try:
        made = authority.new_server(pair, every, now)
    except (ValueError, UnicodeError) as error:
        raise BadValue(
            Sentence(
                fr=f"Ce n'est pas un nom de serveur : {error}.", en=f"Not a server's name: {error}."
            )
        ) from error
    _write_pair(config.own_certificate, config.own_certificate_key, made)
    return Certified(names=every, fingerprint=authority.fingerprint(pair[0]).hex(), fresh=fresh)


def authority_of(config: Config) -> bytes | None:
    """Return the authority (PEM) that sticks are to pin; None: the world knows this server's."""
    path = config.tls_authority
    if path is None:
        return None
    try:
        pem = path.read_bytes()
        authority.fingerprint(pem)
    except (OSError, ValueError) as error:
        raise BadSetting(
            Sentence(
                fr=f"L'autorité {path} n'est pas un certificat lisible.",
                en=f"The authority {path} is no readable certificate.",
            )
        ) from error
    return pem


def fingerprint_of(pem: bytes) -> bytes:
    """Return the SHA-256 of an authority."""
    return authority.fingerprint(pem)


def _write_pair(certificate: Path, key: Path, pair: authority.Pair) -> None:
    certificate.parent.mkdir(parents=True, exist_ok=True)
    for path, content, mode in ((key, pair[1], 0o600), (certificate, pair[0], 0o644)):
        temporary = path.with_name(f".{path.name}.new")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        try:
            os.write(descriptor, content)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        temporary.replace(path)
