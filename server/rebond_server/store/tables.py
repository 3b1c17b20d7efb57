"""All tables together, for the migrations."""

from rebond_server.store import allocation, demand, device, history, intake, people, proof, stick
from rebond_server.store.base import Base

MODULES = (allocation, demand, device, history, intake, people, proof, stick)
METADATA = Base.metadata
