"""Booting from the network: what TFTP needs in a folder, and the large files over plain HTTP.

Boot loaders know no TLS: this is a server of its own, beside the one for sticks and people. It gives
six files by name and nothing else; what a PC runs is signed by Debian (Secure Boot), not by this.
"""

import http.server
import shutil
import socket
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from pathlib import Path

from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadSetting

CONFIGURATIONS = ("boot.ipxe", "grub/grub.cfg")
LARGE = ("vmlinuz", "initrd.img", "agent.squashfs", "base.squashfs")
LOADERS = ("shimx64.efi", "grubx64.efi")
PREFIX = "/netboot/"
_BLANK = "@SERVER@"

DNSMASQ = """# /etc/dnsmasq.d/rebond.conf: answers beside the DHCP server that is there already
port=0
dhcp-range={network},proxy
enable-tftp
tftp-root={folder}
dhcp-match=set:ipxe,175
pxe-service=tag:!ipxe,x86PC,"Rebond",undionly.kpxe
pxe-service=tag:ipxe,x86PC,"Rebond",boot.ipxe
pxe-service=X86-64_EFI,"Rebond",shimx64.efi
"""


@dataclass(frozen=True, kw_only=True)
class Netboot:
    """The files of one image (`scripts/build-stick` leaves them), and where PCs find this server."""

    folder: Path
    address: str
    """Host and port, as a PC in the workshop reaches them."""

    def checked(self) -> "Netboot":
        """Return itself, or raise BadSetting with the name of a file that is not there."""
        for name in (*LARGE, *LOADERS, *CONFIGURATIONS):
            if not (self.folder / name).is_file():
                raise BadSetting(
                    Sentence(
                        fr=f"{self.folder} n'est pas un dossier de démarrage réseau : il manque {name}.",
                        en=f"{self.folder} is no folder for network boot: {name} is missing.",
                    )
                )
        return self

    def prepare(self, tftp: Path) -> None:
        """Fill the folder of a TFTP server: loaders, and configurations that name this server."""
        for name in LOADERS:
            tftp.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self.folder / name, tftp / name)
        for name in CONFIGURATIONS:
            (tftp / name).parent.mkdir(parents=True, exist_ok=True)
            (tftp / name).write_text(self.configuration(name), encoding="utf-8")

    def configuration(self, name: str) -> str:
        """Return a configuration with this server's address in its blank."""
        return (self.folder / name).read_text(encoding="utf-8").replace(_BLANK, self.address)


class _Handler(http.server.BaseHTTPRequestHandler):
    """Gives the large files and the configurations by their exact names; knows no other path."""

    protocol_version = "HTTP/1.1"
    timeout = 60

    def __init__(self, netboot: Netboot, *given: object) -> None:
        self.netboot = netboot
        super().__init__(*given)  # type: ignore[arg-type]  # socketserver's own three

    def do_GET(self) -> None:
        """Send a file."""
        self._answer(body=True)

    def do_HEAD(self) -> None:
        """Say how long it is."""
        self._answer(body=False)

    def _answer(self, *, body: bool) -> None:
        name = self.path.removeprefix(PREFIX)
        if self.path.startswith(PREFIX) and name in CONFIGURATIONS:
            said = self.netboot.configuration(name).encode()
            self._head(len(said))
            if body:
                self.wfile.write(said)
        elif self.path.startswith(PREFIX) and name in LARGE:
            with (self.netboot.folder / name).open("rb") as file:
                self._head((self.netboot.folder / name).stat().st_size)
                if body:
                    self.wfile.flush()
                    self.connection.sendfile(file)
        else:
            self.send_error(HTTPStatus.NOT_FOUND)

    def _head(self, length: int) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing: who boots is no matter of a log."""


class _Server(http.server.ThreadingHTTPServer):
    """A classroom switched on at once: fifty connections may wait."""

    request_queue_size = 128
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a PC switched off while it loads is no error of this server."""


def server(netboot: Netboot, host: str, port: int) -> http.server.ThreadingHTTPServer:
    """Return the HTTP server, bound; its `serve_forever` serves."""
    return _Server((host, port), partial(_Handler, netboot))


def own_address() -> str:
    """Return this computer's address in the workshop's network: the one it would go out with."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        try:
            line.connect(("192.0.2.1", 9))  # documentation's network: nothing is sent
        except OSError:
            return "127.0.0.1"
        return str(line.getsockname()[0])
