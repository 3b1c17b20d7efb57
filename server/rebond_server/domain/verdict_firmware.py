"""Whether the drive's own firmware erased it: decided from raw commands, never from what was said.

A firmware command answers before it is done, some bridges swallow it, some drives say yes and do
nothing. So it counts only with: the right command for the method, the drive's own state that shows
it finished, canaries planted before and not one found after, and a read-back that shows change.
"""

from collections.abc import Iterator

from rebond_schemas.erasure import Command, Level, Method, Pass
from rebond_schemas.facts import Bus, Drive, DriveKind
from rebond_schemas.statement import Erasure
from rebond_server.domain.firmware_proof import PROTOCOLS, Protocol, command_proof
from rebond_server.domain.verdict_reason import Code, Reason

LEAST_CANARIES = 500
"""The sticks plant about a thousand on a drive of today, 533 on one of 64 MiB."""
LEAST_PLACES = 2002
"""NIST SP 800-88r1 §4.7: 1,000 subsections with two places each, and the first and last place."""

PURGING = frozenset(
    {
        Method.ATA_SANITIZE_BLOCK,
        Method.ATA_SANITIZE_CRYPTO,
        Method.ATA_SANITIZE_OVERWRITE,
        Method.NVME_SANITIZE_BLOCK,
        Method.NVME_SANITIZE_CRYPTO,
        Method.NVME_SANITIZE_OVERWRITE,
        Method.SCSI_SANITIZE_BLOCK,
        Method.SCSI_SANITIZE_CRYPTO,
        Method.SCSI_SANITIZE_OVERWRITE,
    }
)
"""IEEE 2883-2022: every Sanitize is a Purge."""

_BUSES = {
    Protocol.ATA: frozenset({Bus.ATA}),
    Protocol.NVME: frozenset({Bus.NVME}),
    Protocol.SCSI: frozenset({Bus.SCSI, Bus.SAS}),
    Protocol.MMC: frozenset({Bus.MMC}),
}


def level_of(method: Method, drive: Drive, *, admit_ieee: bool) -> Level:
    """Return the level that a proven firmware erasure reaches on this drive.

    Enhanced erase: Purge for magnetic disks in both standards; for flash IEEE 2883 says Purge and
    NIST SP 800-88r1 says Clear, so it is Clear unless the workshop admits IEEE 2883 here.
    """
    if method in PURGING:
        return Level.PURGE
    if method is Method.ATA_SECURITY_ERASE_ENHANCED:
        return Level.PURGE if drive.kind is DriveKind.HDD or admit_ieee else Level.CLEAR
    return Level.CLEAR


def firmware(erasure: Erasure, drive: Drive, whole: int) -> Iterator[Reason]:
    """Give every reason why this firmware erasure is not proven."""
    protocol = PROTOCOLS[erasure.method]
    bridged = drive.bridge is not None or Bus.USB in {drive.identity.bus, erasure.drive.bus}
    if bridged:
        yield Reason(code=Code.FIRMWARE_THROUGH_BRIDGE, values={"bridge": drive.bridge or "USB"})
    elif drive.identity.bus not in _BUSES[protocol] or drive.kind is DriveKind.UNKNOWN:
        yield Reason(code=Code.OTHER_BUS, values={"method": erasure.method.value})
    at = _command_place(erasure.passes)
    if at is None:
        yield Reason(code=Code.NO_COMMAND, values={"method": erasure.method.value})
        return
    command = erasure.passes[at]
    if not command.complete:
        yield Reason(code=Code.COMMAND_UNPROVEN, values={"method": erasure.method.value})
    yield from command_proof(erasure.method, command.commands)
    yield from _canaries(erasure.passes[:at], erasure.passes[at + 1 :], whole)
    yield from _change(erasure.passes[at + 1 :], whole)


def commands_of(passes: tuple[Pass, ...]) -> tuple[Command, ...]:
    """Return the commands of the pass that erased; empty when there is none."""
    at = _command_place(passes)
    return () if at is None else passes[at].commands


def canaries(passes: tuple[Pass, ...]) -> tuple[int, int]:
    """Return canaries planted before the command, and those still found after it."""
    at = _command_place(passes)
    if at is None:
        return 0, 0
    planted = _planted(passes[:at])
    looked = _looked(passes[at + 1 :])
    found = 0 if looked is None else max(looked.mismatch_count, len(looked.mismatches))
    return 0 if planted is None or looked is None else planted.sample_places or 0, found


def _command_place(passes: tuple[Pass, ...]) -> int | None:
    """Return where the pass of the method that erased stands; None when there is none, or a write after.

    In front of it may stand the search for a hidden area, and methods that the drive refused.
    """
    places = [i for i, one in enumerate(passes) if one.action == "command"]
    if not places or (places[0] != places[-1] and not _refused(passes, places[:-1])):
        return None
    after = passes[places[-1] + 1 :]
    written = any(one.action in {"write", "canary_write"} for one in after)
    return None if written else places[-1]


def _refused(passes: tuple[Pass, ...], places: list[int]) -> bool:
    """Say whether none of these passes erased: incomplete, or in front of every canary."""
    planted = next((i for i, p in enumerate(passes) if p.action == "canary_write"), len(passes))
    return all(not passes[at].complete or at < planted for at in places)


def _planted(before: tuple[Pass, ...]) -> Pass | None:
    """Return the canaries, when nothing overwrote them before the command."""
    last = next((p for p in reversed(before) if p.action in {"write", "canary_write"}), None)
    return last if last is not None and last.action == "canary_write" else None


def _looked(after: tuple[Pass, ...]) -> Pass | None:
    return next((one for one in after if one.action == "canary_read"), None)


def _canaries(before: tuple[Pass, ...], after: tuple[Pass, ...], whole: int) -> Iterator[Reason]:
    planted, looked = _planted(before), _looked(after)
    if planted is None or looked is None or not planted.complete or not looked.complete:
        yield Reason(code=Code.NO_CANARIES)
        return
    everywhere = planted.bytes_done == whole
    enough = everywhere or (planted.sample_places or 0) >= LEAST_CANARIES
    same = (planted.key, planted.pattern, planted.sample_places, planted.bytes_done) == (
        looked.key,
        looked.pattern,
        looked.sample_places,
        looked.bytes_done,
    )
    keyed = planted.key is not None and planted.pattern == "aes_256_ctr"
    if not (enough and same and keyed and planted.flushed is True and planted.bytes_done):
        yield Reason(code=Code.NO_CANARIES)
    if looked.own_process is not True:
        yield Reason(code=Code.READ_BACK_BY_WRITER)
    if looked.direct_io is not True:
        yield Reason(code=Code.READ_BACK_CACHED)


def _change(after: tuple[Pass, ...], whole: int) -> Iterator[Reason]:
    """Judge the last read-back: all zeros, or places all over the drive hold something else."""
    read = next((one for one in reversed(after) if one.action == "read_back"), None)
    if read is None:
        yield Reason(code=Code.NOT_READ_BACK)
        return
    full = read.pattern in {"zeros", "changed"} and read.bytes_done == whole
    places = read.sample_places or 0
    sampled = (
        read.pattern == "changed"
        and read.sample_seed is not None
        and places >= LEAST_PLACES
        and read.bytes_done >= places
    )
    if not read.complete or not (full or sampled) or read.bytes_done > whole:
        values = {"places": str(places), "least": str(LEAST_PLACES)}
        yield Reason(code=Code.TOO_FEW_PLACES, values=values)
    if read.own_process is not True:
        yield Reason(code=Code.READ_BACK_BY_WRITER)
    if read.direct_io is not True:
        yield Reason(code=Code.READ_BACK_CACHED)
