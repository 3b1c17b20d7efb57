"""What people have already decided: locked lines, pins, and those that cannot be followed."""

from collections import defaultdict
from dataclasses import dataclass

from rebond_schemas.plan import Device, Hold, Pin, PlanInput, Request
from rebond_schemas.plan_output import Condition, Conflict, Miss
from rebond_server.domain.programme import Eligible, Refused, Terms, eligible, fit


@dataclass(frozen=True, kw_only=True)
class Locked:
    """A device that no plan may move."""

    device: Device
    request: Request
    place: int
    fit: Eligible
    reason: str


@dataclass(frozen=True, kw_only=True)
class Held:
    """Locks and pins of one input, sorted into what binds and what cannot be followed."""

    locked: tuple[Locked, ...]
    pairs: tuple[Pin, ...]
    whole: tuple[Pin, ...]
    conflicts: tuple[Conflict, ...]
    filled: dict[tuple[str, int], int]

    def units(self, request: Request) -> int:
        """Return how many whole units of the request are locked."""
        return min(self.counts(request))

    def counts(self, request: Request) -> list[int]:
        """Return how many devices are locked for each part of the request."""
        return [self.filled.get((request.id, place), 0) for place in range(len(request.parts))]

    def wanted(self, request: Request) -> int:
        """Return how many units are neither locked nor begun by a lock."""
        return max(0, request.quantity - max(self.counts(request)))


def held(source: PlanInput, known: Terms) -> Held:
    """Return the holds of an input; an unsanitised device is never locked nor pinned."""
    devices = {device.id: device for device in source.devices}
    filled: defaultdict[tuple[str, int], int] = defaultdict(int)
    locked, pairs, whole, conflicts = [], [], [], []
    for pin in sorted(source.pins, key=_in_order):
        if pin.hold is Hold.FORBID or pin.request is None:
            continue
        request = known.requests[pin.request]
        if pin.device is None:
            whole.append(pin)
            continue
        device = devices[pin.device]
        if pin.hold is Hold.LOCK and device.sanitised:
            line = _lock(device, request, pin.reason, known, filled)
            filled[request.id, line.place] += 1
            locked.append(line)
            continue
        misses = _why_not(device, request, known)
        if misses:
            conflicts.append(Conflict(pin=pin, misses=misses))
        else:
            pairs.append(pin)
    return Held(
        locked=tuple(locked),
        pairs=tuple(pairs),
        whole=tuple(whole),
        conflicts=tuple(conflicts),
        filled=dict(filled),
    )


def _lock(
    device: Device,
    request: Request,
    reason: str,
    known: Terms,
    filled: dict[tuple[str, int], int],
) -> Locked:
    """Return the line of a lock, in the emptiest part that the device fits."""
    programme = known.programmes[request.programme]
    answers = [fit(device, part, programme) for part in request.parts]
    place = min(
        range(len(answers)),
        key=lambda one: (isinstance(answers[one], Refused), filled[request.id, one], one),
    )
    answer = answers[place]
    found = answer if isinstance(answer, Eligible) else Eligible(wish=0, over_specification=0)
    return Locked(device=device, request=request, place=place, fit=found, reason=reason)


def _why_not(device: Device, request: Request, known: Terms) -> tuple[Miss, ...]:
    if not device.sanitised:
        return (Miss(condition=Condition.NOT_SANITISED),)
    answers = [eligible(device, request, part, known) for part in request.parts]
    refused = [answer.misses for answer in answers if isinstance(answer, Refused)]
    return min(refused, key=len) if len(refused) == len(answers) else ()


def _in_order(pin: Pin) -> tuple[str, str, str, str]:
    return (pin.hold, pin.request or "", pin.device or "", pin.reason)
