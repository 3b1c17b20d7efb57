"""Where devices come from: donors, the two forms of a lot, and when an agreement is to be reviewed."""

import calendar
from datetime import date
from enum import StrEnum

from rebond_schemas.plan_law import Law, Regime
from rebond_server.domain.sentence import Sentence

REVIEW_MONTHS = 6
"""The partners meet so long before the end (CP-2019-3591)."""
_MONTHS = 12
_CENTS = 100


class DonorKind(StrEnum):
    """Who gives."""

    PUBLIC_BODY = "public_body"
    COMPANY = "company"
    PERSON = "person"
    OPERATOR = "operator"


class LotKind(StrEnum):
    """A campaign collects what people bring; an annex lists what a decision cedes."""

    CAMPAIGN = "campaign"
    ANNEX = "annex"


class ErasurePolicy(StrEnum):
    """What the donor asks for, in the words of NIST SP 800-88 Rev. 2."""

    CLEAR = "clear"
    PURGE = "purge"
    DESTRUCT = "destruct"


class PriceMode(StrEnum):
    """How the devices of a lot may leave: it is read from the resale flag, never kept beside it."""

    FREE = "free"
    SOLIDARITY = "solidarity"


class PlaceKind(StrEnum):
    """Where a device may stand, from large to small."""

    SITE = "site"
    ROOM = "room"
    SHELF = "shelf"
    PALLET = "pallet"


def price_mode(*, resale_allowed: bool) -> PriceMode:
    """Return the price mode that the resale flag of a lot means."""
    return PriceMode.SOLIDARITY if resale_allowed else PriceMode.FREE


def review_day(ends: date | None) -> date | None:
    """Return the day six months before the end, or the last day of that month; None: no end."""
    if ends is None:
        return None
    months = ends.year * _MONTHS + ends.month - 1 - REVIEW_MONTHS
    year, month = divmod(months, _MONTHS)
    return date(year, month + 1, min(ends.day, calendar.monthrange(year, month + 1)[1]))


def too_dear(regime: Regime, value_cents: int | None, law: Law) -> Sentence | None:
    """Return the rule that keeps an item out of a cession, named; None when it may pass.

    CG3P L3212-2 and L3212-3: at most 300 € a unit. A value that nobody gave is not refused here:
    the lot's own value then speaks for it.
    """
    if regime is not Regime.CG3P or value_cents is None:
        return None
    if value_cents <= round(law.unit_value_limit_eur * _CENTS):
        return None
    limit, value = euros(round(law.unit_value_limit_eur * _CENTS)), euros(value_cents)
    return Sentence(
        fr=f"CG3P L3212-2 et L3212-3 : la valeur unitaire ({value} €) dépasse {limit} €. "
        "La ligne est bloquée : demandez au donateur de la retirer ou d'en corriger la valeur.",
        en=f"CG3P L3212-2 and L3212-3: the unit value (€{value}) exceeds €{limit}. "
        "The line is blocked: ask the donor to withdraw it or to correct its value.",
    )


def euros(cents: int) -> str:
    """Return an amount as it is written in French: 1234,50, or 300 without cents."""
    whole, part = divmod(cents, _CENTS)
    return f"{whole},{part:02}" if part else str(whole)
