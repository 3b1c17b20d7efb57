"""Does a second read of a drive confirm what was proven, or contradict it? It writes nothing.

A second read is a statement whose method is `none`, that completed and only read: everything again
(`read_back` with the pattern, and the key if there is one, of the erasure), or after an erasure by
the drive itself the canaries of that erasure (`canary_read`, same key and seed).
"""

from enum import StrEnum

from rebond_schemas.erasure import Ending, Method, Pass
from rebond_schemas.facts import Drive, DriveKind
from rebond_schemas.statement import Erasure
from rebond_server.domain.firmware_proof import is_firmware
from rebond_server.domain.sentence import Sentence
from rebond_server.domain.verdict import last_write, whole_bytes

_READING = frozenset({"read_back", "canary_read"})


class Outcome(StrEnum):
    """What a second read says of the erasure before it."""

    CONFIRMED = "confirm_reread"
    CONTRADICTED = "contradict_reread"
    UNDECIDED = "reread_undecided"


def is_second_read(erasure: Erasure) -> bool:
    """Say whether the statement claims no erasure, only to have read."""
    return (
        erasure.method is Method.NONE
        and erasure.ending is Ending.COMPLETED
        and bool(erasure.passes)
        and all(done.action in _READING for done in erasure.passes)
    )


def compare(second: Erasure, first: Erasure, drive: Drive) -> tuple[Outcome, Sentence | None]:
    """Return what a second read says of the first erasure of the same drive, and why it says nothing."""
    read, expected = second.passes[-1], _expected(first)
    if expected is None or _pattern(read) != expected:
        return Outcome.UNDECIDED, Sentence(
            fr="La relecture n'a pas cherché ce que l'effacement a laissé.",
            en="The second read did not look for what the erasure left.",
        )
    if any(done.mismatch_count or done.mismatches for done in second.passes):
        return Outcome.CONTRADICTED, None
    if second.stick == first.stick:
        return Outcome.UNDECIDED, Sentence(
            fr="La relecture vient de la même clé : il en faut une autre.",
            en="The second read comes from the same stick: another one is needed.",
        )
    if second.operator is not None and second.operator == first.operator:
        return Outcome.UNDECIDED, Sentence(
            fr="La relecture vient de la même personne : il en faut une autre.",
            en="The second read comes from the same person: another one is needed.",
        )
    if not _whole(read, second, drive):
        return Outcome.UNDECIDED, Sentence(
            fr="La relecture n'a pas tout lu, ou pas depuis le disque lui-même.",
            en="The second read did not read everything, or not from the drive itself.",
        )
    return Outcome.CONFIRMED, None


def other_person(second: Erasure, first: Erasure) -> bool | None:
    """Say whether another person made the second read; None: one of the two is not told."""
    if second.operator is None or first.operator is None:
        return None
    return second.operator != first.operator


def _expected(first: Erasure) -> tuple[str | None, ...] | None:
    if is_firmware(first.method):
        planted = next((p for p in reversed(first.passes) if p.action == "canary_write"), None)
        return None if planted is None else ("canary_read", planted.key, planted.sample_seed)
    written = last_write(tuple(p for p in first.passes if p.area is None))
    return None if written is None else ("read_back", written.pattern, written.key)


def _pattern(read: Pass) -> tuple[str | None, ...]:
    if read.action == "canary_read":
        return (read.action, read.key, read.sample_seed)
    return (read.action, read.pattern, read.key)


def _whole(read: Pass, second: Erasure, drive: Drive) -> bool:
    sound = read.complete and read.own_process is True and not second.passes[-1].bytes_skipped
    direct = drive.kind is DriveKind.IMAGE or read.direct_io is True
    faults = sum(max(done.fault_count, len(done.faults)) for done in second.passes)
    if read.action == "canary_read":
        return sound and direct and not faults and bool(read.sample_places)
    whole = whole_bytes(second, drive)
    full = read.coverage_percent in {None, 100.0} and read.bytes_done == whole
    return sound and direct and not faults and full and second.identity_checked
