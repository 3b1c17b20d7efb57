"""All tables together, for the migrations."""

from rebond_server.store import (
    allocation,
    demand,
    device,
    history,
    intake,
    part,
    people,
    proof,
    rule_set,
    stick,
)
from rebond_server.store.base import Base

MODULES = (allocation, demand, device, history, intake, part, people, proof, rule_set, stick)
METADATA = Base.metadata
