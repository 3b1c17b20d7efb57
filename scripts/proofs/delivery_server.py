"""A real server in processes of its own, on a database of its own, that may be killed and started again."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Self
from uuid import UUID

from sqlalchemy import select

from rebond_agent.delivery import trust
from rebond_agent.delivery.server import HttpServer
from rebond_server.config import read_config
from rebond_server.domain.role import Role
from rebond_server.operations.issue_enrolment_code import issue_enrolment_code
from rebond_server.operations.work import NOBODY, command_line
from rebond_server.operations.workshop import open_workshop
from rebond_server.store.stick import StatementRow
from rebond_server.verb import utc_now

PROGRAMS = Path(sys.executable).parent


class RealServer:
    """`rebond serve`, as a workshop runs it."""

    def __init__(self, folder: Path, postgres: str | None = None, *, tls: bool = False) -> None:
        self.port = _free_port()
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self._environment = os.environ | {
            "REBOND_VAR": str(folder / "var"),
            "REBOND_PUBLIC_URL": self.url,
            **({"REBOND_DATABASE_URL": postgres} if postgres else {}),
        }
        self._log = folder / "server.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._death: threading.Timer | None = None
        self.deaths = 0
        self._rebond("init", "--site", "Proof")
        if tls:
            self._rebond("tls", "127.0.0.1")
        self.workshop = open_workshop(read_config(self._environment))
        self.authority: str | None = None
        self.fingerprint: str | None = None

    def __enter__(self) -> Self:
        self.revive()
        pem = HttpServer(url=self.url).find_authority()
        if pem is not None:
            self.authority, self.fingerprint = pem.decode(), trust.fingerprint_of(pem)
        return self

    def __exit__(self, *error: object) -> None:
        self.workshop.close()
        self._kill()

    def code(self) -> str:
        """Return a fresh enrolment code."""
        with self.workshop.work(command_line(Role.LEAD), utc_now()) as work:
            return issue_enrolment_code(work)

    def die_soon(self, seconds: float) -> None:
        """Kill all processes of the server after this time (SIGKILL, workers and all)."""
        self._death = threading.Timer(seconds, self._kill)
        self._death.start()

    def revive(self) -> None:
        """Start the server again if it is dead or about to die; return when it answers."""
        if self._death is not None:
            self._death.join()
            self._death = None
            self.deaths += 1
        if self._process is None or self._process.poll() is not None:
            with self._log.open("ab") as log:
                self._process = subprocess.Popen(
                    [PROGRAMS / "rebond", "serve", "--port", str(self.port)],
                    env=self._environment, stdout=log, stderr=log, start_new_session=True,
                )  # fmt: skip
            self._wait()

    def statements(self, stick: UUID) -> list[tuple[UUID, str]]:
        """Return what the database holds of this stick: id and SHA-256 of each."""
        return [(row.id, row.sha256) for row in self._rows(stick)]

    def evidence(self, stick: UUID) -> Iterator[bytes]:
        """Give the very bytes that are held of this stick."""
        for row in self._rows(stick):
            yield self.workshop.evidence.bring(row.sha256)

    def _rows(self, stick: UUID) -> list[StatementRow]:
        with self.workshop.work(NOBODY, utc_now(), reading=True) as work:
            query = select(StatementRow).where(StatementRow.stick_id == stick)
            return list(work.session.scalars(query.order_by(StatementRow.sequence)))

    def _rebond(self, *words: str) -> str:
        return subprocess.run(
            [PROGRAMS / "rebond", *words],
            env=self._environment, check=True, capture_output=True, text=True, timeout=120,
        ).stdout  # fmt: skip

    def _kill(self) -> None:
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def _wait(self) -> None:
        context = trust.unchecked() if self.url.startswith("https") else None
        for _ in range(400):
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=3, context=context):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        raise SystemExit(f"the server does not answer: {self._log.read_text()[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
