"""What was already tried, in a file: so that a long proof can be stopped and taken up again.

A line is one mutant by what it is: its changed source and the very tests that ran on it. Where
either changed since, the mutant is tried again.
"""

import ast
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from mutating.mutants import Mutant


class Ledger:
    """The mutants of earlier runs with their fate; without a file nothing is kept."""

    def __init__(self, file: Path | None, tests: Iterable[Path]) -> None:
        """Read what is there; ValueError for a file that is no ledger."""
        self.file = file
        self._tests = hashlib.sha256()
        for path in tests:
            self._tests.update(path.read_bytes())
        self._lives: dict[str, bool] = {}
        if file is not None and file.exists():
            for line in file.read_text("utf-8").splitlines():
                told = json.loads(line)
                self._lives[told["mutant"]] = told["lives"]

    def lives(self, mutant: Mutant) -> bool | None:
        """Say whether this mutant survived; None: it was not tried with these tests."""
        return self._lives.get(self._key(mutant))

    def keep(self, mutant: Mutant, *, lives: bool) -> None:
        """Write down a mutant's fate at once: the proof may be stopped before the next."""
        if self.file is not None:
            told = {"mutant": self._key(mutant), "lives": lives}
            with self.file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(told) + "\n")

    def _key(self, mutant: Mutant) -> str:
        digest = self._tests.copy()
        digest.update(f"{mutant.module}\n{ast.unparse(mutant.tree)}".encode())
        return digest.hexdigest()
