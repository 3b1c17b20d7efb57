"""Avoided impact in a report: factor, range, source and year; nothing where no source speaks."""

from collections.abc import Iterable

from rebond_server.documents.report import Table
from rebond_server.domain.impact import Avoided, Impact
from rebond_server.sheets.written_ods import Cell
from rebond_server.web.kind_words import kind_name

_HEADING = (
    "Genre", "Appareils", "Estimation kg CO2e", "Estimation kg de matière", "Facteur par an",
    "Fourchette publiée", "Années", "Source", "Année",
)  # fmt: skip


def impact_table(impact: Impact) -> Table:
    """Return one line for each factor applied, and one for each kind without a published figure."""
    rows = [_line(one) for one in impact.lines]
    rows += [
        (kind_name(kind).fr, count, None, None, None, None, None, "aucune source publiée", None)
        for kind, count in impact.unsourced.items()
    ]
    return Table(
        name="Impact évité (estimation)", heading=_HEADING, rows=tuple(rows), empty="aucun chiffre"
    )


def impact_statements(impact: Impact) -> Iterable[str]:
    """Say what the figures are, and what they are not."""
    if impact.lines:
        yield (
            "L'impact évité est une estimation : facteur publié par an d'usage, fois les années d'usage "
            "attendues, fois la part des appareils qui remplacent un achat (de 0,5, Restart Project, à 1)."
        )


def _line(one: Avoided) -> tuple[Cell, ...]:
    factor = one.factor
    return (
        ", ".join(kind_name(kind).fr for kind in factor.kinds),
        one.count,
        _range(one.kg_co2e),
        _range(one.kg_material),
        f"{_told(factor.kg_co2e)} kg CO2e, {_told(factor.kg_material)} kg de matière",
        f"{factor.annual_low * 100:.0f} à {factor.annual_high * 100:.0f} % de l'impact annuel",
        factor.years,
        factor.source,
        factor.year,
    )


def _range(ends: tuple[float, float]) -> str:
    low, high = (f"{value:,.0f}".replace(",", " ") for value in ends)
    return f"de {low} à {high}"


def _told(value: float) -> str:
    return f"{value:g}".replace(".", ",")
