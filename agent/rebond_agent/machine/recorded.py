"""The same machine from a folder. The layout is described in `tests/machines/README.md`."""

import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path

from rebond_agent.machine import OUTPUT_LIMIT, TIME_LIMIT, Completed, Library

MARKER = "recording.json"
"""Written by `rebond-agent record`: the folder is whole, and nothing in it may be guessed at."""

_SLUG_LIMIT = 200  # a file name holds 255 bytes, suffix included
_SUFFIXES = (".out", ".txt", ".json")
"""By hand, an output may keep the ending under which its tool's text was saved."""
_NOT_OUTPUTS = frozenset(("recording.json", "expected.json"))
_short = re.compile(r"^([a-z0-9]+)[-_.]((?:[shv]d[a-z]{1,2}|nvme\d+(?:n\d+)?|mmcblk\d+))$")
_DEVICE = "/dev/"


def slug(command: Sequence[str]) -> str:
    """Return the file name of a command without its suffix, at most 200 characters."""
    whole = "_".join(command).replace("/", "-")
    if len(whole) <= _SLUG_LIMIT:
        return whole
    digest = hashlib.sha256(whole.encode()).hexdigest()[:16]
    return f"{whole[: _SLUG_LIMIT - 17]}-{digest}"


class RecordedMachine:
    """The Machine protocol over a folder, recorded by the agent or written by hand."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._by_hand = not (folder / MARKER).is_file()

    def run(self, command: Sequence[str], *, time_limit: float = TIME_LIMIT) -> Completed:  # noqa: ARG002 - the protocol's; a recording takes no time
        """Return what the program said when it was recorded."""
        named = tuple(command)
        found = self._find(named)
        if found is None:
            return Completed(command=named, outcome="missing")
        stem, out = found
        output = _bytes(out) or b""
        errors = _bytes(stem.with_name(stem.name + ".err")) or b""
        ending = (_bytes(stem.with_name(stem.name + ".exit")) or b"0").decode("ascii", "replace")
        if ending.strip() == "timeout":
            return Completed(command=named, outcome="timeout", output=output, errors=errors)
        status = int(ending) if re.fullmatch(r"\s*-?\d{1,5}\s*", ending) else None
        return Completed(
            command=named,
            outcome="ok" if status == 0 else "failed",
            exit_status=status,
            output=output,
            errors=errors,
        )

    def read(self, path: str) -> bytes | None:
        """Return the recorded file, or None."""
        return _bytes(self._inside("files", path))

    def names(self, folder: str) -> tuple[str, ...]:
        """Return the recorded listing; by hand, the files' own folders, and /dev from commands."""
        listing = _bytes(self._folder / "listings" / f"{slug((folder,))}.txt")
        if listing is not None:
            return tuple(listing.decode("utf-8", "surrogateescape").splitlines())
        if not self._by_hand:
            return ()
        place = self._inside("files", folder)
        here = {one.name for one in place.iterdir()} if place.is_dir() else set()
        if folder == "/dev":
            named = {word for _, _, words in self._outputs() for word in words}
            here |= {word.removeprefix(_DEVICE) for word in named if word.startswith(_DEVICE)}
        return tuple(sorted(here))

    def ask(self, library: Library) -> object | None:
        """Return the recorded answer, or None."""
        try:
            heard: object = json.loads(_bytes(self._folder / "library" / f"{library}.json") or b"")
        except (ValueError, RecursionError):
            return None
        return heard

    def _find(self, command: tuple[str, ...]) -> tuple[Path, Path] | None:
        """Return the place of a command's files without their endings, and that of its output."""
        exact = self._folder / "commands" / slug(command)
        if exact.with_name(exact.name + ".missing").exists():
            return None
        out = exact.with_name(exact.name + ".out")
        if out.exists() or exact.with_name(exact.name + ".exit").exists():
            return exact, out
        return self._find_alike(command) if self._by_hand else None

    def _find_alike(self, command: tuple[str, ...]) -> tuple[Path, Path] | None:
        """By hand, `lsblk.out`, `smartctl_-a_-j_-dev-sda.out` or `smartctl-sda.json` will do."""
        wanted = (command[0], [word for word in command[1:] if word.startswith("/")])
        alike = [path for path, program, words in self._outputs() if (program, words) == wanted]
        if len(alike) != 1:
            return None
        return alike[0].with_name(alike[0].name.removesuffix(alike[0].suffix)), alike[0]

    def _outputs(self) -> list[tuple[Path, str, list[str]]]:
        """Return every output in the folder or in its `commands`: file, program, paths it is about."""
        places = (self._folder, self._folder / "commands")
        return [
            (path, *_asked(path))
            for place in places
            for path in sorted(place.glob("*"))
            if path.suffix in _SUFFIXES and path.name not in _NOT_OUTPUTS
        ]

    def _inside(self, part: str, path: str) -> Path:
        """Return the place of an absolute path in the folder; `..` never leads out of it."""
        steps = [step for step in path.split("/") if step not in ("", ".", "..")]
        return self._folder.joinpath(part, *steps)


def _asked(path: Path) -> tuple[str, list[str]]:
    """Return program and paths by a file's name; a report of smartctl names its drive itself."""
    stem = path.name.removesuffix(path.suffix)
    if found := _short.match(stem):
        return found[1], [_DEVICE + found[2]]
    program, *words = stem.split("_")
    paths = ["/" + word[1:].replace("-", "/") for word in words if word.startswith("-dev-")]
    if not paths and program == "smartctl":
        try:
            name = json.loads(_bytes(path) or b"")["device"]["name"]
        except (ValueError, RecursionError, LookupError, TypeError):
            return program, []
        paths = [name.split(" ")[0]] if isinstance(name, str) and name.startswith(_DEVICE) else []
    return program, paths


def _bytes(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            return file.read(OUTPUT_LIMIT)
    except OSError:
        return None
