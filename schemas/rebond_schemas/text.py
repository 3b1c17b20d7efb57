"""Short text taken from machines and people: capped, and free of what could harm a screen."""

import re
import unicodedata
from typing import Annotated

from msgspec import Meta

LIMIT = 256
"""Characters kept of any short text."""

# C0 and C1 controls, DEL, bidirectional overrides and isolates, zero-width and line separators,
# lone surrogates, non-characters: nothing of this belongs in a model name or a serial number.
FORBIDDEN = (
    r"\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f"
    r"\u2028-\u202e\u2060\u2066-\u2069\ud800-\udfff\ufeff\ufff0-\uffff"
)

Text = Annotated[str, Meta(max_length=LIMIT, pattern=f"^[^{FORBIDDEN}]*$")]
"""At most 256 characters without control, escape or bidirectional characters."""

Name = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[a-z0-9][a-z0-9_.:/+-]*$")]
"""A short machine-made name: a probe, an evidence, a path in the facts."""

_forbidden = re.compile(f"[{FORBIDDEN}]")
_ansi_escape = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[@-Z\\-_])")
_spaces = re.compile(r"\s+")


def clean(raw: str | bytes | None) -> str | None:
    """Return the text fit for facts and screens, or None when nothing is left."""
    if raw is None:
        return None
    text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
    text = _ansi_escape.sub("", text)
    text = _forbidden.sub("", _spaces.sub(" ", text))
    text = unicodedata.normalize("NFC", text).strip()
    return text[:LIMIT].rstrip() or None
