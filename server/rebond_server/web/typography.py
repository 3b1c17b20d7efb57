"""French typography: no line break parts a high sign or a quotation mark from its words.

Imprimerie nationale, « Lexique des règles typographiques »: a no-break space stands before : ; ? ! and
inside « ».
"""

import re
from collections.abc import Iterator

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

_SPACE = re.compile(r"(?<=«) | (?=»|[:;?!](?:[\s)»<]|$))")


def bound(text: str) -> str:
    """Return a French text whose quotation marks and high signs stay with their words."""
    return _SPACE.sub("\N{NO-BREAK SPACE}", text)


class Typography(Extension):
    """Binds what is written in the templates themselves, once, when they are read."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """Yield the tokens of a template with its own words bound."""
        for token in stream:
            if token.type == "data":
                yield Token(token.lineno, token.type, bound(token.value))
            else:
                yield token
