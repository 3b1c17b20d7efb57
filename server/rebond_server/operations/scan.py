"""What one scan means: find, receive, move, inspect or hand over a device; one scan, one answer."""

from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from rebond_schemas.plan_law import Kind
from rebond_server.domain.errors import Refused
from rebond_server.domain.intake.columns import Column
from rebond_server.domain.intake.item import read_item
from rebond_server.domain.intake.scanned import meaning
from rebond_server.domain.lifecycle import STATE_NAMES
from rebond_server.domain.policy import Permission
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue
from rebond_server.operations.place_device import move_device
from rebond_server.operations.step import device_of
from rebond_server.operations.take_in import take_in
from rebond_server.operations.undo_assignment import open_assignment
from rebond_server.operations.work import Work
from rebond_server.store.queries.find import Found, find, line
from rebond_server.store.queries.intake_list import waits_for_device
from rebond_server.store.queries.queue import WAITING, Action, waiting


class ScanMode(StrEnum):
    """What is done with each scan."""

    FIND = "find"
    RECEIVE = "receive"
    MOVE = "move"
    INSPECT = "inspect"
    HAND_OVER = "hand_over"


PERMISSIONS: dict[ScanMode, Permission] = {
    ScanMode.FIND: Permission.SEARCH,
    ScanMode.RECEIVE: Permission.RECEIVE_DEVICE,
    ScanMode.MOVE: Permission.RECEIVE_DEVICE,
    ScanMode.INSPECT: Permission.VIEW_QUEUE,
    ScanMode.HAND_OVER: Permission.HAND_OVER,
}

LONGEST = 512
"""Characters of one scan: an address with a tag is far shorter."""


class Tone(StrEnum):
    """How an answer sounds: done, look here, refused."""

    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, kw_only=True)
class Scanned:
    """What one scan came to; `device` is None when nobody knows what was scanned."""

    text: str
    tone: Tone
    sentence: Sentence
    device: Found | None = None
    action: Action | None = None
    """The one thing to do next, when that was asked."""


@dataclass(frozen=True, kw_only=True)
class Purpose:
    """What the person is doing while she scans."""

    mode: ScanMode
    place: str = ""
    """Code of the place, for `move`."""
    lot: str | None = None
    """Code of the lot, for `receive`; None: the one that is being unloaded."""
    kind: Kind = Kind.LAPTOP
    """Kind of the devices that are received."""
    request: UUID | None = None
    """The request whose devices are handed over."""


def scan(work: Work, text: str, purpose: Purpose) -> Scanned:
    """Do what the purpose asks with one scan; a refusal is an answer, too, and changes nothing."""
    work.require(PERMISSIONS[purpose.mode])
    text = text.replace("\x00", "").strip()[:LONGEST]
    if not text:
        return _answer(text, Tone.BAD, "Rien n'a été lu : scannez encore.", "Nothing was read.")
    found = find(work.session, work.site_id, text)
    try:
        with work.session.begin_nested():
            return _DO[purpose.mode](work, text, found, purpose)
    except Refused as refusal:
        device = found[0] if len(found) == 1 else None
        return Scanned(text=text, tone=Tone.BAD, sentence=refusal.sentence, device=device)


def _find(work: Work, text: str, found: tuple[Found, ...], purpose: Purpose) -> Scanned:
    del work, purpose
    device = _one(text, found)
    state = STATE_NAMES[device.state]
    return _answer(
        text, Tone.GOOD, state.fr.capitalize() + ".", f"{state.en.capitalize()}.", device
    )


def _move(work: Work, text: str, found: tuple[Found, ...], purpose: Purpose) -> Scanned:
    device = _one(text, found)
    place = purpose.place.strip().upper()
    if not place:
        raise BadValue(Sentence(fr="Dites d'abord où.", en="Say first where to."))
    move_device(work, device.device_id, place)
    return _answer(text, Tone.GOOD, f"Rangé en {place}.", f"Moved to {place}.", device)


def _receive(work: Work, text: str, found: tuple[Found, ...], purpose: Purpose) -> Scanned:
    if len(found) == 1:
        return _answer(
            text, Tone.WARN, "Déjà entré : rien n'a changé.", "In already: no change.", found[0]
        )
    printed = waits_for_device(work.session, work.site_id, text.upper())
    column = meaning(text, purpose.kind, printed=printed)
    item, faults = read_item({Column.KIND: purpose.kind.value, column: text})
    if item is None:
        raise BadValue(faults[0].sentence)
    device = line(take_in(work, item, purpose.lot))
    return _answer(text, Tone.GOOD, f"Entré : {device.tag}.", f"In: {device.tag}.", device)


def _inspect(work: Work, text: str, found: tuple[Found, ...], purpose: Purpose) -> Scanned:
    del purpose
    device = _one(text, found)
    if device.state not in WAITING:
        return replace(_find(work, text, found, Purpose(mode=ScanMode.FIND)), tone=Tone.GOOD)
    told = waiting(work.session, device_of(work, device.device_id))
    nothing = Sentence(fr="Rien ne s'y oppose.", en="Nothing is in the way.")
    return Scanned(
        text=text,
        tone=Tone.WARN if told.reason else Tone.GOOD,
        sentence=told.reason or nothing,
        device=device,
        action=told.action,
    )


def _hand_over(work: Work, text: str, found: tuple[Found, ...], purpose: Purpose) -> Scanned:
    """Say whether a device belongs to the request; the handover itself is one sheet for all."""
    device = _one(text, found)
    if purpose.request is None:
        raise BadValue(
            Sentence(fr="Dites d'abord pour quelle demande.", en="Say for which request.")
        )
    if open_assignment(work, device_of(work, device.device_id)).request_id != purpose.request:
        raise BadValue(
            Sentence(
                fr=f"{device.tag} est attribué à une autre demande.",
                en=f"{device.tag} is allocated to another request.",
            )
        )
    return _answer(text, Tone.GOOD, "Pour cette demande.", "For this request.", device)


_DO = {
    ScanMode.FIND: _find,
    ScanMode.RECEIVE: _receive,
    ScanMode.MOVE: _move,
    ScanMode.INSPECT: _inspect,
    ScanMode.HAND_OVER: _hand_over,
}


def _one(text: str, found: tuple[Found, ...]) -> Found:
    """Return the device that is meant, or raise BadValue when it is none or several."""
    if len(found) == 1:
        return found[0]
    if found:
        raise BadValue(
            Sentence(
                fr=f"{len(found)} appareils répondent à « {text} » : scannez l'étiquette.",
                en=f"{len(found)} devices answer to “{text}”: scan the tag.",
            )
        )
    raise BadValue(
        Sentence(fr=f"Aucun appareil ne répond à « {text} ».", en=f"No device answers to “{text}”.")
    )


def _answer(text: str, tone: Tone, fr: str, en: str, device: Found | None = None) -> Scanned:
    return Scanned(text=text, tone=tone, sentence=Sentence(fr=fr, en=en), device=device)
