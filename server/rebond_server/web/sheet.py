"""From a handover in the database to the values that its sheet prints."""

from zoneinfo import ZoneInfo

from msgspec.structs import replace

from rebond_schemas import codec
from rebond_schemas.erasure import Method
from rebond_schemas.statement import Erasure
from rebond_server.documents.handover import Sheet, SheetDevice, SheetDrive
from rebond_server.operations.work import Work
from rebond_server.store.queries.agreement import agreement_of
from rebond_server.store.queries.device_page import DevicePage, device_page
from rebond_server.store.queries.file_page import codes_of
from rebond_server.store.queries.request_page import GivenDevice, HandoverPage
from rebond_server.store.queries.standing import DriveLine
from rebond_server.web.fact_lines import drive_name
from rebond_server.web.words import GRADES, KINDS, METHODS, VERDICTS

NO_DATA_KINDS = frozenset({"screen", "accessory", "key_4g"})
"""Kinds that never hold data, the same as in the database's own guard."""


def sheet_of(work: Work, handover: HandoverPage, workshop: str, zone: ZoneInfo) -> Sheet:
    """Return what the sheet says; of each drive only what is proven now."""
    codes = codes_of(work.session, work.site_id, handover.request.request_id)
    return Sheet(
        number=handover.number,
        day=handover.at.astimezone(zone).date(),
        workshop=workshop,
        programme=handover.request.programme_name,
        agreement=agreement_of(work.session, work.site_id, handover.request.request_id),
        organisation=handover.request.organisation,
        request=handover.request.code,
        devices=tuple(
            replace(_device(work, handover, given), code=codes.get(given.device.tag))
            for given in handover.devices
        ),
    )


def _device(work: Work, handover: HandoverPage, given: GivenDevice) -> SheetDevice:
    page = device_page(work.session, work.site_id, given.device.device_id)
    assert page is not None  # noqa: S101 - a foreign key holds the device; tells the type checker
    here = page.assignment is not None and page.assignment.handover_id == handover.handover_id
    return SheetDevice(
        tag=page.tag,
        kind=KINDS[page.kind].fr if page.kind in KINDS else page.kind,
        maker=page.maker,
        model=page.model,
        serial=page.serial,
        grade=None if given.grade is None else GRADES[given.grade].fr,
        refurbished=False,  # no rule yet says that every function was tested (décret 2022-190)
        # Taken back since: its drives are judged anew, and this sheet no longer speaks for them.
        returned=not here,
        drives=tuple(_drive(work, page, d) for d in page.drives if d.holds_data) if here else (),
        no_data_medium=page.kind in NO_DATA_KINDS,
    )


def _drive(work: Work, page: DevicePage, drive: DriveLine) -> SheetDrive:
    method = _method(work, page, drive)
    return SheetDrive(
        name=drive_name(drive.facts),
        verdict=VERDICTS[drive.verdict].word.fr,
        method=None if method is None else METHODS[method].fr,
        level=None if drive.level is None else drive.level.value.capitalize(),
        verified=drive.judged,
    )


def _method(work: Work, page: DevicePage, drive: DriveLine) -> Method | None:
    """Return the method from the signed evidence itself; None when nothing is proven by it."""
    for statement in page.statements:
        if statement.statement_id == drive.statement_id:
            erasure = codec.decode(work.evidence.bring(statement.sha256))
            return erasure.method if isinstance(erasure, Erasure) else None
    return None
