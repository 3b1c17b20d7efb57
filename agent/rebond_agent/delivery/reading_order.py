"""What the server asks to be read once more in this machine: its signed word, for this very run."""

from uuid import UUID

from rebond_agent.delivery.server import Server
from rebond_agent.errors import ServerError
from rebond_agent.stick import Stick
from rebond_agent.stick.outbox import Outbox
from rebond_schemas.codec import Unreadable, decode_as, encode
from rebond_schemas.order import OrderRequest
from rebond_schemas.read_order import ReadOrder
from rebond_schemas.signing import (
    READ_ORDER_REQUEST_TYPE,
    READ_ORDER_TYPE,
    sign,
    verified,
)

_OK = 200


def read_order_for(outbox: Outbox, server: Server, run: UUID) -> ReadOrder | None:
    """Return what to read again; None when nobody asks, or nobody whom we believe.

    Never kept: what was asked of one run is worth nothing in another.
    """
    stick = outbox.stick
    request = encode(OrderRequest(stick=stick.settings.stick, run=run))
    signature = sign(stick.key, READ_ORDER_REQUEST_TYPE, request)
    try:
        answer = server.ask_read_order(request, stick.settings.stick, signature)
    except ServerError:
        return None
    if answer.status != _OK:
        return None
    return _believed(stick, answer.body, answer.signature or "", run)


def _believed(stick: Stick, body: bytes, signature: str, run: UUID) -> ReadOrder | None:
    settings = stick.settings
    if not verified(settings.server_public_key, READ_ORDER_TYPE, body, signature):
        return None
    try:
        order: ReadOrder = decode_as(body, ReadOrder)
    except Unreadable:
        return None
    mine = (order.site, order.stick, order.run) == (settings.site, settings.stick, run)
    return order if mine else None
