"""What one certificate says of one device, and the short signed text in its QR code.

No more than the verdicts say: a certificate is drawn from them and nothing can be added by hand.
"""

import base64
import json
from datetime import datetime

from msgspec import Struct

from rebond_schemas.erasure import Level, Method, Pass
from rebond_schemas.facts import DriveKind
from rebond_schemas.signing import sign, verified
from rebond_server.domain.firmware_proof import is_firmware
from rebond_server.domain.verdict import read_back_of

CERTIFICATE_TYPE = "application/vnd.rebond.certificate.v1"
PREFIX = "REBOND1"
TIMES = "%Y-%m-%dT%H:%MZ"
_MAKERS = {
    "SAMSUNG": "Samsung", "WDC": "Western Digital", "WD": "Western Digital", "ST": "Seagate",
    "TOSHIBA": "Toshiba", "HITACHI": "Hitachi", "HGST": "HGST", "INTEL": "Intel",
    "KINGSTON": "Kingston", "CT": "Crucial", "CRUCIAL": "Crucial", "SANDISK": "SanDisk",
    "MICRON": "Micron", "SK": "SK hynix", "SKHYNIX": "SK hynix", "KIOXIA": "Kioxia",
    "LITEON": "Lite-On", "APPLE": "Apple",
}  # fmt: skip
"""Makers by how the models they give themselves begin; drives tell no maker apart."""


class Reading(Struct, frozen=True, kw_only=True):
    """How the result was looked at: canaries, and the last read-back."""

    canaries: int
    bytes_read: int
    places: int | None
    """Places of a sample; None: every byte was read."""


class SecondReading(Struct, frozen=True, kw_only=True):
    """Another person's read of the drive with another stick, which the server confirmed."""

    reader: str
    stick: str
    received: datetime


class CertifiedDrive(Struct, frozen=True, kw_only=True):
    """One drive, its erasure, and how far it was verified."""

    maker: str | None
    model: str | None
    serial: str | None
    size_bytes: int | None
    medium: DriveKind
    method: Method
    level: Level
    limits: tuple[str, ...]
    """Everything that is not reached or not known, in French."""
    accepted: str | None
    """Why the workshop lead accepted the limits."""
    reading: Reading
    tool: str
    operator: str | None
    stick: str
    after: datetime | None
    """The last time a server told the stick before the erasure; None: nobody had told it any."""
    before: datetime
    """When the server received the statement."""
    clock: datetime
    """What the computer's own clock said at the end."""
    evidence: str
    """SHA-256 of the signed statement."""
    reread: SecondReading | None = None
    """None: nobody has read it again."""
    erased_in: str | None = None
    """Tag of the device in which it was erased, when it had been pulled out of this one."""
    last_seen: datetime | None = None
    """When the last report that saw it in this device was received."""


class SeenByPeople(Struct, frozen=True, kw_only=True):
    """What two people attest and no statement proves: a drive destroyed, a phone or tablet reset."""

    what: str
    """`destroyed`, `reset`, `erased_elsewhere` (by other tools than ours), or `pulled`: nothing at all
    is known of a drive that left the device; then there are no words."""
    model: str | None
    serial: str | None
    words: tuple[tuple[str, datetime, str], ...]
    """Who (name), when, and how, in that person's own words."""


class Certificate(Struct, frozen=True, kw_only=True):
    """One device with each of its drives."""

    number: str
    workshop: str
    issued: datetime
    issued_by: str
    tag: str
    kind: str
    maker: str | None
    model: str | None
    serial: str | None
    drives: tuple[CertifiedDrive, ...]
    seen: tuple[SeenByPeople, ...] = ()
    """A lower class of evidence: two people's word alone."""


def maker_of(model: str | None) -> str | None:
    """Return who makes a drive of this model, when the name begins as that maker's do."""
    for name in (model or "").replace("-", " ").split()[:1]:
        for begin, maker in _MAKERS.items():
            rest = name.upper().removeprefix(begin)
            if rest == "" or (rest != name.upper() and rest[:1].isdigit()):
                return maker
    return None


def reading_of(method: Method, passes: tuple[Pass, ...]) -> Reading:
    """Return how the result of a proven erasure was looked at."""
    read = read_back_of(passes)
    looked = next((p for p in reversed(passes) if p.action == "canary_read"), None)
    sampled = is_firmware(method) and read is not None and read.pattern == "changed"
    return Reading(
        canaries=0 if looked is None or not is_firmware(method) else looked.sample_places or 0,
        bytes_read=0 if read is None else read.bytes_done,
        places=read.sample_places if read is not None and sampled else None,
    )


def code_of(certificate: Certificate, key: bytes) -> str:
    """Return the text of the QR code: what the paper says in short, signed by the workshop."""
    said: dict[str, object] = {
        "n": certificate.number,
        "w": certificate.workshop[:60],
        "d": certificate.issued.strftime(TIMES),
        "t": certificate.tag,
        "k": [
            [
                (drive.model or "")[:40],
                (drive.serial or "")[:24],
                drive.size_bytes,
                drive.level.value,
                drive.method.value,
                drive.before.strftime(TIMES),
                len(drive.limits),
                *(() if drive.erased_in is None else (drive.erased_in,)),
            ]
            for drive in certificate.drives
        ],
    }
    if certificate.seen:
        said["p"] = [
            [one.what, (one.model or "")[:40], (one.serial or "")[:24]] for one in certificate.seen
        ]
    return signed_code(said, key)


def signed_code(said: dict[str, object], key: bytes) -> str:
    """Return a short text for a QR code: what is said, and the workshop's signature."""
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
    body = f"{PREFIX}.{_encoded(text)}"
    signature = bytes.fromhex(sign(key, CERTIFICATE_TYPE, body.encode()))
    return f"{body}.{_encoded(signature)}"


def code_holds(code: str, public: str) -> bool:
    """Say whether this key signed this very text; the offline page does the same in JavaScript."""
    body, _, signature = code.rpartition(".")
    try:
        raw = base64.b64decode(
            signature + "=" * (-len(signature) % 4), altchars=b"-_", validate=True
        )
    except ValueError:
        return False
    # The last digit has bits that mean nothing: only its one proper form is taken.
    proper = _encoded(raw) == signature
    return proper and verified(public, CERTIFICATE_TYPE, body.encode(), raw.hex())


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
