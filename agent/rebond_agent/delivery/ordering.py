"""What the workshop asks for this machine: its signed order, else the stick's standing one."""

from uuid import UUID

from rebond_agent.delivery.server import Answer, Server
from rebond_agent.errors import ServerError
from rebond_agent.stick import anchored, standing_order
from rebond_agent.stick.outbox import Outbox
from rebond_agent.wipe.guard import Policy
from rebond_schemas.codec import encode
from rebond_schemas.erasure import Level
from rebond_schemas.order import OrderRequest, WipeOrder
from rebond_schemas.signing import ORDER_REQUEST_TYPE, sign

_OK = 200


def order_for(outbox: Outbox, server: Server | None, run: UUID) -> WipeOrder | None:
    """Return the order for this run's machine, or the standing one; None: nobody ever gave any.

    A server that is away, or that is not ours, changes nothing: the standing order holds.
    """
    if server is not None:
        fresh = _asked(outbox, server, run)
        if fresh is not None:
            return fresh
    return standing_order.kept(outbox.stick)


def refresh(outbox: Outbox, server: Server) -> None:
    """Bring the standing order up to date, where the server can be asked."""
    _asked(outbox, server, None)


def policy_of(order: WipeOrder | None, wanted: Policy) -> Policy:
    """Return what was wanted at the machine, raised to what the order asks; nothing lowers an order."""
    if order is None:
        return wanted
    asked = order.policy
    return Policy(
        level=Level.PURGE if Level.PURGE in {asked.level, wanted.level} else Level.CLEAR,
        chosen=wanted.chosen,
        firmware=asked.firmware and wanted.firmware,
        never_firmware=tuple(dict.fromkeys((*asked.never_firmware, *wanted.never_firmware))),
        sample_percent=max(asked.sample_percent, wanted.sample_percent),
        admit_ieee=asked.admit_ieee,
        psid=wanted.psid,
        vouched=wanted.vouched,
        locked_by_us=wanted.locked_by_us,
    )


def _asked(outbox: Outbox, server: Server, run: UUID | None) -> WipeOrder | None:
    stick = outbox.stick
    request = encode(OrderRequest(stick=stick.settings.stick, run=run))
    signature = sign(stick.key, ORDER_REQUEST_TYPE, request)
    try:
        answer = server.ask_order(request, stick.settings.stick, signature)
    except ServerError:
        return None
    # Behind the pinned authority it is our server that answers, wherever it was found.
    where = server.url if stick.settings.authority is not None else None
    return _taken(outbox, answer, run, where)


def _taken(outbox: Outbox, answer: Answer, run: UUID | None, where: str | None) -> WipeOrder | None:
    """Believe an answer that our server signed for this run, and keep it when it is for any machine."""
    if answer.status != _OK:
        return None
    order = standing_order.believed(outbox.stick, answer.body, answer.signature or "")
    if order is None or order.run not in {None, run}:
        return None
    with outbox.hand:
        if order.run is None:
            standing_order.keep(outbox.stick, answer.body, answer.signature or "")
        outbox.stick = anchored(outbox.stick, order.issued, where)
    return order
