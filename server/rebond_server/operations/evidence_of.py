"""Reading a stored statement again from its evidence, and the order that it names."""

from uuid import UUID

from rebond_schemas import codec
from rebond_schemas.order import WipeOrder
from rebond_schemas.statement import AnyStatement, Erasure, Inspection, Inventory
from rebond_server.operations.work import Work
from rebond_server.store.order import OrderRow
from rebond_server.store.stick import StatementRow


def statement_of(work: Work, row: StatementRow) -> AnyStatement:
    """Return the statement in the evidence of this row, or raise EvidenceDamaged."""
    return codec.decode(work.evidence.bring(row.sha256))


def inventory_of(work: Work, row: StatementRow) -> Inventory:
    """Return the inventory of this row."""
    statement = statement_of(work, row)
    assert isinstance(statement, Inventory)  # noqa: S101 - the row's kind came from these bytes
    return statement


def erasure_of(work: Work, row: StatementRow) -> Erasure:
    """Return the erasure of this row."""
    statement = statement_of(work, row)
    assert isinstance(statement, Erasure)  # noqa: S101 - likewise
    return statement


def inspection_of(work: Work, row: StatementRow) -> Inspection:
    """Return the inspection of this row."""
    statement = statement_of(work, row)
    assert isinstance(statement, Inspection)  # noqa: S101 - likewise
    return statement


def order_named(work: Work, name: str | None) -> WipeOrder | None:
    """Return the order that a statement names; None when this workshop gave none of that name."""
    try:
        row = None if name is None else work.session.get(OrderRow, (work.site_id, UUID(name)))
    except ValueError:
        return None
    if row is None:
        return None
    order: WipeOrder = codec.decode_as(row.body, WipeOrder)
    return order
