"""The certificate of erasure: a tagged PDF, signed by the workshop, with its short text as QR code."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import segno
from asn1crypto import algos, cms, keys, x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.x509 import (
    CertificateBuilder,
    Name,
    NameAttribute,
    NameOID,
)
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from msgspec import Struct
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore
from weasyprint import HTML

from rebond_schemas.signing import public_key
from rebond_server.documents.inside import only_inside

TEMPLATES = Path(__file__).parent / "templates"
_LASTS = timedelta(days=365 * 30)
_CURVE = ec.SECP256R1()
_SHA256 = algos.DigestAlgorithm({"algorithm": "sha256"})
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Points of P-256 (FIPS 186-5)."""


class PaperLine(Struct, frozen=True):
    """One name with its value, as printed."""

    name: str
    value: str


class PaperDrive(Struct, frozen=True, kw_only=True):
    """One drive: its lines, what is limited, and what nobody verified."""

    title: str
    level: str
    lines: tuple[PaperLine, ...]
    limits: tuple[str, ...]
    unverified: tuple[str, ...]


class Paper(Struct, frozen=True, kw_only=True):
    """Everything that the paper says, in French; the public page says the same."""

    number: str
    workshop: str
    lines: tuple[PaperLine, ...]
    drives: tuple[PaperDrive, ...]
    proves: str
    code: str
    address: str
    public_key: str
    withdrawn: str | None


def certificate_html(paper: Paper) -> str:
    """Return the certificate as one page of HTML."""
    code = segno.make(paper.code, error="m", micro=False)
    qr = code.svg_data_uri(scale=4, border=2)
    return str(_template("certificate.html").render(paper=paper, qr=qr))


def certificate_pdf(paper: Paper, key: bytes) -> bytes:
    """Return the certificate as a tagged PDF (PDF/UA-1), signed by the workshop's derived key."""
    page = HTML(string=certificate_html(paper), url_fetcher=only_inside)
    plain: bytes = page.write_pdf(pdf_variant="pdf/ua-1")
    return signed_pdf(plain, key, paper.workshop, f"Certificat {paper.number}")


def signed_pdf(plain: bytes, key: bytes, workshop: str, reason: str) -> bytes:
    """Return a PDF with the workshop's signature over all of it; `pdf_holds` checks it."""
    signer = signers.SimpleSigner(
        signing_cert=signing_certificate(key, workshop),
        signing_key=_signing_key(key),
        cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]  # theirs
    )
    meta = signers.PdfSignatureMetadata(field_name="Atelier", reason=reason, md_algorithm="sha256")
    written = signers.PdfSigner(meta, signer=signer).sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(plain))
    )
    signed: bytes = written.getvalue()
    return signed


def pdf_holds(pdf: bytes, key: bytes, workshop: str) -> bool:
    """Say whether this is a certificate as the workshop signed it, to the last byte."""
    own = signing_certificate(key, workshop)
    trust = ValidationContext(trust_roots=[own], allow_fetching=False)
    try:
        found = PdfFileReader(io.BytesIO(pdf), strict=True).embedded_signatures
        if len(found) != 1:
            return False
        status = validate_pdf_signature(found[0], trust)
        return (
            status.bottom_line
            and status.coverage is SignatureCoverageLevel.ENTIRE_FILE
            and _written_by_us(pdf, found[0].pkcs7_content, own)
        )
    except Exception:  # noqa: BLE001 - a damaged file makes the reader stumble anywhere: a no
        return False


def _written_by_us(pdf: bytes, signature: bytes, own: x509.Certificate) -> bool:
    """Say whether the signature's hole holds, to the last byte, what we would have written there.

    A signature signs its attributes, not the envelope around itself: that is built again and compared.
    """
    told = cms.ContentInfo.load(signature)["content"]["signer_infos"][0]
    sha256 = _SHA256
    signer = {
        "version": "v1",
        "sid": {"issuer_and_serial_number": _signed_by(own)},
        "digest_algorithm": sha256,
        "signed_attrs": told["signed_attrs"],
        "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
        "signature": told["signature"],
    }
    signer["sid"] = cms.SignerIdentifier(signer["sid"])
    envelope = {
        "version": "v1",
        "digest_algorithms": [sha256],
        "encap_content_info": {"content_type": "data"},
        "certificates": [cms.CertificateChoices(name="certificate", value=own)],
        "signer_infos": [cms.SignerInfo(signer)],
    }
    made = cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(envelope)})
    ours = bytes(made.dump()).ljust(len(signature), b"\0")
    return signature == ours and b"<" + ours.hex().upper().encode() + b">" in pdf


def _signed_by(own: x509.Certificate) -> cms.IssuerAndSerialNumber:
    return cms.IssuerAndSerialNumber({"issuer": own.issuer, "serial_number": own.serial_number})


def signing_certificate(key: bytes, workshop: str) -> x509.Certificate:
    """Return the workshop's self-made certificate for papers, the same each time."""
    private = _derived(key)
    name = Name([NameAttribute(NameOID.COMMON_NAME, f"{workshop[:50]} (Rebond)")])
    began = datetime(2026, 1, 1, tzinfo=UTC)
    made = (
        CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(
            int.from_bytes(_stretched(key, b"rebond certificate serial")[:16], "big") | 1
        )
        .not_valid_before(began)
        .not_valid_after(began + _LASTS)
        .sign(private, hashes.SHA256(), ecdsa_deterministic=True)
    )
    return x509.Certificate.load(made.public_bytes(serialization.Encoding.DER))


def _signing_key(key: bytes) -> keys.PrivateKeyInfo:
    raw = _derived(key).private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return keys.PrivateKeyInfo.load(raw)


def _derived(key: bytes) -> ec.EllipticCurvePrivateKey:
    """Return the P-256 key of papers: few PDF readers know Ed25519, so it is drawn from that key."""
    number = int.from_bytes(_stretched(key, b"rebond pdf signature"), "big")
    return ec.derive_private_key(number % (_ORDER - 1) + 1, _CURVE)


def _stretched(key: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=48, salt=None, info=purpose).derive(key)


def check_page(key: bytes, workshop: str) -> str:
    """Return the page that checks a code or a PDF without network; it holds the public keys alone."""
    own = signing_certificate(key, workshop)
    sha256, signed_by = _SHA256, _signed_by(own)
    ecdsa = algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"})
    data = cms.EncapsulatedContentInfo({"content_type": "data"})
    return str(
        _template("check.html").render(
            public_key=public_key(key),
            workshop=workshop,
            envelope={
                "certificate": own.dump().hex(),
                "signedBy": signed_by.dump().hex(),
                "sha256": sha256.dump().hex(),
                "ecdsa": ecdsa.dump().hex(),
                "data": data.dump().hex(),
            },
            point=own.public_key["public_key"].native.hex(),
        )
    )


def _template(name: str) -> Any:  # noqa: ANN401 - jinja2's own type is not exported
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)
