"""Writes a machine into a folder that replays byte for byte: such a folder is a bug report."""

import json
import secrets
from pathlib import Path

from rebond_agent.machine import Completed, Machine
from rebond_agent.machine.anonymity import Anonymity
from rebond_agent.machine.noting import NotingMachine
from rebond_agent.machine.recorded import MARKER, slug

FORMAT = 1
EFIVARS = "/sys/firmware/efi/efivars"


class RecordingMachine(NotingMachine):
    """Wraps a machine; `finish` writes what it was asked, without what identifies it."""

    def __init__(self, machine: Machine, folder: Path, *, salt: bytes | None = None) -> None:
        """Keep the folder for later; a salt given makes the replacements repeatable (tests)."""
        super().__init__(machine)
        self._folder = folder
        self._salt = secrets.token_bytes(16) if salt is None else salt

    def finish(self) -> None:
        """Write the folder. Raises OSError, also when the folder holds something already."""
        self._folder.mkdir(parents=True, exist_ok=True)
        if any(self._folder.iterdir()):
            raise FileExistsError(17, "the folder is not empty", str(self._folder))
        anonymity = self._learned()
        for completed in self.commands:
            self._write_command(completed, anonymity)
        for path, content in self.files.items():
            place = "files" + anonymity.replace_text(path)
            self._write(place, anonymity.replace(content))
        for path, names in self.listings.items():
            listing = "".join(f"{anonymity.replace_text(name)}\n" for name in names)
            name = anonymity.replace_text(slug((path,)))
            self._write(f"listings/{name}.txt", listing.encode("utf-8", "surrogateescape"))
        for library, value in self.answers.items():
            self._write(f"library/{library}.json", anonymity.replace(_json(value)))
        self._write(MARKER, _json({"format": FORMAT}))

    def _learned(self) -> Anonymity:
        """Everything is read before anything is written: one output betrays another's serial."""
        anonymity = Anonymity(self._salt)
        anonymity.keep(self.listings.get(EFIVARS, ()))
        for completed in self.commands:
            anonymity.learn(completed.output)
            anonymity.learn(completed.errors)
        for path, content in self.files.items():
            anonymity.learn(content, path)
        for value in self.answers.values():
            anonymity.learn(_json(value))
        return anonymity

    def _write_command(self, completed: Completed, anonymity: Anonymity) -> None:
        stem = "commands/" + anonymity.replace_text(slug(completed.command))
        match completed.outcome:
            case "missing":
                self._write(f"{stem}.missing", b"")
                return
            case "timeout":
                self._write(f"{stem}.exit", b"timeout\n")
            case "failed":
                self._write(f"{stem}.exit", f"{completed.exit_status}\n".encode())
            case "ok":
                pass
        self._write(f"{stem}.out", anonymity.replace(completed.output))
        if completed.errors:
            self._write(f"{stem}.err", anonymity.replace(completed.errors))

    def _write(self, place: str, content: bytes) -> None:
        path = self._folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, default=str).encode("utf-8", "replace")
