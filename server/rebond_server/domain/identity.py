"""Is this the device we know? A score over several identifiers, none of them trusted alone.

Makers leave serial numbers blank, boards and cards are replaced, drives move from one machine to
another, one USB network dock is plugged into twenty machines. So one weak sign never decides, a
contradiction between strong signs is for a person to settle, and a moved drive is never a device.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Generic, TypeVar

from msgspec import Struct

from rebond_schemas.facts import Facts
from rebond_schemas.maker_names import known_maker
from rebond_server.domain.drive_identity import can_hold_data, drive_key
from rebond_server.domain.placeholder import machine_number, meaningful, meaningful_mac

Known = TypeVar("Known")


class Fingerprint(Struct, frozen=True, kw_only=True):
    """What may identify one device; placeholders are already None. Texts are folded."""

    maker: str | None = None
    model: str | None = None
    serial: str | None = None
    uuid: str | None = None
    board_serial: str | None = None
    macs: frozenset[str] = frozenset()
    """Of cards that belong to the machine: USB adaptors and docks are left out."""
    drives: frozenset[str] = frozenset()
    modules: frozenset[str] = frozenset()
    """Serial numbers of memory modules."""
    batteries: frozenset[str] = frozenset()
    typed: bool = False
    """A person or a donor's list says so, and no report: make and model may be spelled anyhow."""


class Sameness(StrEnum):
    """`doubtful` goes to the lead: nothing is merged, nothing is lost."""

    SAME = "same"
    DOUBTFUL = "doubtful"
    DIFFERENT = "different"


class Sign(Struct, frozen=True, kw_only=True):
    """One identifier that agrees (positive weight) or contradicts (negative)."""

    name: str
    weight: int
    strong: bool


class Match(Struct, frozen=True, kw_only=True):
    """How alike two fingerprints are, and the signs that say so, heaviest first."""

    score: int
    decision: Sameness
    reasons: tuple[Sign, ...]


class Choice(Struct, Generic[Known], frozen=True, kw_only=True):
    """The known devices that this may be; exactly one when the decision is `same`."""

    decision: Sameness
    candidates: tuple[tuple[Known, Match], ...]

    @property
    def device(self) -> Known | None:
        """The known device that this is, or None when it is new or a person must say."""
        return self.candidates[0][0] if self.decision is Sameness.SAME else None


SAME_FROM = 60
"""A serial number or UUID with the same model, or every network card with every drive."""
DOUBTFUL_FROM = 20
OTHER_BELOW = -25
"""One strong sign that agrees is no doubt when all else contradicts: makers copy UUIDs by the batch."""

_AGREES = {
    "serial": 60,
    "uuid": 50,
    "board_serial": 40,
    "macs": 40,
    "drives": 20,
    "modules": 20,
    "batteries": 10,
    "model": 10,
}
_CONTRADICTS = {"serial": -60, "uuid": -40, "board_serial": -30, "macs": -10, "drives": -10}
_STRONG = ("serial", "uuid", "board_serial")
_SETS = ("macs", "drives", "modules", "batteries")
_KEPT = frozenset({"drives", "modules", "batteries"})
"""What stays in the case when only the board is replaced."""
_ENOUGH = 2
"""Signs that must agree: one alone never decides, whatever its weight."""
_USB_CARDS = (
    "r8152",
    "r8153",
    "ax88",
    "cdc_",
    "asix",
    "smsc",
    "lan78",
    "rndis",
    "ipheth",
    "aqc111",
)
"""Beginnings of the kernel's drivers for network cards on USB (linux/drivers/net/usb)."""

_SHORTEST_PREFIX = 4
"""Letters of a maker or model below which one beginning like the other means nothing."""

_signs_only = re.compile("[^0-9a-z]")

_QEMU_DRIVE = re.compile(r"qm\d{5}$")
"""QEMU numbers the drives of every guest from QM00001."""


def fingerprint(facts: Facts) -> Fingerprint:
    """Return what identifies the machine with these facts."""
    board = facts.board
    macs = (
        meaningful_mac(interface.mac)
        for interface in facts.network
        if not (interface.driver or "").casefold().startswith(_USB_CARDS)
    )
    drives = (drive_key(drive.identity) for drive in facts.drives if can_hold_data(drive))
    maker = _maker(board.maker) or _maker(board.board_maker)
    return Fingerprint(
        maker=maker,
        model=_model(board.model, maker) or _model(board.board_model, maker),
        serial=machine_number(board.serial) or machine_number(board.chassis_serial),
        uuid=_uuid(board.uuid),
        board_serial=machine_number(board.board_serial),
        macs=frozenset(mac for mac in macs if mac is not None),
        drives=frozenset(d for d in drives if d is not None and not _QEMU_DRIVE.search(d)),
        modules=_numbers(module.serial for module in facts.memory.modules),
        batteries=_numbers(battery.serial for battery in facts.batteries),
    )


def typed_fingerprint(maker: str | None, model: str | None, serial: str | None) -> Fingerprint:
    """Return what identifies a machine that nobody has probed: the words of a list or of a label."""
    named = _maker(maker)
    return Fingerprint(
        maker=named, model=_model(model, named), serial=machine_number(serial), typed=True
    )


def match(new: Fingerprint, known: Fingerprint) -> Match:
    """Compare two fingerprints; the order of the two does not matter."""
    signs = tuple(sorted(_signs(new, known), key=lambda sign: (-abs(sign.weight), sign.name)))
    score = sum(sign.weight for sign in signs)
    strong = [sign.weight > 0 for sign in signs if sign.strong]
    agreeing = [sign for sign in signs if sign.weight > 0]
    if _unlike(new, known):
        # Make or model differ: another machine, unless two strong signs insist that it is this one.
        # Where a person typed them, one does: "ThinkPad T480" is what the firmware calls 20L50000FR.
        insist = 1 if new.typed or known.typed else _ENOUGH
        decision = Sameness.DOUBTFUL if strong.count(True) >= insist else Sameness.DIFFERENT
    elif score >= SAME_FROM and len(agreeing) >= _ENOUGH and False not in strong:
        decision = Sameness.SAME
    elif (
        (True in strong and score >= OTHER_BELOW)
        or (score >= DOUBTFUL_FROM and False not in strong)
        or _only_the_board(signs)
    ):
        decision = Sameness.DOUBTFUL
    else:
        decision = Sameness.DIFFERENT
    return Match(score=score, decision=decision, reasons=signs)


def contradicts(new: Fingerprint, known: Fingerprint) -> bool:
    """Say whether these are plainly two machines: a strong sign differs, or make or model do."""
    return _unlike(new, known) or any(
        sign.strong and sign.weight < 0 for sign in match(new, known).reasons
    )


def best(new: Fingerprint, known: Mapping[Known, Fingerprint]) -> Choice[Known]:
    """Return the known device that this is. Two that fit equally well are a doubt, not a choice."""
    found = [(key, match(new, fingerprint_)) for key, fingerprint_ in known.items()]
    found.sort(key=lambda one: (-one[1].score, str(one[0])))
    same = tuple(one for one in found if one[1].decision is Sameness.SAME)
    if len(same) == 1:
        return Choice(decision=Sameness.SAME, candidates=same)
    maybe = tuple(one for one in found if one[1].decision is not Sameness.DIFFERENT)
    decision = Sameness.DOUBTFUL if maybe else Sameness.DIFFERENT
    return Choice(decision=decision, candidates=maybe)


def _signs(one: Fingerprint, other: Fingerprint) -> Iterator[Sign]:
    for name in _STRONG:
        pair = (getattr(one, name), getattr(other, name))
        if None not in pair:
            weight = (_AGREES if pair[0] == pair[1] else _CONTRADICTS)[name]
            yield Sign(name=name, weight=weight, strong=True)
    for name in _SETS:
        yield from _set_sign(name, getattr(one, name), getattr(other, name))
    if one.model is not None and one.model == other.model:
        yield Sign(name="model", weight=_AGREES["model"], strong=False)


def _set_sign(name: str, one: frozenset[str], other: frozenset[str]) -> Iterator[Sign]:
    """All the same counts in full; a part counts half: a dock, or a drive that moved."""
    if not one or not other:
        return
    if one == other:
        weight = _AGREES[name]
    elif one & other:
        weight = _AGREES[name] // 2
    else:
        weight = _CONTRADICTS.get(name, 0)
    if weight:
        yield Sign(name=name, weight=weight, strong=False)


def _only_the_board(signs: tuple[Sign, ...]) -> bool:
    """Say whether all that stays in the case agrees in full while the board's numbers do not."""
    kept = {sign.name: sign.weight for sign in signs if sign.name in _KEPT}
    whole = [name for name, weight in kept.items() if weight == _AGREES[name]]
    return len(whole) >= _ENOUGH and len(whole) == len(kept)


def _unlike(one: Fingerprint, other: Fingerprint) -> bool:
    """Say whether make or model differ: a machine keeps both. "Dell" and "Dell Inc." are one."""
    return _contradict(one.model, other.model) or _contradict(one.maker, other.maker)


def _contradict(one: str | None, other: str | None) -> bool:
    if one is None or other is None or one == other:
        return False
    short, long = sorted((one, other), key=len)
    return len(short) < _SHORTEST_PREFIX or not long.startswith(short)


def _maker(text: str | None) -> str | None:
    """Fold the dozen spellings of one maker into one."""
    known = known_maker(text)
    return meaningful(text) if known is None else _signs_only.sub("", known.casefold())


def _model(text: str | None, maker: str | None) -> str | None:
    """Return the model without its maker in front: HP writes its name into the product's."""
    words = (text or "").split()
    for count in (1, 2):
        if maker is not None and _maker(" ".join(words[:count])) == maker:
            return machine_number(" ".join(words[count:])) or machine_number(text)
    return machine_number(text)


def _numbers(serials: Iterable[str | None]) -> frozenset[str]:
    return frozenset(found for one in serials if (found := meaningful(one)) is not None)


def _uuid(text: str | None) -> str | None:
    """Fold both byte orders into one: SMBIOS 2.6 turned the first three fields round."""
    folded = meaningful(text)
    if folded is None or not re.fullmatch("[0-9a-f]{32}", folded):
        return None
    fields = bytes.fromhex(folded)
    turned = fields[3::-1] + fields[5:3:-1] + fields[7:5:-1] + fields[8:]
    return min(folded, turned.hex())
