"""Bytes of a terminal into keys: Linux console, xterm, tmux and vt220 over serial."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from rebond_agent.console.event import Key

_SEQUENCES: Mapping[str, Key] = MappingProxyType(
    {
        "[[B": Key.F2, "[[C": Key.F3, "[[D": Key.F4, "[[E": Key.F5,
        "OQ": Key.F2, "OR": Key.F3, "OS": Key.F4,
        "[12~": Key.F2, "[13~": Key.F3, "[14~": Key.F4, "[15~": Key.F5,
        "[17~": Key.F6, "[18~": Key.F7, "[19~": Key.F8, "[20~": Key.F9, "[21~": Key.F10,
        "[A": Key.UP, "[B": Key.DOWN, "OA": Key.UP, "OB": Key.DOWN,
        # As in Midnight Commander: Escape and a digit, for lines that lose function keys.
        "2": Key.F2, "3": Key.F3, "4": Key.F4, "5": Key.F5, "6": Key.F6,
        "7": Key.F7, "8": Key.F8, "9": Key.F9, "0": Key.F10,
    }
)  # fmt: skip
_BEGUN = re.compile(r"\x1b(?:O|\[\[?[0-9;]{0,8})?\Z")
_WHOLE = re.compile(r"\x1b(\[\[[A-Z]|\[[0-9;]{0,8}[A-Za-z~]|O[A-Z]|[0-9])")
_PLAIN: Mapping[str, Key] = MappingProxyType(
    {"\r": Key.ENTER, "\n": Key.ENTER, "\x7f": Key.BACKSPACE, "\b": Key.BACKSPACE,
     "\x03": Key.F10}
)  # fmt: skip


def read_keys(text: str, *, waited: bool) -> tuple[tuple[Key | str, ...], str]:
    """Return the keys in what came, and the rest that is not whole yet.

    `waited`: nothing more came for a moment, so that a lone Escape is one.
    """
    keys: list[Key | str] = []
    while text:
        whole = _WHOLE.match(text)
        if whole is not None:
            key = _SEQUENCES.get(whole[1])
            keys += [key] if key is not None else []
            text = text[whole.end() :]
        elif _BEGUN.match(text) and not waited:
            break
        else:
            first, text = text[0], text[1:]
            if first == "\x1b":
                keys.append(Key.ESCAPE)
            elif first in _PLAIN:
                keys.append(_PLAIN[first])
            elif first.isprintable():
                keys.append(first)
    return tuple(keys), text
