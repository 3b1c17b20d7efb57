"""The order that holds where no server can be asked: signed by the server, kept on the stick."""

from rebond_agent.stick import Stick
from rebond_schemas.codec import Unreadable, decode_as
from rebond_schemas.order import WipeOrder
from rebond_schemas.signing import ORDER_TYPE, verified

_FILE = "order"


def believed(stick: Stick, body: bytes, signature: str) -> WipeOrder | None:
    """Return the order in these bytes; None unless this stick's own server signed it, for this stick."""
    settings = stick.settings
    if not verified(settings.server_public_key, ORDER_TYPE, body, signature):
        return None
    try:
        order: WipeOrder = decode_as(body, WipeOrder)
    except Unreadable:
        return None
    if order.site != settings.site or order.stick not in {None, settings.stick}:
        return None
    return order


def keep(stick: Stick, body: bytes, signature: str) -> None:
    """Keep the order for later boots without a network."""
    content = signature.encode("ascii") + b"\n" + body
    path = stick.folder / _FILE
    if not path.exists() or path.read_bytes() != content:
        stick.disk.write(path, content)


def kept(stick: Stick) -> WipeOrder | None:
    """Return the order on the stick; None when there is none, or nobody we believe wrote it."""
    try:
        signature, _, body = (stick.folder / _FILE).read_bytes().partition(b"\n")
    except OSError:
        return None
    order = believed(stick, body, signature.decode("ascii", "replace"))
    return None if order is None or order.run is not None else order
