"""The document a plan is made from: whether it holds together, and its fingerprint."""

import hashlib
from collections import Counter
from collections.abc import Iterator

import msgspec

from rebond_schemas.plan import Base, Hold, PlanInput
from rebond_server.domain.errors import UnusablePlanInput
from rebond_server.domain.sentence import Sentence


def canonical(source: PlanInput) -> PlanInput:
    """Return the same input with its lists in an order of their own."""
    return msgspec.structs.replace(
        source,
        territories=tuple(sorted(source.territories, key=lambda one: one.id)),
        lots=tuple(sorted(source.lots, key=lambda one: one.id)),
        programmes=tuple(sorted(source.programmes, key=lambda one: one.id)),
        requests=tuple(sorted(source.requests, key=lambda one: one.id)),
        devices=tuple(sorted(source.devices, key=lambda one: one.id)),
        pins=tuple(sorted(source.pins, key=msgspec.json.encode)),
        proposal=tuple(sorted(source.proposal, key=lambda one: (one.device, one.request))),
    )


def fingerprint(source: PlanInput) -> str:
    """Return the SHA-256 of the canonical JSON of an input, in hexadecimal."""
    return hashlib.sha256(msgspec.json.encode(canonical(source), order="sorted")).hexdigest()


def require_whole(source: PlanInput) -> None:
    """Raise UnusablePlanInput, naming the entry, when the document contradicts itself."""
    for sentence in _contradictions(source):
        raise UnusablePlanInput(sentence)


def _contradictions(source: PlanInput) -> Iterator[Sentence]:
    yield from _repeated(source)
    lots = {lot.id for lot in source.lots}
    programmes = {programme.id for programme in source.programmes}
    devices = {device.id for device in source.devices}
    requests = {request.id for request in source.requests}
    yield from (
        _unknown("appareil", "device", device.id, device.lot)
        for device in source.devices
        if device.lot not in lots
    )
    yield from (
        _unknown("demande", "request", request.id, request.programme)
        for request in source.requests
        if request.programme not in programmes
    )
    for lot in source.lots:
        for share in lot.shares:
            if share.programme not in programmes:
                yield _unknown("part", "share", share.id, share.programme)
            if share.base is Base.COLLECTED and share.collected is None:
                yield _unknown("part", "share", share.id, "collected")
    for pin in source.pins:
        if (pin.device or next(iter(devices), "")) not in devices:
            yield _unknown("consigne", "pin", pin.reason, pin.device or "")
        if (pin.request or next(iter(requests), "")) not in requests:
            yield _unknown("consigne", "pin", pin.reason, pin.request or "")
    yield from _half_named(source)


def _half_named(source: PlanInput) -> Iterator[Sentence]:
    for pin in source.pins:
        named = (pin.device is not None) + (pin.request is not None)
        if named == 0 or (pin.hold is Hold.LOCK and named == 1):
            yield Sentence(
                fr=f"La consigne « {pin.reason} » ({pin.hold}) ne nomme pas ce qu'il faut.",
                en=f"The hold “{pin.reason}” ({pin.hold}) does not name what it must.",
            )
        if pin.hold is Hold.PIN and pin.request is None:
            yield Sentence(
                fr=f"La consigne « {pin.reason} » épingle un appareil sans dire pour quelle demande.",
                en=f"The hold “{pin.reason}” pins a device without saying for which request.",
            )
    locked = Counter(pin.device for pin in source.pins if pin.hold is Hold.LOCK)
    for device, count in sorted(locked.items(), key=str):
        if count > 1:
            yield Sentence(
                fr=f"L'appareil {device} est verrouillé deux fois.",
                en=f"Device {device} is locked twice.",
            )


def _repeated(source: PlanInput) -> Iterator[Sentence]:
    ids = [
        [lot.id for lot in source.lots],
        [programme.id for programme in source.programmes],
        [request.id for request in source.requests],
        [device.id for device in source.devices],
        [share.id for lot in source.lots for share in lot.shares],
        *[[cap.id for cap in programme.caps] for programme in source.programmes],
        *[[part.name for part in request.parts] for request in source.requests],
    ]
    for group in ids:
        for name, count in Counter(group).items():
            if count > 1:
                yield Sentence(
                    fr=f"« {name} » apparaît {count} fois parmi ses pareils.",
                    en=f"“{name}” appears {count} times among its like.",
                )


def _unknown(fr: str, en: str, name: str, missing: str) -> Sentence:
    return Sentence(
        fr=f"{fr} {name} : « {missing} » manque dans le document.",
        en=f"{en} {name}: “{missing}” is missing from the document.",
    )
