"""The agent's erasure with time between inventory and wipe: the host does mischief meanwhile."""

import time
from collections.abc import Collection
from pathlib import Path
from typing import Any

from rebond_agent import config
from rebond_agent.choosing import failed_probes
from rebond_agent.erasing import Chosen, wipe
from rebond_agent.machine.live import LiveMachine
from rebond_agent.probes import collect
from rebond_agent.session import inspect, new_session
from rebond_agent.stick import open_stick
from rebond_agent.stick.durable import Durable
from rebond_agent.stick.outbox import opened
from rebond_agent.wipe import engine
from rebond_agent.wipe.guard import Policy
from rebond_agent.wipe.target import BlockTarget


def wipe_late(serials: Collection[str], stick: Path, place: Path) -> dict[str, Any]:
    """Take the inventory, make `place.collected`, wait for `place.go`, then erase these drives."""
    machine = LiveMachine()
    with opened(open_stick(stick, Durable())) as outbox:
        session = new_session(machine, config.computer_clocks(), outbox.stick, None)
        collected = collect(machine)
        inspect(session, collected, outbox)
        chosen = [
            Chosen(
                drive=drive,
                target=BlockTarget(path=drive.path),
                failed_probes=failed_probes(drive.path, collected),
            )
            for drive in collected.facts.drives
            if drive.identity.serial in serials
        ]
        place.with_suffix(".collected").touch()
        while not place.with_suffix(".go").exists():
            time.sleep(0.1)
        policy = Policy(chosen=tuple(one.drive.path for one in chosen))
        made = list(wipe(session, outbox, chosen, policy, engine.wipe, lambda *_: None))
    told = [f"{one.path} {one.drive.serial} {one.ending.value} {one.reason}" for one in made]
    return {"status": 0, "out": "\n".join(told)}
