"""What a command that erases asks of the workshop first, and whom it tells how the work goes."""

from collections.abc import Iterator
from contextlib import contextmanager

from rebond_agent.command.desk import Desk
from rebond_agent.delivery.home import server_of
from rebond_agent.delivery.live import PATIENCE_SECONDS, Live
from rebond_agent.delivery.ordering import order_for
from rebond_agent.language.stick_phrases import StickPhrase
from rebond_agent.probes import Collected
from rebond_agent.session import Session
from rebond_agent.stick import Stick
from rebond_agent.stick.outbox import Outbox
from rebond_schemas.order import WipeOrder

ASKING_SECONDS = 5.0
"""An erasure does not wait longer for an order: the stick's own holds then."""


def ordered(desk: Desk, outbox: Outbox, session: Session, *, ask: bool) -> WipeOrder | None:
    """Return the order that holds for this machine, and say what it asks; None: nobody gave any."""
    server = server_of(outbox.stick, ASKING_SECONDS) if ask else None
    order = order_for(outbox, server, session.run)
    if order is not None:
        desk.tell(
            StickPhrase.ORDERED,
            lot=order.lot or desk.say(StickPhrase.EVERY_LOT),
            level=order.policy.level.value.capitalize(),
            percent=f"{order.policy.sample_percent:g}",
        )
        if order.policy.destroy:
            desk.tell(StickPhrase.DESTROY)
    return order


@contextmanager
def told_live(
    stick: Stick, session: Session, collected: Collected, *, send: bool
) -> Iterator[Live | None]:
    """Give whom to tell how the work goes; None where nothing is to be sent."""
    if not send:
        yield None
        return
    live = Live(stick, server_of(stick, PATIENCE_SECONDS), session.run)
    live.machine(collected.facts.board, session.asset_tag)
    live.begin()
    try:
        yield live
    finally:
        live.end()
