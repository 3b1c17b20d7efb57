"""Does a second read of a drive confirm what was proven, or contradict it? It writes nothing.

A second read is a statement whose method is `none` and that only read: everything again
(`read_back` with the pattern, and the key if there is one, of the erasure), or after an erasure by
the drive itself the canaries of that erasure (`canary_read`, same key and seed).
"""

from enum import StrEnum
from typing import Literal

from msgspec import Struct

from rebond_schemas.erasure import Ending, Method, Pass
from rebond_schemas.facts import Drive, DriveKind
from rebond_schemas.statement import Erasure
from rebond_server.domain.firmware_proof import is_firmware
from rebond_server.domain.sentence import Sentence
from rebond_server.domain.verdict import last_write, whole_bytes
from rebond_server.domain.verdict_time import time_taken

_READING = frozenset({"read_back", "canary_read"})


class Outcome(StrEnum):
    """What a second read says of the erasure before it."""

    CONFIRMED = "confirm_reread"
    CONTRADICTED = "contradict_reread"
    UNDECIDED = "reread_undecided"


class Wanted(Struct, frozen=True, kw_only=True):
    """What an erasure left on the drive, for whoever reads it again."""

    action: Literal["read_back", "canary_read"]
    pattern: Literal["zeros", "aes_256_ctr"]
    key: str | None
    sample_seed: str | None = None
    places: int | None = None
    bytes_done: int | None = None
    """Of the canaries; None: of the whole drive."""


def is_second_read(erasure: Erasure) -> bool:
    """Say whether the statement claims no erasure, only to have read, or to have tried to.

    One that was cut short says nothing; it must not be judged as an erasure that was cut short.
    """
    return (
        erasure.method is Method.NONE
        and erasure.ending is not Ending.REFUSED
        and bool(erasure.passes)
        and all(done.action in _READING for done in erasure.passes)
    )


def wanted(first: Erasure) -> Wanted | None:
    """Return what this erasure left; None when nothing of it can be read again."""
    if is_firmware(first.method):
        planted = next((p for p in reversed(first.passes) if p.action == "canary_write"), None)
        if planted is None or planted.key is None or planted.sample_seed is None:
            return None
        return Wanted(
            action="canary_read",
            pattern="aes_256_ctr",
            key=planted.key,
            sample_seed=planted.sample_seed,
            places=planted.sample_places,
            bytes_done=planted.bytes_done,
        )
    written = last_write(tuple(p for p in first.passes if p.area is None))
    if written is None or written.pattern not in {"zeros", "aes_256_ctr"}:
        return None
    pattern: Literal["zeros", "aes_256_ctr"] = (
        "zeros" if written.pattern == "zeros" else "aes_256_ctr"
    )
    return Wanted(action="read_back", pattern=pattern, key=written.key)


def compare(
    second: Erasure, first: Erasure, drive: Drive, *, ordered: bool
) -> tuple[Outcome, Sentence | None]:
    """Return what a second read says of the first erasure of the same drive, and why it says nothing.

    `ordered`: the server asked this very stick for it, in this run, after the draw. Only then can it
    confirm; a contradiction is heard from whomever it comes.
    """
    read, looked_for = second.passes[-1], wanted(first)
    if looked_for is None or not _looked_for(read, looked_for):
        return Outcome.UNDECIDED, Sentence(
            fr="La relecture n'a pas cherché ce que l'effacement a laissé.",
            en="The second read did not look for what the erasure left.",
        )
    if any(done.mismatch_count or done.mismatches for done in second.passes):
        return Outcome.CONTRADICTED, None
    why = _who(second, first) or _how(read, looked_for, second, drive)
    if why is None and not ordered:
        why = Sentence(
            fr="Le serveur n'a pas demandé cette relecture à cette clé : lancez « Relire » sur le poste.",
            en='The server did not ask this stick for this read: start "Read" at the bench.',
        )
    return (Outcome.CONFIRMED if why is None else Outcome.UNDECIDED), why


def other_person(second: Erasure, first: Erasure) -> bool | None:
    """Say whether another person made the second read; None: one of the two is not told."""
    one, other = _name(second.operator), _name(first.operator)
    if one is None or other is None:
        return None
    return one != other


def _name(operator: str | None) -> str | None:
    """Return a name without its case and spaces: one person types it in several ways."""
    return "".join((operator or "").casefold().split()) or None


def _who(second: Erasure, first: Erasure) -> Sentence | None:
    if second.stick == first.stick:
        return Sentence(
            fr="La relecture vient de la même clé : il en faut une autre.",
            en="The second read comes from the same stick: another one is needed.",
        )
    if _name(second.operator) is None:
        return Sentence(
            fr="La relecture ne dit pas qui l'a faite : recommencez en donnant votre nom (F6).",
            en="The second read does not tell who made it: start again and give your name (F6).",
        )
    if _name(first.operator) is None:
        return Sentence(
            fr="L'effacement ne dit pas qui l'a fait : effacez de nouveau, en donnant un nom (F6).",
            en="The erasure does not tell who made it: erase again, giving a name (F6).",
        )
    if not other_person(second, first):
        return Sentence(
            fr="La relecture vient de la même personne : il en faut une autre.",
            en="The second read comes from the same person: another one is needed.",
        )
    return None


def _looked_for(read: Pass, looked_for: Wanted) -> bool:
    same = (read.action, read.pattern, read.key) == (
        looked_for.action,
        looked_for.pattern,
        looked_for.key,
    )
    return same and (read.action == "read_back" or read.sample_seed == looked_for.sample_seed)


def _how(read: Pass, looked_for: Wanted, second: Erasure, drive: Drive) -> Sentence | None:
    if not _sound(read, second, drive) or not _whole(read, looked_for, second, drive):
        return Sentence(
            fr="La relecture n'a pas tout lu, ou pas depuis le disque lui-même : recommencez-la.",
            en="The second read did not read everything, or not from the drive itself: start it again.",
        )
    impossible = next(time_taken(second, drive, (read,)), None)
    return None if impossible is None else impossible.sentence


def _sound(read: Pass, second: Erasure, drive: Drive) -> bool:
    faults = sum(max(done.fault_count, len(done.faults)) for done in second.passes)
    skipped = sum(done.bytes_skipped for done in second.passes)
    return (
        second.ending is Ending.COMPLETED
        and second.identity_checked
        and read.complete
        and read.own_process is True
        and (drive.kind is DriveKind.IMAGE or read.direct_io is True)
        and not faults
        and not skipped
    )


def _whole(read: Pass, looked_for: Wanted, second: Erasure, drive: Drive) -> bool:
    if looked_for.action == "canary_read":
        places = (read.sample_places, read.bytes_done)
        return bool(looked_for.places) and places == (looked_for.places, looked_for.bytes_done)
    full = read.coverage_percent in {None, 100.0}
    return full and read.bytes_done == whole_bytes(second, drive)
