"""The loop of the console: what happened, what follows, what is shown."""

from collections.abc import Callable, Iterator
from queue import Empty
from typing import Protocol

from rich.text import Text

from rebond_agent.console.draw import screen
from rebond_agent.console.event import Event, Key, Pressed, Ticked
from rebond_agent.console.lines import Size
from rebond_agent.console.state import State
from rebond_agent.console.transition import after
from rebond_agent.console.workbench import Workbench

_LOOK_SECONDS = 0.1


class Front(Protocol):
    """What stands between the console and a person: `terminal.Terminal`."""

    @property
    def size(self) -> Size:
        """Columns and rows."""
        ...

    def keys(self, seconds: float) -> tuple[Key | str, ...]:
        """Return what was pressed, waiting at most this long."""
        ...

    def show(self, lines: list[Text]) -> None:
        """Draw the screen."""
        ...


def run(state: State, workbench: Workbench, front: Front, clock: Callable[[], float]) -> State:
    """Go on until a person leaves; return the last state."""
    workbench.begin()
    try:
        while not state.over:
            if workbench.broken is not None:
                raise workbench.broken
            front.show(screen(state, front.size))
            pressed = [Pressed(key=key) for key in front.keys(_LOOK_SECONDS)]
            for event in (*pressed, *_heard(workbench), Ticked(now=clock())):
                state, wishes = after(state, event)
                workbench.language = state.language
                for wish in wishes:
                    workbench.do(wish)
    finally:
        workbench.close()
    for event in _heard(workbench):
        state, _ = after(state, event)
    return state


def _heard(workbench: Workbench) -> Iterator[Event]:
    while True:
        try:
            yield workbench.events.get_nowait()
        except Empty:
            return
