"""The stock as the solver sees it: pools of devices that nobody could tell apart in this plan."""

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from operator import attrgetter

from rebond_schemas.plan import Device, Minimum, Part, PlanInput, Programme, Request
from rebond_server.domain.allocation.held import Held, held
from rebond_server.domain.programme import (
    DISK_BANDS_GB,
    RAM_BANDS_MIB,
    Eligible,
    Terms,
    as_if_fit,
    fit,
    lot_misses,
    request_misses,
    terms,
)


@dataclass(frozen=True, kw_only=True)
class Slot:
    """One part of one request: where a device can go."""

    request: Request
    programme: Programme
    part: Part
    place: int


@dataclass(frozen=True, kw_only=True)
class Pool:
    """Devices that may go to the same slots at the same cost and count for the same rules."""

    devices: tuple[Device, ...]
    options: dict[int, Eligible]

    @property
    def lot(self) -> str:
        """Return the lot of its devices, as far as a rule counts it."""
        return self.devices[0].lot

    @property
    def kind(self) -> str:
        """Return the kind of its devices, as far as a rule counts it."""
        return self.devices[0].kind


@dataclass(frozen=True, kw_only=True)
class Stock:
    """Everything a plan is computed from, in an order that does not depend on the input's."""

    source: PlanInput
    known: Terms
    requests: tuple[Request, ...]
    slots: tuple[Slot, ...]
    pools: tuple[Pool, ...]
    held: Held

    def programme(self, request: Request) -> Programme:
        """Return the programme of a request."""
        return self.known.programmes[request.programme]


def queue_place(request: Request) -> tuple[bool, float, int, str]:
    """Return the place in the queue: oldest complete file, then lottery, then name."""
    moment = request.completed.timestamp() if request.completed is not None else 0.0
    return (request.completed is None, moment, request.lottery, request.id)


def shelf_place(device: Device) -> tuple[float, str, str]:
    """Return the place on the shelf: oldest in stock first."""
    return (device.received.timestamp(), device.tag, device.id)


@dataclass(frozen=True, kw_only=True)
class Waivers:
    """What a what-if sets aside: conditions on whole requests, or between device and part of request."""

    requests: frozenset[str] = frozenset()
    lines: frozenset[tuple[str, str, int]] = frozenset()


NO_WAIVERS = Waivers()


def stock(source: PlanInput, now: datetime, waivers: Waivers = NO_WAIVERS) -> Stock:
    """Return the input as pools and slots."""
    known = terms(source, now)
    requests = tuple(
        sorted(
            (
                one
                for one in source.requests
                if one.id in waivers.requests or not any(request_misses(one, known))
            ),
            key=queue_place,
        )
    )
    slots = tuple(
        Slot(request=request, programme=known.programmes[request.programme], part=part, place=place)
        for request in requests
        for place, part in enumerate(request.parts)
    )
    found = held(source, known)
    return Stock(
        source=source,
        known=known,
        requests=requests,
        slots=slots,
        pools=_Pooling(source, known, slots, found, waivers.lines).pools(),
        held=found,
    )


_NOT_OF_RECIPIENTS = frozenset({
    "id", "quantity", "parts", "completed", "lottery", "organisation", "person", "office", "proofs",
    "tier",
})  # fmt: skip
"""What the terms of a lot do not look at in a request."""
_AS_RECIPIENT = attrgetter(
    *(name for name in Request.__struct_fields__ if name not in _NOT_OF_RECIPIENTS)
)


class _Pooling:
    """Sorts devices into pools, asking each question once for each kind of answer."""

    def __init__(
        self,
        source: PlanInput,
        known: Terms,
        slots: tuple[Slot, ...],
        found: Held,
        waived: frozenset[tuple[str, str, int]],
    ) -> None:
        self.waived = waived
        self.spared = {device for device, _, _ in waived}
        self.source, self.known, self.slots = source, known, slots
        self.locked = {line.device.id for line in found.locked}
        self.single = {pin.device for pin in found.pairs} | {
            device for device, _ in known.forbidden_pairs
        }
        self.single |= self.spared
        self.edges = _edges(source)
        self.shared_lots = {lot.id for lot in source.lots if lot.shares}
        caps = [cap for programme in source.programmes for cap in programme.caps]
        shares = [share for lot in source.lots for share in lot.shares]
        counted = (*(cap.kinds for cap in caps), *(share.kinds for share in shares))
        self.counted_kinds = {kind for kinds in counted for kind in kinds}
        wanted = {(slot.programme.id, slot.part.wishes): slot for slot in slots}
        self.questions = dict(zip(wanted, count(), strict=False))
        self.askers = [
            (slot, {kind for wish in slot.part.wishes for kind in wish.kinds})
            for slot in wanted.values()
        ]
        self.question_of = [self.questions[slot.programme.id, slot.part.wishes] for slot in slots]
        self.recipient_of = [_AS_RECIPIENT(slot.request) for slot in slots]
        self.recipients = dict(
            zip(self.recipient_of, (slot.request for slot in slots), strict=True)
        )

    def pools(self) -> tuple[Pool, ...]:
        """Return the pools, those with the oldest device first."""
        groups: dict[object, tuple[dict[int, Eligible], list[Device]]] = {}
        for key, devices in self._alike().items():
            options = self._options(devices[0])
            if not options:
                continue
            one = devices[0]
            mark = (
                tuple(options.items()),
                one.lot if one.lot in self.shared_lots else None,
                one.kind if one.kind in self.counted_kinds else None,
                key if one.id in self.single else None,
            )
            groups.setdefault(mark, (options, []))[1].extend(devices)
        built = [
            Pool(devices=tuple(sorted(devices, key=shelf_place)), options=options)
            for options, devices in groups.values()
        ]
        return tuple(sorted(built, key=lambda pool: shelf_place(pool.devices[0])))

    def _alike(self) -> dict[tuple[object, ...], list[Device]]:
        """Return the sanitised, free devices by everything that a rule can look at."""
        alike: defaultdict[tuple[object, ...], list[Device]] = defaultdict(list)
        ram, disk, year, battery = self.edges
        limit = self.known.law.unit_value_limit_eur
        barred = self.locked | self.known.forbidden_devices
        for one in self.source.devices:
            spared = one.id in self.spared and one.id not in self.locked
            if (not one.sanitised or one.id in barred) and not spared:
                continue
            value = one.unit_value_eur
            key = (
                one.kind,
                one.grade,
                None if one.ram_mib is None else bisect_right(ram, one.ram_mib),
                None if one.disk_gb is None else bisect_right(disk, one.disk_gb),
                one.disk_kind,
                None if one.cpu_year is None else bisect_right(year, one.cpu_year),
                one.windows_11,
                None if one.battery_percent is None else bisect_right(battery, one.battery_percent),
                one.lot,
                None if value is None else value <= limit,
                one.id if one.id in self.single else None,
            )
            alike[key].append(one)
        self._keys = {devices[0].id: key for key, devices in alike.items()}
        self._fits: dict[tuple[object, ...], list[Eligible | None]] = {}
        self._lots: dict[tuple[object, ...], tuple[bool, ...]] = {}
        self._shared: dict[tuple[object, ...], dict[int, Eligible]] = {}
        return alike

    def _options(self, one: Device) -> dict[int, Eligible]:
        key = self._keys[one.id]
        fits, lots = self._fitting(one, key[:8]), self._admitting(one, (key[0], key[8], key[9]))
        if one.id in self.single:
            return self._own(one, fits, lots)
        if (key[:8], lots) not in self._shared:
            self._shared[key[:8], lots] = self._open(fits, lots)
        return self._shared[key[:8], lots]

    def _own(
        self, one: Device, fits: list[Eligible | None], lots: tuple[bool, ...]
    ) -> dict[int, Eligible]:
        """Return where a device may go that somebody has named."""
        barred = {request for device, request in self.known.forbidden_pairs if device == one.id}
        if not one.sanitised or one.id in self.known.forbidden_devices:
            barred = {slot.request.id for slot in self.slots}
        spared = {
            number: as_if_fit(one, slot.part, slot.programme)
            for number, slot in enumerate(self.slots)
            if (one.id, slot.request.id, slot.place) in self.waived
        }
        return spared | {
            number: answer
            for number, answer in self._open(fits, lots).items()
            if self.slots[number].request.id not in barred
        }

    def _open(self, fits: list[Eligible | None], lots: tuple[bool, ...]) -> dict[int, Eligible]:
        return {
            number: answer
            for number, question in enumerate(self.question_of)
            if lots[number] and (answer := fits[question]) is not None
        }

    def _fitting(self, one: Device, key: tuple[object, ...]) -> list[Eligible | None]:
        if key not in self._fits:
            answers = (
                fit(one, asker.part, asker.programme) if one.kind in kinds else None
                for asker, kinds in self.askers
            )
            self._fits[key] = [
                answer if isinstance(answer, Eligible) else None for answer in answers
            ]
        return self._fits[key]

    def _admitting(self, one: Device, key: tuple[object, ...]) -> tuple[bool, ...]:
        if key not in self._lots:
            lot = self.known.lots[one.lot]
            by_recipient = {
                seen: not any(lot_misses(lot, one.kind, one.unit_value_eur, request, self.known))
                for seen, request in self.recipients.items()
            }
            self._lots[key] = tuple(by_recipient[seen] for seen in self.recipient_of)
        return self._lots[key]


def _edges(source: PlanInput) -> tuple[list[int], list[int], list[int], list[int]]:
    """Return the values of memory, disk, year and battery at which an answer can change."""
    leasts: list[Minimum] = [
        *(least for programme in source.programmes for least in programme.minimums),
        *(
            wish.minimum
            for request in source.requests
            for part in request.parts
            for wish in part.wishes
        ),
    ]
    return (
        sorted({*RAM_BANDS_MIB, *(least.ram_mib or 0 for least in leasts)}),
        sorted({*DISK_BANDS_GB, *(least.disk_gb or 0 for least in leasts)}),
        sorted({least.cpu_year or 0 for least in leasts}),
        sorted({least.battery_percent or 0 for least in leasts}),
    )
