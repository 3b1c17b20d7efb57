"""The boot partitions of an eMMC: small areas of their own, zeroed and read back behind the drive.

Some makers protect them for good; then they keep their content, and that is told as a limit.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from rebond_agent.wipe.crew import Crew
from rebond_agent.wipe.identity import difference
from rebond_agent.wipe.layer import Layer, actions
from rebond_agent.wipe.orders import Done, Opened, Tick, Work
from rebond_agent.wipe.story import Story
from rebond_agent.wipe.wishes import Wishes

_ZEROS = Layer(places="whole", pattern="zeros")


def erase_beside(story: Story, crew: Crew, drive: Opened, wishes: Wishes) -> Iterator[Tick]:
    """Zero each boot partition of this very drive; what was done is added to the evidence."""
    for path in story.plan.boot_partitions if story.wrong is None else ():
        beside = crew.beside(path)
        try:
            yield from _zero(story, beside, drive, path.rsplit("/", 1)[-1], wishes)
        finally:
            beside.close()


def _zero(story: Story, crew: Crew, drive: Opened, name: str, wishes: Wishes) -> Iterator[Tick]:
    opened = crew.open()
    if not isinstance(opened, Opened) or difference(drive.identity, opened.identity) is not None:
        return
    for action in actions(_ZEROS):
        work = Work(layer=_ZEROS, action=action, key=None, opened=opened, own_process=False)
        for said in crew.work(work, wishes):
            if not isinstance(said, Done):
                yield said
                continue
            story.passes.append(replace(said.passed, area=name))
            if said.reason is not None:
                return
