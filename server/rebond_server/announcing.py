"""Telling sticks on the same network where the server is (DNS-SD over mDNS).

Only a hint: a stick believes whoever proves to be the server of its enrolment, and nobody else. It runs
in a process of its own, for the library has threads and gunicorn forks.
"""

import os
import select
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from ipaddress import ip_address
from uuid import UUID

import ifaddr
from zeroconf import Error, InterfaceChoice, IPVersion, ServiceInfo, Zeroconf

from rebond_schemas.nearby import SERVICE, SITE
from rebond_server.config import Config

LOOK_SECONDS = 30.0
"""Between two looks at this computer's addresses: a cable may be plugged elsewhere."""
_ANY = ("0.0.0.0", "::", "")  # noqa: S104 - what people type to serve everywhere


def addresses(host: str) -> tuple[str, ...]:
    """Return the IPv4 addresses by which others reach a server that listens at this host."""
    if host not in _ANY:
        try:
            return (socket.gethostbyname(host),)
        except OSError:
            return ()
    own = (ip.ip for adapter in ifaddr.get_adapters() for ip in adapter.ips if ip.is_IPv4)
    return tuple(sorted(str(ip) for ip in own if not ip_address(str(ip)).is_loopback))


def announce(site: UUID, host: str, port: int) -> None:
    """Announce until standard input ends, again whenever the addresses have changed."""
    told: tuple[str, ...] = ()
    while True:
        told = addresses(host)
        with _announced(site, host, told, port):
            while told == addresses(host):
                if _over(LOOK_SECONDS):
                    return


@contextmanager
def _announced(site: UUID, host: str, told: tuple[str, ...], port: int) -> Iterator[None]:
    """Announce these addresses, as long as the `with` lasts; without a network nothing happens."""
    if not told:
        yield
        return
    try:
        interfaces = InterfaceChoice.All if host in _ANY else list(told)
        network = Zeroconf(interfaces=interfaces, ip_version=IPVersion.V4Only)
    except OSError as error:
        _complain(error)
        yield
        return
    with closing(network):
        service = ServiceInfo(
            SERVICE,
            f"{site}.{SERVICE}",
            port=port,
            properties={SITE: str(site)},
            server=f"rebond-{site.hex[:12]}.local.",
            parsed_addresses=list(told),
        )
        try:
            network.register_service(service, allow_name_change=True)
        except (OSError, Error) as error:
            _complain(error)
        yield


def _complain(error: Exception) -> None:
    sys.stderr.write(f"mDNS : {error}\n")


def _over(seconds: float) -> bool:
    """Wait; say whether whoever started this process has closed its input, or ended."""
    ready, _, _ = select.select([sys.stdin.fileno()], [], [], seconds)
    return bool(ready) and not os.read(sys.stdin.fileno(), 1)


@contextmanager
def announced(config: Config, host: str, port: int) -> Iterator[None]:
    """Announce this server beside the `with`, where others can reach it and sticks can know it."""
    lonely = not any(not ip_address(one).is_loopback for one in addresses(host))
    if config.tls_authority is None or lonely:
        yield
        return
    command = [sys.executable, "-m", "rebond_server", "announce"]
    beside = subprocess.Popen(  # noqa: S603 - this very program
        [*command, "--host", host, "--port", str(port)], stdin=subprocess.PIPE
    )
    try:
        yield
    finally:
        beside.terminate()
        beside.wait()
