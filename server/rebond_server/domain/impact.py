"""Avoided impact: published factors times counts, with their spread; nothing where no source speaks."""

import tomllib
from collections.abc import Mapping

import msgspec
from msgspec import Struct

from rebond_server.domain.errors import BadRules
from rebond_server.domain.sentence import Sentence


class Factor(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one year of further use of one device avoids, beside a new one, as a source printed it.

    `annual_low` and `annual_high` are the part of the annual impact that the source says is avoided.
    """

    kinds: tuple[str, ...]
    kg_co2e: float
    kg_material: float
    annual_low: float
    annual_high: float
    years: int
    source: str
    year: int


class Factors(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table of factors, with the least and the greatest part of devices that replaces a purchase."""

    version: str
    displacement_low: float
    displacement_high: float
    displacement_source: str
    factors: tuple[Factor, ...]


class Avoided(Struct, frozen=True, kw_only=True):
    """One factor applied to a count, in kg: from the least to the greatest displacement."""

    factor: Factor
    count: int
    kg_co2e: tuple[float, float]
    kg_material: tuple[float, float]


class Impact(Struct, frozen=True, kw_only=True):
    """What the published factors say of these devices, and of how many they say nothing."""

    lines: tuple[Avoided, ...]
    unsourced: dict[str, int]


def read_factors(text: str) -> Factors:
    """Return the factors in this TOML text, or raise BadRules."""
    try:
        return msgspec.convert(tomllib.loads(text), Factors)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BadRules(
            Sentence(
                fr=f"Les facteurs d'impact ne se lisent pas : {error}",
                en=f"The impact factors cannot be read: {error}",
            )
        ) from error


def avoided(counts: Mapping[str, int], factors: Factors) -> Impact:
    """Apply the factors to counts by kind; a kind without a factor is only counted."""
    lines = []
    known: set[str] = set()
    for factor in factors.factors:
        known |= set(factor.kinds)
        count = sum(counts.get(kind, 0) for kind in factor.kinds)
        if count:
            lines.append(_applied(factor, count, factors))
    return Impact(
        lines=tuple(lines),
        unsourced={
            kind: count for kind, count in sorted(counts.items()) if count and kind not in known
        },
    )


def _applied(factor: Factor, count: int, factors: Factors) -> Avoided:
    low = count * factor.years * factors.displacement_low
    high = count * factor.years * factors.displacement_high
    return Avoided(
        factor=factor,
        count=count,
        kg_co2e=(low * factor.kg_co2e, high * factor.kg_co2e),
        kg_material=(low * factor.kg_material, high * factor.kg_material),
    )
