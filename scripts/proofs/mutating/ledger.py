"""What was already tried, in a file: so that a long proof can be stopped and taken up again.

A line is one mutant by its changed source, and its fate. One that was noticed stays so while the test
file that noticed it is the same; one that lived, or of which nobody knows who noticed it, while all
the tests are.
"""

import ast
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from mutating.mutants import Mutant


class Ledger:
    """The mutants of earlier runs with their fate; without a file nothing is kept."""

    def __init__(self, file: Path | None, tests: Sequence[Path], beside: Sequence[Path]) -> None:
        """Read what is there; ValueError for a file that is no ledger.

        `beside` are files on which every test rests: helpers, and the rule files themselves.
        """
        self.file = file
        ground = hashlib.sha256(b"".join(path.read_bytes() for path in beside)).hexdigest()
        self._marks = {
            path.name: hashlib.sha256(ground.encode() + path.read_bytes()).hexdigest()
            for path in tests
        }
        self._all = hashlib.sha256("".join(self._marks.values()).encode()).hexdigest()
        self._lives: dict[str, bool] = {}
        if file is not None and file.exists():
            for line in file.read_text("utf-8").splitlines():
                told = json.loads(line)
                if told["mark"] in {self._all, self._marks.get(told["by"])}:
                    self._lives[told["mutant"]] = told["lives"]

    def lives(self, mutant: Mutant) -> bool | None:
        """Say whether this mutant survived; None: it was not tried with these tests."""
        return self._lives.get(_key(mutant))

    def keep(self, mutant: Mutant, *, lives: bool, by: Path | None) -> None:
        """Write down a mutant's fate at once: the proof may be stopped before the next."""
        if self.file is not None:
            told = {
                "mutant": _key(mutant),
                "lives": lives,
                "by": "" if by is None else by.name,
                "mark": self._all if by is None else self._marks[by.name],
            }
            with self.file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(told) + "\n")


def _key(mutant: Mutant) -> str:
    return hashlib.sha256(f"{mutant.module}\n{ast.unparse(mutant.tree)}".encode()).hexdigest()
