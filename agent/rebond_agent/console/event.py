"""What happens to the console, and what it wishes to be done."""

from dataclasses import dataclass
from enum import StrEnum

from rebond_agent.checks.step import Answer, Step
from rebond_agent.console.state import DriveLine
from rebond_agent.wipe.progress import Progress
from rebond_schemas.facts import Facts
from rebond_schemas.inspection import Check
from rebond_schemas.statement import Erasure


class Key(StrEnum):
    """Keys with a name; every other key is its own character."""

    F2 = "F2"
    F3 = "F3"
    F4 = "F4"
    F5 = "F5"
    F6 = "F6"
    F7 = "F7"
    F8 = "F8"
    F9 = "F9"
    F10 = "F10"
    ENTER = "ENTER"
    ESCAPE = "ESCAPE"
    BACKSPACE = "BACKSPACE"
    UP = "UP"
    DOWN = "DOWN"


@dataclass(frozen=True, kw_only=True)
class Pressed:
    """A key, or a character of a barcode gun, which types like a keyboard."""

    key: Key | str


@dataclass(frozen=True, kw_only=True)
class Ticked:
    """Time went on."""

    now: float


@dataclass(frozen=True, kw_only=True)
class Inspected:
    """The machine is known, and its inventory safe."""

    facts: Facts
    drives: tuple[DriveLine, ...]


@dataclass(frozen=True, kw_only=True)
class Progressed:
    """A drive is further."""

    path: str
    progress: Progress


@dataclass(frozen=True, kw_only=True)
class Erased:
    """The work on a drive has ended, and its statement is safe."""

    path: str
    erasure: Erasure


@dataclass(frozen=True, kw_only=True)
class WipeOver:
    """No drive is being worked on any more, for whatever reason."""


@dataclass(frozen=True, kw_only=True)
class Stepped:
    """A test shows or asks something."""

    name: str
    step: Step


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A test has ended."""

    check: Check


@dataclass(frozen=True, kw_only=True)
class Counted:
    """So many statements wait; `sending`: somebody tries to deliver them."""

    waiting: int
    sending: bool


@dataclass(frozen=True, kw_only=True)
class LetGo:
    """An order for this very machine and boot lets its drives be erased without a person."""


@dataclass(frozen=True, kw_only=True)
class ReadAsked:
    """The server asks for a second read of these drives."""

    paths: tuple[str, ...]
    same_stick: int
    """Drives that wait for another stick than this one."""
    not_by: tuple[str, ...] = ()
    """Who erased them: somebody else has to read."""


@dataclass(frozen=True, kw_only=True)
class ReadEnded:
    """The second read of a drive has ended, and its statement is safe."""

    path: str
    statement: Erasure


@dataclass(frozen=True, kw_only=True)
class Told:
    """A sentence for the person."""

    sentence: str


Learned = (
    Inspected | Progressed | Erased | ReadAsked | ReadEnded | WipeOver | Stepped | Checked
    | Counted | LetGo | Told
)  # fmt: skip
Event = Pressed | Ticked | Learned


@dataclass(frozen=True, kw_only=True)
class Wipe:
    """Erase these drives, which a person confirmed."""

    paths: tuple[str, ...]
    vouched: tuple[str, ...] = ()
    """Whole serial numbers that a person typed for drives whose content no tool recognises."""


@dataclass(frozen=True, kw_only=True)
class Reread:
    """Read the drives that the server asks for once more."""


@dataclass(frozen=True, kw_only=True)
class NameOperator:
    """Somebody said who works here."""

    name: str


@dataclass(frozen=True, kw_only=True)
class StopWipe:
    """End the erasures cleanly."""


@dataclass(frozen=True, kw_only=True)
class PauseWipe:
    """Have the erasures stand still, or go on again."""


@dataclass(frozen=True, kw_only=True)
class StartCheck:
    """Begin a test."""

    name: str


@dataclass(frozen=True, kw_only=True)
class Reply:
    """Answer a test."""

    name: str
    answer: Answer


@dataclass(frozen=True, kw_only=True)
class NameDevice:
    """The asset tag was scanned."""

    asset_tag: str


@dataclass(frozen=True, kw_only=True)
class Send:
    """Deliver what waits."""


Wish = (
    Wipe | Reread | StopWipe | PauseWipe | StartCheck | Reply | NameDevice | NameOperator | Send
)  # fmt: skip
