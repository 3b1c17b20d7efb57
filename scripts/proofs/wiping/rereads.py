"""Second reads of drives that were erased well, and then perhaps written to: what the server makes of them."""

import random
from collections import Counter
from uuid import UUID

import msgspec

from rebond_agent.wipe.crew_here import InThisProcess
from rebond_agent.wipe.fake import FakeDrive, fake_identity
from rebond_agent.wipe.fake_medium import memory_medium
from rebond_agent.wipe.faults import Faults
from rebond_agent.wipe.fill import KeyedStream
from rebond_agent.wipe.reread import Read, read_with
from rebond_agent.wipe.wishes import Wishes
from rebond_schemas.erasure import Ending, HiddenArea, Method, Pass
from rebond_schemas.facts import Drive, DriveKind
from rebond_schemas.read_order import ReadAgain
from rebond_schemas.statement import Erasure
from rebond_server.domain.second_read import Outcome, compare, is_second_read
from wiping import draws
from wiping.result import slower

_READER: list[draws.Draw] = [
    lambda chance, size: {"unreadable": draws.extents(chance, size)},
    lambda chance, _size: {"fail_reads": tuple(draws.operation(chance) for _ in range(3))},
    lambda chance, _size: {"short_reads": chance.randint(1, 5)},
    lambda chance, _size: {"vanish_after": draws.operation(chance) - 1},
    lambda chance, _size: {"shrink_after": draws.operation(chance)},
    lambda chance, _size: {"swap_after": draws.operation(chance) - 1},
    lambda chance, _size: {"flap_every": chance.randint(2, 12)},
    lambda chance, size: {"flipped_on_read": (chance.randrange(size),)},
]
_TAMPERED = 0.5
"""Share of the drives to which somebody wrote between erasure and second read."""


def tried(seed: int, number: int) -> tuple[str, Outcome]:
    """Return what is true of the drive with this number, and what the server says of its read.

    Raises AssertionError when the reader wrote anything.
    """
    chance = random.Random(f"reread:{seed}:{number}")  # noqa: S311 - replayable, not secret
    size = 512 * chance.choice([1, 8, chance.randint(1, 400)])
    key = chance.randbytes(32).hex() if chance.random() < 0.3 else None
    left = _left(size, key)
    content = bytearray(left)
    if chance.random() < _TAMPERED:
        at = chance.randrange(size)
        length = min(chance.choice([1, 16, 512]), size - at)
        content[at : at + length] = chance.randbytes(length)
    drawn: dict[str, object] = {}
    for draw in chance.sample(_READER, k=chance.choice([0, 0, 1, 2])):
        drawn |= draw(chance, size)
    before = bytes(content)
    medium = memory_medium(content, msgspec.structs.replace(Faults(), **drawn))
    drive = _drive(medium.name, size)
    asked = ReadAgain(
        drive=drive.identity,
        size_bytes=size,
        action="read_back",
        pattern="zeros" if key is None else "aes_256_ctr",
        key=key if chance.random() < 0.9 else "00" * 32,
    )
    if key is None:
        asked = msgspec.structs.replace(asked, key=None)
    crew = InThisProcess(lambda: FakeDrive(medium, read_only=True), chunk_bytes=4096)
    *_, end = read_with(asked, crew, Wishes())
    assert isinstance(end, Read)  # noqa: S101 - the last thing that a reader says
    assert (bytes(medium.content), medium.writes) == (before, 0)  # noqa: S101 - it only reads
    said = _second(drive, end)
    if not is_second_read(said):
        return _truth(before, left), Outcome.UNDECIDED
    return _truth(before, left), compare(said, _first(drive, size, key), drive, ordered=True)[0]


def table(seed: int, count: int) -> list[str]:
    """Try so many, print outcome against truth, and return what replays each false confirmation."""
    cells: Counter[tuple[Outcome, str]] = Counter()
    false = []
    for number in range(count):
        truth, outcome = tried(seed, number)
        cells[outcome, truth] += 1
        if outcome is Outcome.CONFIRMED and truth != "as erased":
            false.append(f"second read {number} of seed {seed}")
    print(f"\n{'second read':24}{'as erased':>16}{'written to':>16}")
    for outcome in Outcome:
        print(f"{outcome:24}{cells[outcome, 'as erased']:>16}{cells[outcome, 'written to']:>16}")
    print(
        f"second reads: tried {count}, false confirmations {len(false)}, bytes written 0, seed {seed}"
    )
    return false


def _left(size: int, key: str | None) -> bytes:
    if key is None:
        return bytes(size)
    return bytes(KeyedStream(bytes.fromhex(key)).data(0, memoryview(bytearray(size))))


def _truth(content: bytes, left: bytes) -> str:
    return "as erased" if content == left else "written to"


def _drive(name: str, size: int) -> Drive:
    return Drive(
        path=name,
        identity=fake_identity(name, size),
        kind=DriveKind.HDD,
        native_size_bytes=size,
        removable=False,
        read_only=False,
        boot_medium=False,
    )


def _first(drive: Drive, size: int, key: str | None) -> Erasure:
    method = Method.OVERWRITE_ZERO if key is None else Method.OVERWRITE_AES_CTR
    written = Pass(
        action="write",
        pattern="zeros" if key is None else "aes_256_ctr",
        key=key,
        complete=True,
        bytes_done=size,
        seconds=1.0,
    )
    return _said(drive, UUID(int=1), "Awa", {"method": method, "passes": (written,)})


def _second(drive: Drive, end: Read) -> Erasure:
    told = {"ending": end.ending, "identity_checked": end.identity_checked}
    return _said(
        drive,
        UUID(int=2),
        "Bruno",
        told
        | {"method": Method.NONE, "passes": (slower(end.passed),), "size_bytes": end.size_bytes},
    )


def _said(drive: Drive, stick: UUID, operator: str, fields: dict[str, object]) -> Erasure:
    clock = {"wall": "2026-11-21T07:00:00Z", "monotonic_ns": 1, "boot_id": "proof"}
    known = {
        "kind": "erasure",
        "format": 1,
        **dict.fromkeys(("id", "run", "site"), str(UUID(int=9))),
        "stick": str(stick),
        "sequence": 1,
        "previous": None,
        **dict.fromkeys(("made", "started", "ended"), clock),
        "agent": {"name": "prove", "version": "0"},
        "drive": drive.identity,
        "path": drive.path,
        "ending": Ending.COMPLETED,
        "hidden_area": HiddenArea.NONE,
        "size_bytes": drive.identity.size_bytes,
        "seconds": 1e6,
        "operator": operator,
    }
    return msgspec.convert(msgspec.to_builtins(known | fields), Erasure)
