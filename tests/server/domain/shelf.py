"""Laptops to be lifted, parts on a shelf, and what every repair plan must keep: for tests and bench."""

import random
from collections import Counter

from devices import LAPTOP, PASSED, SSD, inventory
from msgspec.structs import replace

from rebond_schemas.facts import Battery, DriveIdentity, Memory, MemoryModule
from rebond_server.domain.facts import project
from rebond_server.domain.grading import Letter
from rebond_server.domain.health import Health
from rebond_server.domain.lift_way import changed
from rebond_server.domain.part import Part, PartKind, Spec
from rebond_server.domain.repair_plan import Bench
from rebond_server.domain.rule_set import grade_by
from rebond_server.rules.load import grading_rules

RULES = grading_rules()
ORDER = list(Letter)


def module(mib, *, soldered=False):
    return MemoryModule(size_mib=mib, kind="DDR4", form="SODIMM", soldered=soldered)


def memory(*sizes, free=0, **more):
    return Memory(
        installed_mib=sum(sizes), slots=len(sizes) + free, free_slots=free,
        modules=tuple(module(size) for size in sizes), **more,
    )  # fmt: skip


DISK = replace(SSD, form_factor="2.5 inches")
GOOD = replace(
    LAPTOP,
    memory=memory(8192),
    drives=(DISK,),
    batteries=(Battery(model="01AV490", design_mwh=48000, full_mwh=41000),),
)
SMALL = replace(GOOD, memory=memory(4096, free=1))
WORN = replace(GOOD, batteries=(Battery(model="01AV490", design_mwh=100, full_mwh=40),))


def stick(mib, number=0, kind="DDR4", form="SODIMM", donor=None):
    return Part(
        id=f"m{mib}-{kind}-{number}", kind=PartKind.MEMORY,
        spec=Spec(type=kind, form=form, size=mib), place="A1", donor=donor,
    )  # fmt: skip


def drive(size, number=0, form="2.5", health="ok"):
    return Part(
        id=f"d{size}-{form}-{number}", kind=PartKind.DRIVE,
        spec=Spec(type="ssd", form=form, size=size, health=health), place="B2",
    )  # fmt: skip


def battery(percent, number=0, model="01AV490"):
    return Part(
        id=f"b{percent}-{number}", kind=PartKind.BATTERY,
        spec=Spec(type=model, size=percent), place="C3",
    )  # fmt: skip


def facts(machine=GOOD, checks=PASSED, healths=(Health.OK,)):
    return project(inventory(machine), checks, healths)


def bench(tag, machine, healths=(Health.OK,)):
    return Bench(tag=tag, facts=facts(machine, healths=healths), machine=machine)


def tight(tag, *sizes, free=0):
    return bench(tag, replace(GOOD, memory=memory(*sizes, free=free)))


GREEDY_LOSES = {
    # RB-1 is lifted by either module and is given the one that RB-2 cannot do without
    "a shared module": (
        [tight("RB-1", 4096, free=1), tight("RB-2", 4096)],
        [stick(16384, 1), stick(4096, 2)],
        (1, 2),
    ),
    # RB-1's pair of modules is cheaper than a module and a battery, and takes RB-2's and RB-3's
    "a pair or two singles": (
        [
            tight("RB-1", 2048, 2048),
            bench("RB-2", replace(SMALL, batteries=WORN.batteries)),
            bench("RB-3", replace(SMALL, batteries=WORN.batteries)),
        ],
        [stick(4096, 1), stick(4096, 2), battery(90, 3), battery(90, 4)],
        (1, 2),
    ),
    # both drives do for RB-1, only the healthy one for RB-2
    "a drive to watch": (
        [bench("RB-1", GOOD, (Health.FAIL,)), bench("RB-2", GOOD, (Health.WATCH,))],
        [drive(500, 1), drive(500, 2, health="watch")],
        (1, 2),
    ),
}
"""Devices, parts, and how many a greedy and the best plan lift: parts that several could use."""


def holds_together(plan, devices, stock):
    used = Counter(part.id for lift in plan.lifts for part in lift.parts)
    assert max(used.values(), default=1) == 1
    assert set(used) <= {part.id for part in stock}
    known = {device.tag: device.facts for device in devices}
    for one in plan.lifts:
        again = grade_by(changed(known[one.tag], one.choices, one.tests), RULES)
        assert again.label == one.after
        assert ORDER.index(again.overall.low) >= ORDER.index(one.target)
        assert one.parts
    assert len(plan.lifts) + len(plan.left) == len(devices)
    assert len(plan.lifts) >= plan.greedy


def crowd(count, parts, seed):
    dice = random.Random(seed)  # noqa: S311 - a repeatable crowd, not a secret
    devices = []
    for number in range(count):
        slots = [dice.choice((2048, 4096)) for _ in range(dice.choice((1, 2)))]
        percent = dice.choice((20, 40, 60, 90))
        size = dice.choice((60, 120, 250)) * 10**9
        machine = replace(
            GOOD,
            memory=memory(*slots, free=dice.choice((0, 1))),
            batteries=(Battery(model=f"M{dice.randrange(9)}", design_mwh=100, full_mwh=percent),),
            drives=(replace(DISK, identity=DriveIdentity(size_bytes=size)),),
        )
        devices.append(
            bench(
                f"RB-{number:04}", machine, (dice.choice((Health.OK, Health.WATCH, Health.FAIL)),)
            )
        )
    makers = (
        lambda n: stick(dice.choice((2048, 4096, 8192)), n),
        lambda n: drive(dice.choice((120, 250, 500)), n, health=dice.choice(("ok", "watch"))),
        lambda n: battery(dice.choice((75, 90)), n, f"M{dice.randrange(9)}"),
    )
    return devices, [dice.choice(makers)(n) for n in range(parts)]
