"""One line of JSON for each request: who (by id), which view, what came of it, how long it took.

No personal data: never a name, an address of the network, a query, a form or a header; of the path only
the rule that it matched.
"""

import secrets
import sys
import time
from typing import Any, TextIO

import structlog
from flask import Flask, Response, g, request

from rebond_server.web.session import now, person

HEADER = "X-Request-ID"


def install(app: Flask, out: TextIO | None = None) -> None:
    """Log every request to this stream, by default standard error, and name it in the answer."""
    log: Any = structlog.wrap_logger(
        structlog.PrintLogger(sys.stderr if out is None else out),
        processors=[structlog.processors.JSONRenderer(sort_keys=True)],
    )

    @app.before_request
    def begin() -> None:
        g.request_id, g.began = secrets.token_hex(8), time.monotonic()

    @app.after_request
    def end(response: Response) -> Response:
        if request.endpoint is None or not request.endpoint.endswith("static"):
            reader = person()
            log.info(
                "request",
                at=now().isoformat(timespec="milliseconds"),
                id=g.request_id,
                actor=None if reader is None else str(reader.account_id),
                method=request.method,
                path=None if request.url_rule is None else request.url_rule.rule,
                status=response.status_code,
                ms=round((time.monotonic() - g.began) * 1000),
            )
        response.headers[HEADER] = g.request_id
        return response
