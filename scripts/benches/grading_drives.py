"""One drive for each of the bench's devices, judged by the rules of drive health in force."""

import random
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import insert, update

from rebond_server.domain.health import DriveHealth, health_judge
from rebond_server.domain.health_facts import SCALES, Medium
from rebond_server.operations.drive_verdict import keep_health
from rebond_server.operations.work import Work
from rebond_server.rules.load import DRIVE_HEALTH, rule_text
from rebond_server.store.device import Device, DeviceDrive, DriveRow
from rebond_server.store.ids import uuid7
from rebond_server.store.stick import StatementKind, StatementRow, Stick

STICK = UUID(int=2)


def other_rules() -> str:
    """Return rules of drive health that fail a drive earlier: at 80 % of its wear, not at 90 %."""
    before = 'value = 90\nunit = "%"\neffect = "fail"'
    text = rule_text(DRIVE_HEALTH)
    if text.count(before) != 1:
        raise SystemExit("the rules of drive health no longer have what the bench changes")
    changed = text.replace(before, before.replace("90", "80"))
    return changed.replace('version = "2026-11d"', 'version = "trial"')


def write_stick(work: Work) -> None:
    """Write the stick that reported all drives."""
    row = {"site_id": work.site_id, "id": STICK, "name": "bench", "public_key": "00" * 32}
    work.session.execute(insert(Stick), [row | {"enrolled": work.now}])


def judged_drives(work: Work, dice: random.Random, count: int) -> list[DriveHealth]:
    """Return the verdicts of so many drives, worn at random, by the rules in force."""
    judged = health_judge(work.rules.health)
    return [judged(Medium.SSD, _facts(dice)) for _ in range(count)]


def write_drives(
    work: Work, devices: Sequence[UUID], found: Sequence[DriveHealth], first: int
) -> None:
    """Write report, drive and verdict of each of these devices, the first of which has this number."""
    reports, drives, verdicts = [], [], []
    for number, (device, health) in enumerate(zip(devices, found, strict=True), first):
        own = {"site_id": work.site_id, "device_id": device}
        report, drive = uuid7(work.now), uuid7(work.now)
        reports.append(own | {"id": report} | _statement(work, number))
        drives.append(own | {"id": drive, "identity": f"serial:{number}", "bus": "ata", "epoch": 1})
        held = own | {"id": uuid7(work.now), "inventory_id": report, "drive_id": drive}
        verdicts.append(held | _verdict(health))
    work.session.execute(insert(StatementRow), reports)
    work.session.execute(insert(DriveRow), drives)
    work.session.execute(insert(DeviceDrive), verdicts)
    work.session.execute(
        update(Device),
        [
            {
                "site_id": work.site_id,
                "id": one["device_id"],
                "inventory_id": one["id"],
                "version": 1,
            }
            for one in reports
        ],
    )


def _statement(work: Work, number: int) -> dict[str, object]:
    return {
        "kind": StatementKind.INVENTORY,
        "stick_id": STICK,
        "run": uuid7(work.now),
        "sequence": number + 1,
        "sha256": f"{number:064x}",
        "signature": "",
        "receipt": b"",
        "received": work.now,
        "arrival": number + 1,
        "made_before": number + 1,
        "quarantined": False,
    }


def _verdict(found: DriveHealth) -> dict[str, object]:
    kept = DeviceDrive(position=0, path="/dev/sda", kind="ssd", holds_data=True, facts={})
    keep_health(kept, found)
    names = ("position", "path", "kind", "holds_data", "facts")
    return {
        name: getattr(kept, name)
        for name in (*names, "health", "health_reasons", "health_sha256", "health_facts")
    }


def _facts(dice: random.Random) -> dict[str, bool | int | float | str | None]:
    sound = {
        name: (scale.better == "more") if scale.type == "yes_no" else 0
        for name, scale in SCALES.items()
    }
    worn = {"wear_used_percent": dice.randrange(100), "power_on_hours": dice.randrange(40_000)}
    return {**sound, "spare_above_threshold": 90, **worn}
