"""One way over a device by the engine, in processes of its own."""

import secrets

from rebond_agent.wipe.crew import OwnProcesses
from rebond_agent.wipe.layer import Action, Layer
from rebond_agent.wipe.orders import Done, NotOpened, Opened, Work
from rebond_agent.wipe.spawned import end_nursery
from rebond_agent.wipe.target import BlockTarget, ImageTarget
from rebond_agent.wipe.wishes import Wishes

ZEROS = Layer(places="whole", pattern="zeros")
KEYED = Layer(places="whole", pattern="aes_256_ctr")

_keys: dict[str, str] = {}
"""The key of the last keyed write to each device, for its read-back."""


def go(path: str, layer: Layer | None, action: Action) -> float:
    """Do one way over the device; return the pass's own seconds. Without a layer: only open it."""
    crew, found = held(path)
    try:
        return 0.0 if layer is None else work(crew, found, layer, action)
    finally:
        crew.close()
        end_nursery()  # and with it what all its workers used is counted


def held(path: str) -> tuple[OwnProcesses, Opened]:
    """Open the device for writing."""
    target = BlockTarget(path=path) if path.startswith("/dev/loop") else ImageTarget(path=path)
    crew = OwnProcesses(target)
    found = crew.open()
    if isinstance(found, NotOpened):
        raise OSError(found.error)
    return crew, found


def work(crew: OwnProcesses, found: Opened, layer: Layer, action: Action) -> float:
    """Do one way over a device that is held; return the pass's own seconds."""
    key = None
    if layer.pattern == "aes_256_ctr":
        name = found.medium
        key = _keys[name] = secrets.token_hex(32) if action == "write" else _keys[name]
    order = Work(layer=layer, action=action, key=key, opened=found, own_process=True)
    *_, done = crew.work(order, Wishes())
    if not isinstance(done, Done) or done.reason is not None:
        raise RuntimeError(f"the engine stumbled: {done}")
    return done.passed.seconds
