"""What browsers send, made harmless at the one door: no control, escape or bidirectional characters.

Nothing that a person types needs them; in a page, a console or a table they only deceive. What a machine
sends is signed and judged elsewhere: the bodies of the interface of the sticks are not touched.
"""

import re
from functools import cached_property
from typing import IO, Any

from flask import Flask, Request
from werkzeug.datastructures import FileStorage, ImmutableMultiDict, MultiDict

from rebond_schemas.text import FORBIDDEN

LONGEST = 200_000
"""Characters of one field: a whole rule file fits, which has up to 30,000. What is longer is cut."""
LONGEST_NAME = 200
"""Characters kept of the name of a file."""
_kept_signs = "\t\n\r"
_forbidden = re.compile(f"[{FORBIDDEN}]")


def harmless(text: str) -> str:
    """Return a text without what could harm a screen; line ends and tabulators stay."""
    return _forbidden.sub(lambda found: found[0] if found[0] in _kept_signs else "", text[:LONGEST])


def harmless_name(name: str | None) -> str | None:
    """Return the last part of a file's name, made harmless; folders in it lead nowhere."""
    if name is None:
        return None
    last = harmless(name).replace("\\", "/").rsplit("/", 1)[-1]
    return " ".join(last.split()).lstrip(".")[-LONGEST_NAME:] or "fichier"


class Incoming(Request):
    """A request whose fields, addresses and file names are harmless."""

    def _get_file_stream(self, *about: Any, **more: Any) -> IO[bytes]:  # noqa: ANN401 - as they come
        stream = super()._get_file_stream(*about, **more)
        self.__dict__.setdefault("opened", []).append(stream)
        return stream

    def close(self) -> None:
        """Close every file that was begun: an upload that is cut short leaves none behind."""
        super().close()
        for stream in self.__dict__.get("opened", ()):
            stream.close()

    def _load_form_data(self) -> None:
        if "form" in self.__dict__:
            return
        super()._load_form_data()
        known = self.__dict__
        known["form"] = _clean(known["form"])
        for file in known["files"].values():
            _rename(file)

    @cached_property
    def args(self) -> MultiDict[str, str]:
        """The fields of the address."""
        return _clean(super().args)


def install(app: Flask) -> None:
    """Let every request of this application come in like that, the parts of its path included."""
    app.request_class = Incoming

    @app.url_value_preprocessor
    def path(endpoint: str | None, values: dict[str, Any] | None) -> None:
        del endpoint
        for name, value in (values or {}).items():
            if isinstance(value, str) and values is not None:
                values[name] = harmless(value)


def _clean(fields: MultiDict[str, str]) -> ImmutableMultiDict[str, str]:
    return ImmutableMultiDict(
        (harmless(name), harmless(value)) for name, value in fields.items(multi=True)
    )


def _rename(file: FileStorage) -> None:
    if file.filename:
        file.filename = harmless_name(file.filename)
