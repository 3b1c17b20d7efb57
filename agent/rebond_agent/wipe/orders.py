"""What the engine and the process that holds a drive say to each other."""

from typing import Literal

import msgspec
from msgspec import Struct

from rebond_agent.wipe.layer import Action, Layer
from rebond_agent.wipe.reasons import Reason
from rebond_agent.wipe.target import Target
from rebond_schemas.erasure import HiddenArea, Method, Pass
from rebond_schemas.facts import DriveIdentity

CHUNK_BYTES = 4 * 1024 * 1024
"""Bytes of one write or read: larger falls out of the processor's cache, smaller costs calls."""


class Open(Struct, frozen=True, kw_only=True, tag="open"):
    """Open this drive and say what it is."""

    target: Target
    read_only: bool
    look_for_mark: bool = False
    """Say whether its bytes carry a mark of our sticks."""


class Here(Struct, frozen=True, kw_only=True, tag="here"):
    """The process runs: what it does not answer from now on, the drive does not answer."""


class Opened(Struct, frozen=True, kw_only=True, tag="opened"):
    """The drive as it is now."""

    ours: bool | None = None
    """Whether it carries a mark of our sticks; None: that was not asked, or cannot be told."""

    identity: DriveIdentity
    size_bytes: int
    block_bytes: int
    direct_io: bool
    medium: str


class NotOpened(Struct, frozen=True, kw_only=True, tag="not_opened"):
    """The drive could not be opened; the error in one line."""

    error: str


class Work(Struct, frozen=True, kw_only=True, tag="work"):
    """One way over the drive. It must still be the drive that was opened."""

    layer: Layer
    action: Action
    key: str | None
    opened: Opened
    own_process: bool
    chunk_bytes: int = CHUNK_BYTES
    depth: int = 2
    """Runs of bytes under way at once."""
    gone: bool = False
    """The canaries are to have gone: a place where one is still found is the mismatch."""
    before: bytes = b""
    """What a layer of pattern `changed` remembers (remembered.py)."""
    start: int = 0
    """Bytes in front that an earlier run has written: only the rest is."""
    safe_seconds: float = 20.0
    """How often the drive is asked to confirm what was written, so that a checkpoint can be kept."""


class Firmware(Struct, frozen=True, kw_only=True, tag="firmware"):
    """Have the drive's own firmware do something. It must still be the drive that was opened."""

    task: Method | None
    """None: look for a hidden area and open it, and unlock what a wipe of ours left locked."""
    psid: str | None = None
    """The number on the label that reverts a drive which Opal locks; only without a task."""
    opened: Opened
    own_process: bool

    @property
    def action(self) -> Literal["command"]:
        """The action of its pass."""
        return "command"


class Cancel(Struct, frozen=True, kw_only=True, tag="cancel"):
    """Stop between two runs of bytes, and say how far the work came."""


class Hold(Struct, frozen=True, kw_only=True, tag="hold"):
    """Stand still between two runs of bytes, or go on again."""

    held: bool


class Tick(Struct, frozen=True, kw_only=True, tag="tick"):
    """The work is alive and came this far."""

    bytes_done: int
    fault_count: int
    mismatch_count: int
    celsius: float | None = None
    """The drive's temperature, where it tells one."""
    paused: bool = False
    safe: Pass | None = None
    """The pass so far, all of it flushed."""


class Done(Struct, frozen=True, kw_only=True, tag="done"):
    """One way over the drive has ended; `reason` says what is wrong with it."""

    passed: Pass
    identity_checked: bool
    reason: Reason | None = None
    detail: str | None = None
    refused: bool = False
    """A firmware method that did nothing yet: another may be tried."""
    hidden_area: HiddenArea | None = None
    """What the search for a hidden area found."""
    remembered: bytes = b""
    """The digests of a layer of pattern `none`."""


Order = Open | Work | Firmware | Cancel | Hold
Answer = Here | Opened | NotOpened | Tick | Done


def pack(message: Order | Answer) -> bytes:
    """Return a message for the pipe between two processes of ours (MessagePack)."""
    return msgspec.msgpack.encode(message)


def unpack_order(raw: bytes) -> Order:
    """Return what the engine asked."""
    order: Order = msgspec.msgpack.decode(raw, type=Order)
    return order


def unpack_answer(raw: bytes) -> Answer:
    """Return what the worker answered."""
    answer: Answer = msgspec.msgpack.decode(raw, type=Answer)
    return answer
