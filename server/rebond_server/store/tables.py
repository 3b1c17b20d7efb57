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
    paper,
    part,
    passes,
    people,
    proof,
    record,
    rule_set,
    sameness,
    stick,
    upkeep,
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
    paper,
    part,
    passes,
    people,
    proof,
    record,
    rule_set,
    sameness,
    stick,
    upkeep,
    voucher,
)
METADATA = Base.metadata
