"""What uses a drive, as a tree: partitions, and the volumes and mount points built on them."""

from collections.abc import Sequence

STEP = " > "
"""Between a thing and what is built on it: `sda2 > crypt home > mounted on /home`."""

Branch = dict[str, "Branch"]


def tree(holders: Sequence[str]) -> tuple[str, ...]:
    """Return the lines of the tree that these ways from the drive to its users make."""
    root: Branch = {}
    for way in holders:
        here = root
        for step in way.split(STEP):
            here = here.setdefault(step, {})
    return tuple(_lines(root, ""))


def _lines(branch: Branch, before: str) -> list[str]:
    lines = []
    last = len(branch) - 1
    for number, (name, above) in enumerate(branch.items()):
        lines.append(f"{before}{'└─' if number == last else '├─'} {name}")
        lines += _lines(above, f"{before}{'  ' if number == last else '│ '} ")
    return lines
