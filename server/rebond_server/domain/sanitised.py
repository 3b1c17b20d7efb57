"""Is every drive of a device erased? Computed from the verdicts; nothing and nobody sets it."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

from rebond_schemas.facts import Drive
from rebond_server.domain.drive_identity import can_hold_data, drive_key
from rebond_server.domain.sentence import Sentence
from rebond_server.domain.verdict import UNPROVEN, Judgement
from rebond_server.domain.verdict_reason import Code, Reason, Verdict

POSITIVE = frozenset({Verdict.CLEARED, Verdict.PURGED})
"""Verdicts that let a drive stay in its device, the same as in the database's own guard.

`cleared_with_limits` counts once the lead has accepted that very judgement. A destroyed drive is no longer in the device: one that the
latest inventory still sees was not destroyed, and blocks until the device is probed again.
"""

_HIDDEN = Sentence(
    fr="Un contrôleur cache des disques (mode RAID, VMD) : passez le BIOS en mode AHCI et relevez.",
    en="A controller hides drives (RAID mode, VMD): switch the BIOS to AHCI mode and probe again.",
)
_HIDDEN_UNKNOWN = Sentence(
    fr="On ne sait pas si tous les disques ont été vus : refaites le relevé avec la clé.",
    en="Whether every drive was seen is not known: probe again with the stick.",
)
_NO_DRIVE = Sentence(
    fr="Aucun disque vu : déclarez l'appareil sans disque à deux personnes, ou refaites le relevé.",
    en="No drive was seen: declare the device driveless with two people, or probe again.",
)


class DriveStanding(Struct, frozen=True, kw_only=True):
    """One drive that can hold data, and what is proven about it."""

    key: str | None
    drive: Drive
    judgement: Judgement


class DeviceVerdict(Struct, frozen=True, kw_only=True):
    """The answer for the whole device; `reason` is the first that stands in the way, or None."""

    sanitised: bool
    drives: tuple[DriveStanding, ...]
    reason: Sentence | None


def device_verdict(
    drives: Sequence[Drive],
    hidden: bool | None,  # noqa: FBT001 - three values of the facts, handed on as they are
    judgements: Mapping[str, Judgement],
    *,
    declared_empty: bool = False,
    accepted: Collection[str] = (),
) -> DeviceVerdict:
    """Return whether the device may go on, from its latest inventory and judgements by drive_key.

    `hidden` is the inventory's `drives_hidden`. `declared_empty`: two people have looked inside
    and signed that there is no drive. `accepted`: keys of drives whose limits the lead has accepted.
    """
    holding = [drive for drive in drives if can_hold_data(drive)]
    times = Counter(drive_key(drive.identity) for drive in holding)
    standings = tuple(_standing(drive, times, judgements) for drive in holding)
    reason = _obstacle(standings, hidden, frozenset(accepted), declared_empty=declared_empty)
    return DeviceVerdict(sanitised=reason is None, drives=standings, reason=reason)


def _standing(
    drive: Drive, times: Counter[str | None], judgements: Mapping[str, Judgement]
) -> DriveStanding:
    key = drive_key(drive.identity)
    if key is None:
        judgement = _unknown(Reason(code=Code.DRIVE_UNNAMED))
    elif times[key] > 1:
        # One erasure must never pay for two drives: cheap drives do share serial numbers.
        judgement = _unknown(Reason(code=Code.DRIVE_AMBIGUOUS, values={"key": key}))
    else:
        judgement = judgements.get(key, UNPROVEN)
    return DriveStanding(key=key, drive=drive, judgement=judgement)


def _unknown(reason: Reason) -> Judgement:
    return Judgement(verdict=Verdict.UNKNOWN, reasons=(reason,))


def _obstacle(
    standings: tuple[DriveStanding, ...],
    hidden: bool | None,  # noqa: FBT001 - as above
    accepted: frozenset[str],
    *,
    declared_empty: bool,
) -> Sentence | None:
    if hidden is not False:
        return _HIDDEN if hidden else _HIDDEN_UNKNOWN
    if not standings:
        return None if declared_empty else _NO_DRIVE
    for standing in standings:
        if not _counts(standing, accepted):
            return first_sentence(standing.drive, standing.judgement)
    return None


def _counts(standing: DriveStanding, accepted: frozenset[str]) -> bool:
    verdict = standing.judgement.verdict
    return verdict in POSITIVE or (
        verdict is Verdict.CLEARED_WITH_LIMITS and standing.key in accepted
    )


def first_sentence(drive: Drive, judgement: Judgement) -> Sentence:
    """Return what stands in the way of this drive, with the name that people find on it."""
    name = drive.identity.serial or drive.identity.model or drive.path
    reasons = judgement.reasons or UNPROVEN.reasons
    said = reasons[0].sentence
    return Sentence(fr=f"Disque {name} : {said.fr}", en=f"Drive {name}: {said.en}")
