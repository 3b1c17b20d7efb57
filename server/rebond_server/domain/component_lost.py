"""What an earlier report saw in a device and the latest no longer sees: taken out, dead, or loose."""

from collections import Counter
from collections.abc import Iterator

from rebond_schemas.facts import Facts
from rebond_server.domain.drive_identity import can_hold_data, drive_key
from rebond_server.domain.sentence import Sentence


def lost_since(before: Facts, now: Facts) -> tuple[Sentence, ...]:
    """Return one sentence for each component that is gone; what was not looked for is not gone."""
    return (*_drives(before, now), *_memory(before, now), *_others(before, now))


def _drives(before: Facts, now: Facts) -> Iterator[Sentence]:
    if now.drives_hidden is not False:
        return
    held = [d for d in before.drives if can_hold_data(d)]
    left = Counter(drive_key(d.identity) for d in now.drives)
    for drive in held:
        key = drive_key(drive.identity)
        if key is None:
            continue
        if not left[key]:
            name = drive.identity.model or drive.path
            yield Sentence(fr=f"Le disque {name} n'y est plus.", en=f"The drive {name} is gone.")
        left[key] -= 1


def _memory(before: Facts, now: Facts) -> Iterator[Sentence]:
    had, has = before.memory.installed_mib, now.memory.installed_mib
    if had and has and has < had:
        yield Sentence(
            fr=f"Il reste {has} Mio de mémoire sur {had}.",
            en=f"{has} MiB of memory are left of {had}.",
        )


def _others(before: Facts, now: Facts) -> Iterator[Sentence]:
    if len(now.batteries) < len(before.batteries) and "batteries" in _looked_at(now):
        yield Sentence(fr="Une batterie n'y est plus.", en="A battery is gone.")
    kinds = [{n.kind for n in facts.network} for facts in (before, now)]
    if "wifi" in kinds[0] and now.network and "wifi" not in kinds[1]:
        yield Sentence(fr="La carte Wi-Fi n'y est plus.", en="The Wi-Fi card is gone.")


def _looked_at(facts: Facts) -> frozenset[str]:
    """Return what this report looked for at all: a laptop's report always lists its batteries."""
    chassis = facts.board.chassis
    mobile = chassis is not None and chassis.value in {"laptop", "convertible", "tablet"}
    return frozenset({"batteries"} if mobile else ())
