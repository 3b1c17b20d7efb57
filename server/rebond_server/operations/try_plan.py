"""What-if: a change to the rules or the stock, planned beside the live plan. Nothing is written."""

from datetime import timedelta

import msgspec
from msgspec import Struct

from rebond_schemas.plan import Base, Criterion, Device, Grade, Lot, PlanInput, Programme, Scope
from rebond_schemas.plan_law import Kind, Regime
from rebond_server.domain.allocation.what_if import Difference, difference, side, without_device
from rebond_server.domain.policy import Permission
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue
from rebond_server.operations.plan_source import plan_source
from rebond_server.operations.work import Work

MOST_MORE = 10_000


class Trial(Struct, frozen=True, kw_only=True):
    """What is changed; None and "" change nothing."""

    programme: str = ""
    tier: int | None = None
    cap: int | None = None
    cap_scope: Scope = Scope.TOTAL
    lot: str = ""
    share_percent: int | None = None
    share_base: Base | None = None
    request: str = ""
    quantity: int | None = None
    more_kind: Kind | None = None
    more: int = 0
    device: str = ""
    """One device kept back, by its id."""
    without: Criterion | None = None


def try_plan(work: Work, trial: Trial) -> Difference:
    """Return what the change would do to the plan of this moment."""
    work.require(Permission.PLAN)
    source = plan_source(work)
    changed = _changed(source, trial, work)
    if changed == source:
        raise BadValue(Sentence(fr="Changez au moins une chose.", en="Change at least one thing."))
    return difference(side(source, work.now), side(changed, work.now))


def _changed(source: PlanInput, trial: Trial, work: Work) -> PlanInput:
    changed = msgspec.structs.replace(
        source,
        programmes=tuple(
            _programme(one, trial) if one.id == trial.programme else one
            for one in source.programmes
        ),
        lots=tuple(_lot(one, trial) if one.id == trial.lot else one for one in source.lots),
        requests=tuple(
            msgspec.structs.replace(one, quantity=trial.quantity)
            if one.id == trial.request and trial.quantity is not None
            else one
            for one in source.requests
        ),
        criteria=tuple(one for one in source.criteria if one is not trial.without),
    )
    if trial.device:
        changed = without_device(changed, trial.device)
    return _with_more(changed, trial, work)


def _programme(one: Programme, trial: Trial) -> Programme:
    tier = one.tier if trial.tier is None else trial.tier
    caps = one.caps
    if trial.cap is not None:
        caps = tuple(
            msgspec.structs.replace(cap, limit=trial.cap) if cap.scope is trial.cap_scope else cap
            for cap in caps
        )
    return msgspec.structs.replace(one, tier=tier, caps=caps)


def _lot(lot: Lot, trial: Trial) -> Lot:
    shares = tuple(
        msgspec.structs.replace(
            share,
            fraction=share.fraction if trial.share_percent is None else trial.share_percent / 100,
            base=trial.share_base or share.base,
        )
        for share in lot.shares
        if trial.share_percent != 0
    )
    return msgspec.structs.replace(lot, shares=shares)


def _with_more(source: PlanInput, trial: Trial, work: Work) -> PlanInput:
    """Add devices that nothing restricts, of a kind, as good as can be asked."""
    if trial.more_kind is None or not trial.more:
        return source
    if trial.more > MOST_MORE:
        raise BadValue(
            Sentence(fr=f"Au plus {MOST_MORE} appareils.", en=f"At most {MOST_MORE} devices.")
        )
    lot = Lot(id="~what-if", regime=Regime.COMPANY, resale_allowed=True)
    devices = tuple(
        Device(
            id=f"~what-if/{number}",
            tag=f"+{number + 1}",
            kind=trial.more_kind,
            lot=lot.id,
            received=work.now + timedelta(seconds=number),
            sanitised=True,
            grade=Grade.B,
            ram_mib=16_384,
            disk_gb=512,
            disk_kind="ssd",
            cpu_year=work.now.year,
            windows_11=True,
            battery_percent=100,
        )
        for number in range(trial.more)
    )
    return msgspec.structs.replace(
        source, lots=(*source.lots, lot), devices=(*source.devices, *devices)
    )
