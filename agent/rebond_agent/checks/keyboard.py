"""The keyboard, ticked off key by key on a map of its layout."""

from dataclasses import dataclass

from rebond_agent.checks.step import STOPPED, UNANSWERED, Finding, Running, Working, found, said
from rebond_agent.checks.tools import LOOK_SECONDS, Tools
from rebond_agent.language.check_phrases import CheckPhrase
from rebond_schemas.facts import ChassisKind
from rebond_schemas.inspection import Result

ESCAPE = 1
ENDING = 3
"""Escapes in a row that end the test."""
IDLE_SECONDS = 60.0
"""Without any key the test ends as well: the keyboard is ours alone, and its Escape may be dead."""

# Linux key codes (linux/input-event-codes.h) name places, after a US keyboard: the same code is
# A in the one layout and Q in the other.
_F_ROW = ((1, "Esc"), *((58 + n, f"F{n}") for n in range(1, 11)), (87, "F11"), (88, "F12"))
_CODES = (
    (41, *range(2, 14), 14),
    (15, *range(16, 28), 28),
    (58, *range(30, 41), 43),
    (42, 86, *range(44, 54), 54),
)
_AZERTY = (
    "² & é \" ' ( - è _ ç à ) = Eff",
    "Tab A Z E R T Y U I O P ^ $ Entrée",
    "Verr Q S D F G H J K L M ù *",
    "Maj < W X C V B N , ; : ! Maj",
)
_QWERTY = (
    "` 1 2 3 4 5 6 7 8 9 0 - = Back",
    "Tab Q W E R T Y U I O P [ ] Enter",
    "Caps A S D F G H J K L ; ' \\",
    "Shift < Z X C V B N M , . / Shift",
)
_LAST = ((29, "Ctrl"), (125, "Win"), (56, "Alt"), (57, "Espace"), (100, "AltGr"), (97, "Ctrl"),
         (105, "<-"), (103, "^"), (108, "v"), (106, "->"))  # fmt: skip
OPTIONAL = frozenset({86, 97, 100, 125})
"""Keys that not every keyboard has: ticked when pressed, not missed when not."""

WITHOUT_KEYBOARD = frozenset({ChassisKind.DESKTOP, ChassisKind.MINI, ChassisKind.SERVER})
"""Kinds whose keyboard is the technician's own, or an accessory counted as such."""

Row = tuple[tuple[int, str], ...]


def layout(*, azerty: bool) -> tuple[Row, ...]:
    """Return the rows of a layout: key code and what is printed on the key."""
    texts = _AZERTY if azerty else _QWERTY
    rows = tuple(
        tuple(zip(codes, text.split(" "), strict=True))
        for codes, text in zip(_CODES, texts, strict=True)
    )
    return (_F_ROW, *rows, _LAST)


@dataclass(frozen=True, kw_only=True)
class Board:
    """The keys of a layout, and those that have answered."""

    rows: tuple[Row, ...]
    seen: frozenset[int] = frozenset()
    escapes: int = 0

    @property
    def wanted(self) -> frozenset[int]:
        """The keys that have to answer."""
        return frozenset(code for row in self.rows for code, _ in row) - OPTIONAL

    @property
    def missing(self) -> tuple[str, ...]:
        """What is printed on the keys that have not answered."""
        left = self.wanted - self.seen
        return tuple(name for row in self.rows for code, name in row if code in left)

    @property
    def ended(self) -> bool:
        """Whether nothing more is to be pressed."""
        return not self.missing or self.escapes >= ENDING


def pressed(board: Board, code: int) -> Board:
    """Return the board after a key; a code that no key of the map has changes only the count."""
    escapes = board.escapes + 1 if code == ESCAPE else 0
    return Board(rows=board.rows, seen=board.seen | {code}, escapes=escapes)


def picture(board: Board) -> tuple[str, ...]:
    """Return the map: a key that has answered is a dot, the others still bear their names."""
    return tuple(
        "  ".join("·" * len(name) if code in board.seen else name for code, name in row)
        for row in board.rows
    )


def is_azerty(tools: Tools) -> bool:
    """Say whether to draw an AZERTY: as told, else as the maker's number tells, else yes."""
    if tools.azerty is not None:
        return tools.azerty
    return (tools.facts.keyboard_layout or "azerty").startswith("azerty")


def check(tools: Tools) -> Running:
    """Tick keys off until all have answered or Escape comes three times; missing keys fail."""
    if tools.facts.board.chassis in WITHOUT_KEYBOARD:
        return found(Result.ABSENT, CheckPhrase.NOTHING_SEEN)
    board = Board(rows=layout(azerty=is_azerty(tools)))
    with tools.inputs(tools.facts, keys=True) as keys:
        if keys is None:
            return found(Result.SKIPPED, CheckPhrase.NO_INPUT)
        last = tools.clock()
        while not board.ended and tools.clock() - last < IDLE_SECONDS:
            for one in keys.read(LOOK_SECONDS):
                last = tools.clock()
                board = board if one.code is None or board.ended else pressed(board, one.code)
            step = Working(
                text=said(CheckPhrase.KEYBOARD_HOW),
                fraction=len(board.wanted & board.seen) / len(board.wanted),
                picture=picture(board),
            )
            if (yield step) is not None:
                return STOPPED
    return finding(board) if board.seen else UNANSWERED


def finding(board: Board) -> Finding:
    """Pass only when every key has answered."""
    if board.missing:
        keys = " ".join(board.missing)[:200]
        return found(Result.FAIL, CheckPhrase.KEYS_MISSING, keys=keys)
    count = len(board.wanted)
    return found(Result.PASS, CheckPhrase.KEYBOARD_COUNT, seen=count, all=count)
