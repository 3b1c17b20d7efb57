"""Certificates by device or number, and whether they were withdrawn."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from rebond_server.store.proof import CertificateRow, Withdrawal


@dataclass(frozen=True, kw_only=True)
class CertificateLine:
    """One certificate and the day of its withdrawal."""

    row: CertificateRow
    withdrawn: datetime | None


def certificates_of(
    session: Session, site_id: UUID, device_id: UUID
) -> tuple[CertificateLine, ...]:
    """Return the certificates of a device, newest first."""
    return _lines(session, site_id, CertificateRow.device_id == device_id)


def certificate_by_number(session: Session, site_id: UUID, number: str) -> CertificateLine | None:
    """Return the certificate with this number, or None."""
    found = _lines(session, site_id, CertificateRow.number == number.strip().upper())
    return found[0] if found else None


def _lines(session: Session, site_id: UUID, which: object) -> tuple[CertificateLine, ...]:
    query = (
        select(CertificateRow, Withdrawal.at)
        .outerjoin(
            Withdrawal,
            and_(
                Withdrawal.site_id == CertificateRow.site_id,
                Withdrawal.certificate_id == CertificateRow.id,
            ),
        )
        .where(CertificateRow.site_id == site_id, which)  # type: ignore[arg-type]  # one comparison
        .order_by(CertificateRow.issued.desc())
    )
    return tuple(CertificateLine(row=row, withdrawn=at) for row, at in session.execute(query))
