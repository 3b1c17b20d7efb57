"""Style and script travel compressed; pages don't, since they carry secrets (BREACH, 2013)."""

import gzip
from functools import lru_cache

from flask import Flask, Response, request

_TYPES = frozenset({"text/css", "text/javascript", "application/javascript", "image/svg+xml"})


def install(app: Flask) -> None:
    """Compress static texts for browsers that ask for it."""

    @app.after_request
    def shrink(response: Response) -> Response:
        static = request.endpoint is not None and request.endpoint.endswith("static")
        if not static or response.status_code != 200 or response.mimetype not in _TYPES:  # noqa: PLR2004 - OK in HTTP
            return response
        response.vary.add("Accept-Encoding")
        if request.accept_encodings["gzip"] > 0:
            response.direct_passthrough = False
            response.set_data(_shrunk(response.get_data()))
            response.content_encoding = "gzip"
        return response


@lru_cache(maxsize=16)
def _shrunk(raw: bytes) -> bytes:
    return gzip.compress(raw, mtime=0)
