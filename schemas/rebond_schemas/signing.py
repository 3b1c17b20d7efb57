"""Ed25519 over the DSSE pre-authentication encoding of raw bytes, detached.

Source: DSSE protocol (secure-systems-lab/dsse, protocol.md): the signature covers the type and the
exact bytes, so nothing needs parsing before it is verified.
"""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

STATEMENT_TYPE = "application/vnd.rebond.statement.v1+json"
RECEIPT_TYPE = "application/vnd.rebond.receipt.v1+json"
ENROLMENT_TYPE = "application/vnd.rebond.enrolment.v1+json"
PARCEL_TYPE = "application/vnd.rebond.parcel.v2"
PART_TYPE = "application/vnd.rebond.part.v1"
ORDER_TYPE = "application/vnd.rebond.order.v1+json"
ORDER_REQUEST_TYPE = "application/vnd.rebond.order-request.v1+json"
READ_ORDER_TYPE = "application/vnd.rebond.read-order.v1+json"
READ_ORDER_REQUEST_TYPE = "application/vnd.rebond.read-order-request.v1+json"
PROGRESS_TYPE = "application/vnd.rebond.progress.v1+json"
AGENT_QUESTION_TYPE = "application/vnd.rebond.agent-question.v1+json"
AGENT_OFFER_TYPE = "application/vnd.rebond.agent-offer.v1+json"
AGENT_PART_TYPE = "application/vnd.rebond.agent-part.v1"


def pre_authentication_encoding(payload_type: str, payload: bytes) -> bytes:
    """Return DSSEv1's PAE: the type and the body, each with its length in front."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def new_key() -> bytes:
    """Return a fresh private key, 32 raw bytes."""
    return Ed25519PrivateKey.generate().private_bytes_raw()


def public_key(private: bytes) -> str:
    """Return the public half of a private key as 64 hexadecimal digits."""
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw().hex()


def sign(private: bytes, payload_type: str, payload: bytes) -> str:
    """Return the signature of these bytes under this type, as 128 hexadecimal digits."""
    encoded = pre_authentication_encoding(payload_type, payload)
    return Ed25519PrivateKey.from_private_bytes(private).sign(encoded).hex()


def verified(public: str, payload_type: str, payload: bytes, signature: str) -> bool:
    """Tell whether this key signed these very bytes as this type; garbage is just False."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
        key.verify(bytes.fromhex(signature), pre_authentication_encoding(payload_type, payload))
    except (InvalidSignature, ValueError):
        return False
    return True
