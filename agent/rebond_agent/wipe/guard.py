"""What may be erased. A drive is allowed only when everything about it is known and in order."""

from collections.abc import Collection
from typing import Literal

from msgspec import Struct

from rebond_agent.wipe.reasons import Reason, Refusal
from rebond_schemas.erasure import Level
from rebond_schemas.facts import Bus, Drive, DriveKind


class Policy(Struct, frozen=True, kw_only=True):
    """What the workshop asks for, from the wipe order or from the stick's own settings."""

    level: Level = Level.CLEAR
    chosen: tuple[str, ...] = ()
    """Paths of the removable drives that a person named for erasure."""
    firmware: bool = True
    """Let drives erase themselves where that reaches more than overwriting."""
    never_firmware: tuple[str, ...] = ()
    """Parts of model names (any case) whose firmware is not to be trusted with it."""
    sample_percent: float = 10.0
    """Share of the drive read before and behind a firmware erasure (NIST SP 800-88r1 §4.7: at
    least a tenth); 100 reads all of it."""
    admit_ieee: bool = False
    """Count an enhanced security erase of flash as a Purge, as IEEE 2883 does and NIST does not."""
    psid: str | None = None
    """The number on the label of a drive that TCG Opal locks: asked for one drive at a time."""
    vouched: tuple[str, ...] = ()
    """Whole serial numbers (WWNs without one) of drives whose content nothing could read: a person
    looked at each label and typed it. No order can say so."""
    locked_by_us: tuple[str, ...] = ()
    """Serial numbers of drives on which a security erase of ours was cut short."""


class Allowed(Struct, frozen=True, kw_only=True):
    """Nothing stands against erasing this drive."""

    size_bytes: int


def allow(
    drive: Drive, policy: Policy, *, failed_probes: Collection[str] = ()
) -> Allowed | Refusal:
    """Decide from what this boot saw of the drive; what was not seen counts against it.

    The kernel's exclusive open is the last guard behind this one: tables of mounts are blind to
    swap and to half of btrfs (measured), so `holders` only explains.
    """
    reason = (
        _place(drive, policy)
        or _nature(drive, policy)
        or _identity(drive)
        or (Reason.PROBE_FAILED if failed_probes else None)
    )
    if reason is not None:
        return Refusal(reason=reason, detail=_detail(reason, drive, failed_probes))
    size = drive.identity.size_bytes
    if not size:
        return Refusal(reason=Reason.SIZE_UNKNOWN)
    return Allowed(size_bytes=size)


def _place(drive: Drive, policy: Policy) -> Reason | None:
    """Where it is in this computer: boot medium, in use, write-protected, removable."""
    if drive.boot_medium is True:
        return Reason.BOOT_MEDIUM
    if drive.boot_medium is None and not is_vouched(drive, policy):
        return Reason.BOOT_MEDIUM_UNKNOWN
    if drive.holders:
        return Reason.HELD
    if drive.read_only is not False:
        return Reason.READ_ONLY
    if drive.removable is not False and drive.path not in policy.chosen:
        return Reason.REMOVABLE_NOT_CHOSEN
    return None


def is_vouched(drive: Drive, policy: Policy) -> bool:
    """Say whether a person answers for this drive's not being the boot medium."""
    name = drive.identity.serial or drive.identity.wwn
    said = {one.casefold() for one in policy.vouched}
    return drive.boot_medium is None and name is not None and name.casefold() in said


def unread(drive: Drive) -> bool:
    """Say whether it holds something that no tool recognised."""
    return drive.boot_medium is None or (bool(drive.partitions) and not drive.filesystems)


_NATURES: dict[DriveKind, Literal[Reason.NOT_A_DRIVE, Reason.KIND_UNKNOWN]] = {
    DriveKind.OPTICAL: Reason.NOT_A_DRIVE,
    DriveKind.UNKNOWN: Reason.KIND_UNKNOWN,
}


def _nature(drive: Drive, policy: Policy) -> Reason | None:
    if drive.identity.bus is Bus.RAID:
        return Reason.BEHIND_RAID
    if drive.security and "locked" in drive.security and not _ours(drive, policy):
        return Reason.LOCKED
    return _NATURES.get(drive.kind)


def _ours(drive: Drive, policy: Policy) -> bool:
    return drive.identity.serial is not None and drive.identity.serial in policy.locked_by_us


def _identity(drive: Drive) -> Reason | None:
    if drive.identity.serial is None and drive.identity.wwn is None:
        return Reason.NO_IDENTITY
    return None


def _detail(reason: Reason, drive: Drive, failed_probes: Collection[str]) -> str | None:
    if reason is Reason.BOOT_MEDIUM_UNKNOWN:
        return f"partitions: {drive.partitions}" if drive.partitions else None
    if reason is Reason.HELD:
        return "; ".join(drive.holders)[:200]
    if reason is Reason.PROBE_FAILED:
        return ", ".join(sorted(failed_probes))[:200]
    return None
