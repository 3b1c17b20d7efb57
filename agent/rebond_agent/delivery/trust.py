"""Whom to believe over TLS: the certificate authority that was pinned at enrolment, else the system's.

A pinned authority is believed whatever this computer's clock says: CMOS batteries die, and nothing but
the pin makes it trustworthy. Its certificate signs one server only, so a name may change, too.
"""

import base64
import hashlib
import re
import ssl

NO_CHECK_TIME = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME (openssl/x509_vfy.h); Python has no name for it."""

_pem = re.compile(
    rb"\s*-----BEGIN CERTIFICATE-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END CERTIFICATE-----\s*"
)
_fingerprint = re.compile("[0-9a-f]{64}")


def fingerprint_of(pem: bytes) -> str | None:
    """Return the SHA-256 of the one certificate in these bytes; None: there is none."""
    match = _pem.fullmatch(pem)
    if match is None:
        return None
    try:
        return hashlib.sha256(base64.b64decode(match[1])).hexdigest()
    except ValueError:
        return None


def typed_fingerprint(text: str) -> str | None:
    """Return a fingerprint as a person may have typed it, or None when it is none."""
    plain = re.sub(r"[\s:]", "", text).lower()
    return plain if _fingerprint.fullmatch(plain) else None


def context(authority: str | None) -> ssl.SSLContext:
    """Return how connections are checked: against the pinned authority (PEM), or the system's."""
    if authority is None:
        return ssl.create_default_context()
    pinned = ssl.create_default_context(cadata=authority)
    pinned.check_hostname = False
    pinned.verify_flags |= NO_CHECK_TIME
    return pinned


def unchecked() -> ssl.SSLContext:
    """Return a context that believes anybody: only to ask for the authority that will be pinned."""
    blind = ssl.create_default_context()
    blind.check_hostname = False
    blind.verify_mode = ssl.CERT_NONE
    return blind
