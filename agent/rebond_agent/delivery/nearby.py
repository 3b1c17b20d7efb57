"""Servers that announce themselves on this network (DNS-SD over mDNS, RFC 6762 and 6763).

What answers here is only a hint where to look: whom it may be is decided by the pinned authority.
"""

import queue
import time
from collections.abc import Iterator
from contextlib import closing
from uuid import UUID

from rebond_schemas.nearby import SERVICE, SITE

LOOK_SECONDS = 3.0
"""A server on the same network answers within one; Wi-Fi loses the first question now and then."""


def nearby(site: UUID, seconds: float = LOOK_SECONDS) -> Iterator[str]:
    """Give the address of every server that says it is this workshop's, as it is heard of.

    Nothing where there is no network, or where nobody answers in time.
    """
    from zeroconf import (  # noqa: PLC0415 - a fifth of a second, and only a stick that lost its server looks
        IPVersion,
        ServiceBrowser,
        Zeroconf,
    )

    heard: queue.SimpleQueue[str] = queue.SimpleQueue()
    until = time.monotonic() + seconds
    try:
        network = Zeroconf(ip_version=IPVersion.V4Only)
    except OSError:
        return
    with closing(network):
        ServiceBrowser(network, SERVICE, handlers=[_Heard(heard)])
        while (left := until - time.monotonic()) > 0:
            try:
                name = heard.get(timeout=left)
            except queue.Empty:
                return
            told = network.get_service_info(SERVICE, name, timeout=round(left * 1000))
            if told is None or told.properties.get(SITE) != str(site).encode():
                continue
            for address in told.parsed_addresses(IPVersion.V4Only):
                yield f"https://{address}:{told.port}"


class _Heard:
    """Puts the name of every server that appears into the queue."""

    def __init__(self, heard: "queue.SimpleQueue[str]") -> None:
        self._heard = heard

    def __call__(self, *, name: str, **rest: object) -> None:
        """Take one change as the library tells it; a server that leaves is no news."""
        if getattr(rest.get("state_change"), "name", "") != "Removed":
            self._heard.put(name)
