"""The demonstration data: agreements, lots, programmes and requests of the source documents."""

import tomllib
from datetime import date
from typing import Any, TypeVar

import msgspec
from msgspec import Struct, field

from rebond_schemas.plan import Lot, PlanInput, Programme, Request, Territory
from rebond_server.domain.errors import BadRules
from rebond_server.domain.sentence import Sentence

_Terms = TypeVar("_Terms", Lot, Programme, Request)


class Agreement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A numbered decision or contract; `details` are its figures, `open` what it leaves open."""

    number: str
    title: str
    signed: date | None = None
    ends: date | None = None
    details: dict[str, Any] = field(default_factory=dict)


class Conduct(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a programme is run, beside the terms that the plan reads."""

    first_come: bool = False
    voucher_days: int | None = None
    trainees: int | None = None
    funding: tuple[str, ...] = ()


class Demonstration(Struct, frozen=True, kw_only=True):
    """Everything that the tables of a demonstration workshop start from.

    `agreement_of` gives the number of the agreement behind each lot and programme, `operator_of`
    the operator of each programme, `organisation_of` who asks, by the code of the request,
    `conduct_of` how each programme is run.
    """

    rules: str
    territories: tuple[Territory, ...]
    agreements: tuple[Agreement, ...]
    lots: tuple[Lot, ...]
    programmes: tuple[Programme, ...]
    requests: tuple[Request, ...]
    agreement_of: dict[str, str]
    operator_of: dict[str, str]
    organisation_of: dict[str, str]
    conduct_of: dict[str, Conduct]

    def plan_input(self) -> PlanInput:
        """Return the plan input without any device."""
        return PlanInput(
            rules=self.rules,
            territories=self.territories,
            lots=self.lots,
            programmes=self.programmes,
            requests=self.requests,
        )


def read_demonstration(text: str) -> Demonstration:
    """Return the data in this TOML text, or raise BadRules with what does not fit."""
    try:
        plain = tomllib.loads(text)
        return _read(plain)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, KeyError) as error:
        raise BadRules(
            Sentence(
                fr=f"Les données de démonstration ne se lisent pas : {error}",
                en=f"The demonstration data cannot be read: {error}",
            )
        ) from error


def _read(plain: dict[str, Any]) -> Demonstration:
    lots, programmes, requests = plain["lots"], plain["programmes"], plain["requests"]
    return Demonstration(
        rules=plain["rules"],
        territories=msgspec.convert(tuple(plain["territories"]), tuple[Territory, ...]),
        agreements=msgspec.convert(tuple(plain["agreements"]), tuple[Agreement, ...]),
        lots=tuple(_terms(row, Lot, "name") for row in lots),
        programmes=tuple(_terms(row, Programme, "name") for row in programmes),
        requests=tuple(
            _terms(row, Request, "programme", "quantity", "completed") for row in requests
        ),
        agreement_of={row["code"]: row["agreement"] for row in (*lots, *programmes)},
        operator_of={row["code"]: row["operator"] for row in programmes},
        organisation_of={row["code"]: row["organisation"] for row in requests},
        conduct_of={
            row["code"]: msgspec.convert(row.get("conduct", {}), Conduct) for row in programmes
        },
    )


def _terms(row: dict[str, Any], kind: type[_Terms], *columns: str) -> _Terms:
    """Return what the plan engine reads of one row: its terms and the columns that belong to them."""
    known = {name: row[name] for name in columns if name in row}
    return msgspec.convert({"id": row["code"], **known, **row["terms"]}, kind)
