"""The voucher on paper: a code that works once, in a QR and in letters, and until when."""

from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from msgspec import Struct
from weasyprint import HTML

TEMPLATES = Path(__file__).parent / "templates"


class Paper(Struct, frozen=True, kw_only=True):
    """One voucher as it is printed; the QR holds the code and nothing else."""

    number: str
    code: str
    programme: str
    agreement: str | None
    office: str
    person: str
    rank: int
    issued: str
    expires: str
    workshop: str
    contact: str | None

    @property
    def qr(self) -> Markup:
        """Return the code as an SVG picture."""
        drawn = segno.make(self.code, error="m", micro=False).svg_inline(scale=4, border=2)
        return Markup(drawn)  # noqa: S704 - drawn by segno from letters, digits and dashes


def vouchers_html(papers: Sequence[Paper]) -> str:
    """Return one page for each voucher, in French."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("voucher.html").render(papers=papers)


def vouchers_pdf(papers: Sequence[Paper]) -> bytes:
    """Return the vouchers as a tagged PDF (PDF/UA-1)."""
    page = HTML(string=vouchers_html(papers), url_fetcher=_nothing_from_elsewhere)
    written: bytes = page.write_pdf(pdf_variant="pdf/ua-1")
    return written


def _nothing_from_elsewhere(url: str, **_: object) -> NoReturn:
    raise ValueError(f"a voucher needs nothing from {url}")
