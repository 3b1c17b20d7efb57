"""What the console knows. Frozen values only: `transition` makes the next, `draw` shows them."""

from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import quote

from rebond_agent.checks.step import Painting, Question, Step
from rebond_agent.language import Language
from rebond_agent.wipe.progress import Progress
from rebond_agent.wipe.reasons import Sentence
from rebond_schemas.erasure import Ending
from rebond_schemas.facts import Drive, Facts
from rebond_schemas.inspection import Check
from rebond_schemas.statement import Erasure


class View(StrEnum):
    """What fills the screen."""

    MACHINE = "machine"
    CONFIRM = "confirm"
    COUNTDOWN = "countdown"
    CHECKS = "checks"
    LABEL = "label"
    LEAVE = "leave"
    WHO = "who"


@dataclass(frozen=True, kw_only=True)
class DriveLine:
    """One drive and what is going on with it."""

    drive: Drive
    refusal: Sentence | None = None
    """Why it cannot be erased, as the guard says before anything starts."""
    running: bool = False
    progress: Progress | None = None
    erasure: Erasure | None = None
    vouchable: bool = False
    """Refused only because no tool recognises its content: a person may answer for it."""
    asked: bool = False
    """The server drew it for a second read."""
    read: Erasure | None = None
    """How its second read ended."""

    @property
    def waits_for_read(self) -> bool:
        """Whether its second read is asked for and has not come to its end here."""
        done = self.read is not None and self.read.ending is Ending.COMPLETED
        return self.asked and not self.running and not done

    @property
    def is_open(self) -> bool:
        """Whether it could be erased now: an erasure that did not come to its end may be repeated."""
        done = self.erasure is not None and self.erasure.ending is Ending.COMPLETED
        return self.refusal is None and not self.running and not done


@dataclass(frozen=True, kw_only=True)
class CheckLine:
    """One functional test."""

    name: str
    running: bool = False
    step: Step | None = None
    check: Check | None = None

    @property
    def asks(self) -> bool:
        """Whether it waits for a person."""
        return self.running and isinstance(self.step, Question | Painting)


@dataclass(frozen=True, kw_only=True)
class State:
    """Everything on the screen."""

    language: Language
    checks: tuple[CheckLine, ...]
    facts: Facts | None = None
    """None while the machine is being looked at."""
    drives: tuple[DriveLine, ...] = ()
    asset_tag: str | None = None
    server: str | None = None
    """Address of the server; None: the stick is not enrolled."""
    view: View = View.MACHINE
    typed: str = ""
    ticked: frozenset[str] = field(default_factory=frozenset)
    """Paths of the drives whose last characters a person typed."""
    vouched: frozenset[str] = field(default_factory=frozenset)
    """Whole serial numbers typed for drives whose content no tool recognises."""
    operator: str | None = None
    """Who works here, as they said; None: nobody said."""
    reads_next: bool = False
    """The second reads begin once somebody said who works here."""
    same_stick: int = 0
    """Drives of this machine that wait to be read again by another stick."""
    not_by: tuple[str, ...] = ()
    """Who erased what is to be read again: not the one to read it."""
    starts_at: float | None = None
    now: float = 0.0
    """Monotonic seconds."""
    chosen: int = 0
    """The test under the bar."""
    top: int = 0
    """The first drive shown."""
    waiting: int = 0
    """Statements that no receipt was seen for."""
    sending: bool = False
    news: str | None = None
    over: bool = False

    @property
    def erasing(self) -> bool:
        """Whether any drive is being erased."""
        return any(line.running for line in self.drives)

    @property
    def painting(self) -> Painting | None:
        """The colour that has to fill the screen."""
        step = self.checks[self.chosen].step
        shown = self.view is View.CHECKS and self.checks[self.chosen].running
        return step if shown and isinstance(step, Painting) else None

    @property
    def page(self) -> str | None:
        """Address of the device's page, as its QR code carries it."""
        if self.server is None or self.asset_tag is None:
            return None
        return f"{self.server.rstrip('/')}/d/{quote(self.asset_tag, safe='')}"
