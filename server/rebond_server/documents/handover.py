"""The handover sheet: what was given to whom, on which grounds, with what is proven of each device."""

from datetime import date, datetime
from pathlib import Path
from typing import NoReturn
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from msgspec import Struct
from weasyprint import HTML

TEMPLATES = Path(__file__).parent / "templates"
CLASS_LIST = 2
"""From this many devices on, the sheet carries one signature box a device."""


class SheetDrive(Struct, frozen=True, kw_only=True):
    """One drive: its identity as read from it, and the verdict in the exact words of the screens."""

    name: str
    verdict: str
    method: str | None
    level: str | None
    verified: datetime | None


class SheetDevice(Struct, frozen=True, kw_only=True):
    """One device; `refurbished` only when the rules say so (décret 2022-190)."""

    tag: str
    kind: str
    maker: str | None
    model: str | None
    serial: str | None
    grade: str | None
    refurbished: bool
    drives: tuple[SheetDrive, ...]
    returned: bool
    """True when it came back to the workshop since: what was proven then no longer speaks."""
    no_data_medium: bool
    """True for a device that cannot hold data (a screen): then no drive is listed."""
    code: str | None = None
    """The line of the class list that it went to."""


class Sheet(Struct, frozen=True, kw_only=True):
    """One signed act. No recipient's name: it is written by hand, and kept apart from this file."""

    number: str
    day: date
    workshop: str
    programme: str
    agreement: str | None
    organisation: str
    request: str
    devices: tuple[SheetDevice, ...]


def handover_html(sheet: Sheet, zone: ZoneInfo) -> str:
    """Return the sheet as one page of HTML, in French."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["day"] = lambda value: _day(value, zone)
    return environment.get_template("handover.html").render(
        sheet=sheet, signature_each=len(sheet.devices) >= CLASS_LIST
    )


def handover_pdf(sheet: Sheet, zone: ZoneInfo) -> bytes:
    """Return the sheet as a tagged PDF (PDF/UA-1) that carries its language."""
    page = HTML(string=handover_html(sheet, zone), url_fetcher=_nothing_from_elsewhere)
    written: bytes = page.write_pdf(pdf_variant="pdf/ua-1")
    return written


def _nothing_from_elsewhere(url: str, **_: object) -> NoReturn:
    raise ValueError(f"the sheet needs nothing from {url}")


def _day(value: date | datetime | None, zone: ZoneInfo) -> str:
    if value is None:
        return "date inconnue"
    if isinstance(value, datetime):
        value = value.astimezone(zone).date()
    return value.strftime("%d/%m/%Y")
