"""The independent checker: reads only input and plan, device by device, and trusts no solver."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from fractions import Fraction
from math import ceil
from operator import attrgetter

from rebond_schemas.plan import Base, Cap, Device, Hold, Lot, PlanInput, Request, Scope, Share
from rebond_schemas.plan_output import Assigned, PlanOutput
from rebond_server.domain.allocation.input import fingerprint
from rebond_server.domain.programme import Refused, Terms, eligible, open_on, terms
from rebond_server.domain.sentence import Sentence

Line = tuple[Device, Request, Assigned]
SEEN = attrgetter(
    *(name for name in Device.__struct_fields__ if name not in {"id", "tag", "received", "site"})
)
"""What a condition may look at."""


def check(source: PlanInput, output: PlanOutput) -> tuple[Sentence, ...]:
    """Return every rule that the plan breaks, as sentences; none when it is lawful."""
    return tuple(_broken(source, output))


def _broken(source: PlanInput, output: PlanOutput) -> Iterator[Sentence]:
    if output.input_sha256 != fingerprint(source):
        yield Sentence(
            fr="Le plan n'est pas celui de ce document.",
            en="The plan does not belong to this document.",
        )
    known = terms(source, output.made)
    devices = {device.id: device for device in source.devices}
    lines: list[Line] = []
    for one in output.assignments:
        if one.device not in devices or one.request not in known.requests:
            yield _said("assignment", f"{one.device} → {one.request}", "unknown")
            continue
        lines.append((devices[one.device], known.requests[one.request], one))
    barred: defaultdict[str, frozenset[str | None]] = defaultdict(frozenset)
    for pin in source.pins:
        if pin.hold is Hold.FORBID and pin.device is not None:
            barred[pin.device] |= {pin.request}
    yield from _devices(lines, barred, known)
    yield from _quantities(source, lines, output)
    yield from _caps(source, lines, known)
    for lot in source.lots:
        for share in lot.shares:
            yield from _share(source, lot, share, lines)
    yield from _holds(source, lines, output)


def _devices(
    lines: list[Line], barred: dict[str, frozenset[str | None]], known: Terms
) -> Iterator[Sentence]:
    for name, times in Counter(device.id for device, _, _ in lines).items():
        if times > 1:
            yield _said("twice", name, str(times))
    answers: dict[tuple[object, ...], str] = {}
    for device, request, one in lines:
        if not device.sanitised:
            yield _said("not_sanitised", device.id, request.id)
        if {None, request.id} & barred.get(device.id, frozenset()) and not one.locked:
            yield _said("forbidden", device.id, request.id)
        # Devices that no condition can tell apart get the same answer, asked once.
        alike = (SEEN(device), request.id, one.part, one.locked)
        if alike not in answers:
            answers[alike] = _refusal(device, request, one, known)
        if answers[alike]:
            yield _said("not_eligible", f"{device.id} → {request.id}", answers[alike])


def _refusal(device: Device, request: Request, one: Assigned, known: Terms) -> str:
    """Return the codes of what stands between device and request, "" when nothing does."""
    parts = [part for part in request.parts if part.name == one.part]
    if not parts:
        return f"part {one.part}"
    answer = eligible(device, request, parts[0], known)
    if one.locked or not isinstance(answer, Refused):
        return ""
    return ", ".join(miss.condition for miss in answer.misses)


def _quantities(source: PlanInput, lines: list[Line], output: PlanOutput) -> Iterator[Sentence]:
    free: defaultdict[str, Counter[str]] = defaultdict(Counter)
    locked: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for _, request, one in lines:
        (locked if one.locked else free)[request.id][one.part] += 1
    served = {outcome.request: outcome.served for outcome in output.outcomes}
    for request in source.requests:
        new = [free[request.id][part.name] for part in request.parts]
        old = [locked[request.id][part.name] for part in request.parts]
        if min(new) != max(new):
            yield _said("kit", request.id, f"{new}")
        if max(new) > 0 and max(old) + max(new) > request.quantity:
            yield _said("quantity", request.id, f"{max(old) + max(new)} > {request.quantity}")
        if served.get(request.id) != min(new) + min(old):
            yield _said("served", request.id, f"{served.get(request.id)} ≠ {min(new) + min(old)}")


def _caps(source: PlanInput, lines: list[Line], known: Terms) -> Iterator[Sentence]:
    for programme in source.programmes:
        mine = [line for line in lines if line[1].programme == programme.id]
        for cap in programme.caps:
            if not open_on(known.now.date(), cap.starts, cap.ends):
                continue
            given: Counter[str] = Counter()
            moved: Counter[str] = Counter()
            for device, request, one in mine:
                whom = _counted(cap, request)
                if whom is not None and (device.kind in cap.kinds or not cap.kinds):
                    given[whom] += 1
                    moved[whom] += not one.locked
            for whom, count in given.items():
                total = count + cap.used.get(whom, 0)
                if moved[whom] and total > cap.limit:
                    yield _said("cap", f"{programme.id}/{cap.id}/{whom}", f"{total} > {cap.limit}")


def _counted(cap: Cap, request: Request) -> str | None:
    by_scope = {
        Scope.TOTAL: "",
        Scope.ORGANISATION: request.organisation,
        Scope.OFFICE: request.office,
        Scope.PERSON: request.person,
    }
    return by_scope[cap.scope]


def _share(source: PlanInput, lot: Lot, share: Share, lines: list[Line]) -> Iterator[Sentence]:
    """Say that a promise is broken; one that was broken before, only when it is made worse."""

    def counts(device: Device) -> bool:
        return device.lot == lot.id and (not share.kinds or device.kind in share.kinds)

    leaving = [(request, one) for device, request, one in lines if counts(device)]
    sanitised = sum(device.sanitised and counts(device) for device in source.devices)
    to_it = share.given + sum(request.programme == share.programme for request, _ in leaving)
    left = share.released + len(leaving)
    others = sum(
        request.programme != share.programme and not one.locked for request, one in leaving
    )
    fraction = Fraction(str(share.fraction)).limit_denominator(10_000)
    if share.base is Base.RELEASED:
        before = [request.programme == share.programme for request, one in leaving if one.locked]
        old = fraction * (share.released + len(before)) - share.given - sum(before)
        allowed = max(Fraction(share.tolerance), old)
        if fraction * left - to_it > allowed:
            yield _said("share", share.id, f"{to_it}/{left}")
        return
    ready = share.ready if share.ready is not None else sanitised + share.released
    base = ready if share.base is Base.READY else share.collected or 0
    reachable = to_it + sanitised - len(leaving)
    if others and reachable < ceil(fraction * base - share.tolerance):
        yield _said("share", share.id, f"{reachable}/{base}")


def _holds(source: PlanInput, lines: list[Line], output: PlanOutput) -> Iterator[Sentence]:
    named = {(pin.pin.hold, pin.pin.device, pin.pin.request) for pin in output.conflicts}
    pairs = {(device.id, request.id) for device, request, _ in lines}
    locks = {(device.id, request.id) for device, request, one in lines if one.locked}
    wanted = {(pin.device, pin.request) for pin in source.pins if pin.hold is Hold.LOCK}
    served = {outcome.request: outcome for outcome in output.outcomes}
    for pin in source.pins:
        if (pin.hold, pin.device, pin.request) in named:
            continue
        pair = (pin.device, pin.request)
        if pin.hold is Hold.LOCK and pair not in locks:
            yield _said("lock", pin.device or "", pin.request or "")
        if pin.hold is Hold.PIN and pin.device is not None and pair not in pairs:
            yield _said("pin", pin.device, pin.request or "")
        if pin.hold is Hold.PIN and pin.device is None:
            outcome = served.get(pin.request or "")
            if outcome is None or outcome.served < outcome.asked:
                yield _said("pin", pin.request or "", "")
    for device, request in sorted(locks):
        if (device, request) not in wanted:
            yield _said("lock", device, request)


def _said(rule: str, what: str, how: str) -> Sentence:
    return Sentence(
        fr=f"Règle « {rule} » enfreinte : {what} ({how}).",
        en=f"Rule “{rule}” broken: {what} ({how}).",
    )
