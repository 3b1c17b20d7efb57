"""All tables together, for the migrations."""

from rebond_server.store import (
    allocation,
    arrival,
    demand,
    device,
    history,
    hold,
    intake,
    order,
    organisation,
    part,
    passes,
    people,
    proof,
    record,
    rule_set,
    sameness,
    stick,
    voucher,
)
from rebond_server.store.base import Base

MODULES = (
    allocation,
    arrival,
    demand,
    device,
    history,
    hold,
    intake,
    order,
    organisation,
    part,
    passes,
    people,
    proof,
    record,
    rule_set,
    sameness,
    stick,
    voucher,
)
METADATA = Base.metadata
