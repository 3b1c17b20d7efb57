"""Serving the application with gunicorn, from one command."""

import gc
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from rebond_server.announcing import announced
from rebond_server.app import create_app
from rebond_server.config import Config
from rebond_server.operations.workshop import open_workshop

WORKERS = 2
THREADS = 4
SECONDS = 120
"""A plan may take 20 seconds (domain.allocation); a silent worker is replaced after this."""


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """gunicorn around `create_app`; each worker opens its own database connections."""

    def __init__(self, config: Config, address: str) -> None:
        self.settings, self.address = config, address
        super().__init__()

    def load_config(self) -> None:
        """Set what the command line asked for."""
        settings: dict[str, Any] = {
            "bind": self.address,
            "workers": WORKERS,
            "threads": THREADS,
            "timeout": SECONDS,
            "worker_class": "gthread",
            "loglevel": "warning",
            "limit_request_field_size": 8190,
        }
        pair = self.settings.tls_pair
        if pair is not None:
            settings |= {"certfile": str(pair[0]), "keyfile": str(pair[1])}
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Return the application, made after the fork."""
        return settled(create_app(self.settings))


def settled(app: Flask) -> Flask:
    """Return the application, with all that was loaded for it set aside from the search for cycles.

    A whole search through 260,000 objects took 0.2 to 0.4 s, in the middle of somebody's request.
    """
    gc.collect()
    gc.freeze()
    return app


def serve(config: Config, host: str, port: int) -> None:
    """Serve until a signal ends it."""
    open_workshop(config).close()  # a missing set-up is told here, once, and not by every worker
    with announced(config, host, port):
        Server(config, f"{host}:{port}").run()
