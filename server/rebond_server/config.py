"""The settings of the server: the only place where its environment is read."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from rebond_schemas.signing import new_key
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadSetting

KEY_BYTES = 32


@dataclass(frozen=True, kw_only=True)
class Config:
    """Where things lie and how the server is reached."""

    var: Path
    database_url: str
    public_url: str
    second_factor: bool = False
    """Whether lead, officer and administrator must have a second factor."""
    contact: str | None = None
    """Telephone or address for whoever finds a device; shown to strangers."""
    certificate: Path | None = None
    """A certificate (chain, PEM) that was given; None: the own one, where `rebond tls` made it."""
    certificate_key: Path | None = None
    authority: Path | None = None
    """The authority (PEM) of a given certificate that computers do not know by themselves."""

    @property
    def evidence_folder(self) -> Path:
        """Folder of the evidence files."""
        return self.var / "evidence"

    @property
    def own_authority(self) -> Path:
        """File of the workshop's own certificate authority."""
        return self.var / "tls-authority.pem"

    @property
    def own_authority_key(self) -> Path:
        """File of its private key."""
        return self.var / "tls-authority.key"

    @property
    def own_certificate(self) -> Path:
        """File of the certificate that the own authority signed for this server."""
        return self.var / "tls-server.pem"

    @property
    def own_certificate_key(self) -> Path:
        """File of its private key."""
        return self.var / "tls-server.key"

    @property
    def tls_pair(self) -> tuple[Path, Path] | None:
        """Certificate and key to serve with; None: without TLS, behind a proxy or on one computer."""
        if self.certificate is not None and self.certificate_key is not None:
            return self.certificate, self.certificate_key
        own = self.own_certificate
        return (own, self.own_certificate_key) if own.exists() else None

    @property
    def tls_authority(self) -> Path | None:
        """The authority that sticks pin; None: one that every computer knows, or no TLS."""
        if self.authority is not None:
            return self.authority
        given = self.certificate is not None
        return None if given or not self.own_certificate.exists() else self.own_authority

    def secret_key(self) -> bytes:
        """Return the key of cookies and forms, made at the first start (file mode 0600)."""
        return _kept(self.var / "secret.key", secrets.token_bytes(KEY_BYTES))

    def server_key(self) -> bytes:
        """Return the private key that signs receipts, made at the first start (file mode 0600)."""
        return _kept(self.var / "server-signing.key", new_key())


def read_config(environment: Mapping[str, str] | None = None) -> Config:
    """Return the settings; without an argument from the environment of this process."""
    given = os.environ if environment is None else environment
    var = Path(given.get("REBOND_VAR") or "var").absolute()
    return Config(
        var=var,
        database_url=given.get("REBOND_DATABASE_URL") or f"sqlite:///{var}/rebond.sqlite3",
        public_url=_address(given.get("REBOND_PUBLIC_URL") or "http://localhost:8080"),
        contact=given.get("REBOND_CONTACT") or None,
        second_factor=given.get("REBOND_SECOND_FACTOR", "") == "required",
        certificate=_file(given.get("REBOND_TLS_CERTIFICATE")),
        certificate_key=_file(given.get("REBOND_TLS_KEY")),
        authority=_file(given.get("REBOND_TLS_AUTHORITY")),
    )


def _file(text: str | None) -> Path | None:
    return Path(text).absolute() if text else None


def _address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise BadSetting(
            Sentence(
                fr=f"REBOND_PUBLIC_URL doit être une adresse http(s), pas « {text} ».",
                en=f"REBOND_PUBLIC_URL must be an http(s) address, not {text!r}.",
            )
        )
    return text.rstrip("/")


def _kept(path: Path, fresh: bytes) -> bytes:
    """Return the key in this file; write the fresh one first when there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _write_once(path, fresh)
    kept = path.read_bytes()
    if len(kept) != KEY_BYTES:
        raise BadSetting(
            Sentence(
                fr=f"Le fichier de clé {path} est abîmé ; rétablissez-le depuis la sauvegarde.",
                en=f"The key file {path} is damaged; restore it from the backup.",
            )
        )
    return kept


def _write_once(path: Path, key: bytes) -> None:
    """Write the whole key or nothing, and leave the key of whoever was faster."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(descriptor, key)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    try:
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
