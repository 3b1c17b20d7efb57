"""What was measured, round after round, and how it stands beside a peer."""

import statistics
from dataclasses import dataclass, field

_NEAR = 0.9
"""Share of what the device was seen to do at which it is the limit, and not the engine."""


@dataclass
class Line:
    """One thing measured over the rounds: bytes per second, processor seconds a gigabyte."""

    name: str
    beside: "Line | None" = None
    target: float | None = None
    most: "Line | None" = None
    """Who drives the device hardest: a target that it misses too is out of reach."""
    rates: list[float] = field(default_factory=list)
    loads: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Median bytes per second."""
        return statistics.median(self.rates)

    @property
    def ratio(self) -> float | None:
        """Median, over the rounds, of this beside the peer of the same round."""
        if self.beside is None:
            return None
        peers = self.beside.rates
        if len(peers) != len(self.rates):
            return self.rate / self.beside.rate
        return statistics.median(mine / peer for mine, peer in zip(self.rates, peers, strict=True))

    @property
    def missed(self) -> bool:
        """Whether it is below its target, and the device could have done more."""
        return self._short and not self._at_the_limit

    @property
    def mark(self) -> str:
        """What to say behind the line."""
        if self.missed:
            return "  MISSED"
        return "  out of the device's reach" if self._short else ""

    @property
    def _short(self) -> bool:
        ratio = self.ratio
        return ratio is not None and self.target is not None and ratio < self.target

    @property
    def _at_the_limit(self) -> bool:
        """Whether even who drives the device hardest misses the target, and this keeps up with it."""
        if self.most is None or self.beside is None or self.target is None:
            return False
        wanted, most = self.target * self.beside.rate, self.most.rate
        # Never where it is slower than the peer itself, which shows what can be done.
        return most < wanted and self.rate >= max(self.beside.rate, _NEAR * most)


def show(title: str, lines: list[Line]) -> int:
    """Print the table; return how many targets were missed."""
    print(f"\n{title}: medians, MB/s (10^6)")
    print(f"{'':38}{'MB/s':>8}{'ratio':>8}{'target':>8}{'CPU-s/GB':>10}  beside")
    for line in lines:
        ratio = "" if line.ratio is None else f"{line.ratio:.2f}"
        wanted = "" if line.target is None else f"{line.target:.2f}"
        load = f"{max(statistics.median(line.loads), 0.0):.2f}" if line.loads else ""
        beside = "" if line.beside is None else line.beside.name
        print(
            f"{line.name:38}{line.rate / 1e6:>8.0f}{ratio:>8}{wanted:>8}{load:>10}  {beside}{line.mark}"
        )
    return sum(line.missed for line in lines)
