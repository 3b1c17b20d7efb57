"""The words of a plan, and the law for public property (CG3P L3212-2/3) as dated data."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct, field

from rebond_schemas.text import Text

Euros = Annotated[float, Meta(ge=0, le=1_000_000)]


class Entry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of everything in a plan: immutable, closed, unknown is None."""


class Kind(StrEnum):
    """What a device is, as far as a request may ask for it."""

    LAPTOP = "laptop"
    DESKTOP = "desktop"
    ALL_IN_ONE = "all_in_one"
    MINI = "mini"
    CONVERTIBLE = "convertible"
    SERVER = "server"
    TABLET = "tablet"
    SMARTPHONE = "smartphone"
    SCREEN = "screen"
    PRINTER = "printer"
    KEY_4G = "key_4g"
    ACCESSORY = "accessory"
    OTHER = "other"


class Regime(StrEnum):
    """The law a lot came under: persons' gifts, firms' gifts, or public property (CG3P L3212-2/3)."""

    PRIVATE = "private"
    COMPANY = "company"
    CG3P = "cg3p"


class Category(StrEnum):
    """Who takes the goods over, in the words of CG3P L3212-2 and L3212-3."""

    PARENTS_ASSOCIATION = "parents_association"
    SCHOOL_SUPPORT_ASSOCIATION = "school_support_association"
    STUDENT_ASSOCIATION = "student_association"
    PUBLIC_UTILITY_ASSOCIATION = "public_utility_association"
    GENERAL_INTEREST_ASSOCIATION = "general_interest_association"
    ESUS = "esus"
    ASSOCIATION = "association"
    PUBLIC_BODY = "public_body"
    COMPANY = "company"


LAWFUL_RECIPIENTS = (
    Category.PARENTS_ASSOCIATION,
    Category.SCHOOL_SUPPORT_ASSOCIATION,
    Category.STUDENT_ASSOCIATION,
    Category.PUBLIC_UTILITY_ASSOCIATION,
    Category.GENERAL_INTEREST_ASSOCIATION,
    Category.ESUS,
)
LAWFUL_SELLERS = (Category.PUBLIC_UTILITY_ASSOCIATION, Category.GENERAL_INTEREST_ASSOCIATION)
PRICE_CAPS: dict[Kind, float] = {
    Kind.LAPTOP: 180.0,
    Kind.CONVERTIBLE: 180.0,
    Kind.DESKTOP: 150.0,
    Kind.ALL_IN_ONE: 150.0,
    Kind.MINI: 150.0,
    Kind.TABLET: 100.0,
    Kind.SMARTPHONE: 100.0,
    Kind.SCREEN: 30.0,
    Kind.PRINTER: 30.0,
}


class Law(Entry, frozen=True, kw_only=True):
    """What the law lets pass for lots under CG3P: dated reference data, replaceable by the input.

    Sources: law 2022-217 art. 178, décret 2022-791 (300 €), décret 2022-1413 (prices, TTC).
    """

    version: Text = "cg3p-2022-11"
    unit_value_limit_eur: Euros = 300.0
    recipients: tuple[Category, ...] = LAWFUL_RECIPIENTS
    sellers: tuple[Category, ...] = LAWFUL_SELLERS
    price_caps_eur: dict[Kind, Euros] = field(default_factory=lambda: dict(PRICE_CAPS))
