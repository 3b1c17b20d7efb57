"""The workshop's own certificate authority, which signs its server and nothing else.

Sticks pin the authority, so its dates mean nothing to them; browsers see the usual ones. Its own
certificate begins long ago: a computer with a dead CMOS battery shall not find it "not yet valid".
"""

import hashlib
import ipaddress
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

BEGAN = datetime(2000, 1, 1, tzinfo=UTC)
ENDS = datetime(2049, 12, 31, tzinfo=UTC)
SERVER_DAYS = 397
"""Days a server's certificate lasts: what browsers accept (CA/Browser Forum, ballot SC31)."""

Pair = tuple[bytes, bytes]
"""Certificate and private key, PEM."""


def new_authority(workshop: str) -> Pair:
    """Return an authority of this workshop."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"Rebond, {workshop}"[:64])
    certificate = (
        _builder(name, name, key.public_key(), BEGAN, ENDS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    return certificate.public_bytes(Encoding.PEM), _private(key)


def new_server(authority: Pair, names: tuple[str, ...], now: datetime) -> Pair:
    """Return a server's certificate for these names and addresses, signed by the authority."""
    ca = x509.load_pem_x509_certificate(authority[0])
    ca_key = load_pem_private_key(authority[1], None)
    assert isinstance(ca_key, ec.EllipticCurvePrivateKey)  # noqa: S101 - `new_authority` made it
    key = ec.generate_private_key(ec.SECP256R1())
    begins, ends = now - timedelta(days=1), now + timedelta(days=SERVER_DAYS - 1)
    certificate = (
        _builder(_name(names[0][:64]), ca.subject, key.public_key(), begins, ends)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_alias(one) for one in names]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False
        )
        .sign(ca_key, SHA256())
    )
    return certificate.public_bytes(Encoding.PEM), _private(key)


def fingerprint(authority: bytes) -> bytes:
    """Return the SHA-256 of a certificate (PEM), by which sticks know it; raise ValueError for none."""
    certificate = x509.load_pem_x509_certificate(authority)
    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).digest()


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    begins: datetime,
    ends: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _alias(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name.encode("idna").decode("ascii"))


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
