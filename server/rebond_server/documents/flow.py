"""A flow picture: from what came in to what became of it, as plain SVG without style or script."""

from collections.abc import Sequence
from html import escape

from markupsafe import Markup
from msgspec import Struct

WIDTH, BAR, GAP, LEAST = 640, 14, 10, 3
HEIGHT = 240
"""Of the whole flow, in units of the picture; the labels may need more."""
LABEL = 20
_COLOURS = ("#0b6b75", "#3b7d3a", "#6a5d9c", "#a05a00", "#8a3b52", "#3f6ea8", "#6b6f76")


class Band(Struct, frozen=True, kw_only=True):
    """One outcome: its words and its count."""

    name: str
    count: int


def flow_svg(source: Band, outcomes: Sequence[Band], told: str) -> Markup:
    """Return the picture; `told` says the same in words, for whoever does not see it.

    Heights are proportional to counts; an outcome of nothing is left out.
    """
    bands = [band for band in outcomes if band.count > 0]
    unit = HEIGHT / max(1, source.count)
    parts, left, right = [], float(LABEL), float(LABEL)
    for number, band in enumerate(bands):
        colour = _COLOURS[number % len(_COLOURS)]
        thick = max(LEAST, band.count * unit)
        parts.append(_band(left, right, band.count * unit, thick, colour))
        parts.append(_label(band, right + thick / 2, colour, right, thick))
        left += band.count * unit
        right += max(thick, LABEL) + GAP
    tall = max(right, HEIGHT + 2 * LABEL)
    drawn = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {tall:.0f}" role="img">'
        f"<title>{escape(told)}</title>"
        f'<text x="0" y="13" font-size="13" font-weight="bold">{source.count} {escape(source.name)}</text>'
        f'<rect x="0" y="{LABEL}" width="{BAR}" height="{HEIGHT}" fill="#084850"/>'
        f"{''.join(parts)}</svg>"
    )
    return Markup(drawn)  # noqa: S704 - every word in it went through `escape`


def _band(left: float, right: float, thin: float, thick: float, colour: str) -> str:
    start, end, middle = BAR, WIDTH * 0.55, WIDTH * 0.3
    return (
        f'<path d="M{start} {left:.1f} C{middle:.0f} {left:.1f} {middle:.0f} {right:.1f} {end:.0f} {right:.1f}'
        f" L{end:.0f} {right + thick:.1f} C{middle:.0f} {right + thick:.1f} {middle:.0f} {left + thin:.1f}"
        f' {start} {left + thin:.1f} Z" fill="{colour}" fill-opacity="0.35"/>'
    )


def _label(band: Band, middle: float, colour: str, top: float, thick: float) -> str:
    at = WIDTH * 0.55
    return (
        f'<rect x="{at:.0f}" y="{top:.1f}" width="{BAR}" height="{thick:.1f}" fill="{colour}"/>'
        f'<text x="{at + BAR + 8:.0f}" y="{max(middle, top + 6) + 4:.1f}" font-size="13">'
        f"{band.count} {escape(band.name)}</text>"
    )
