"""The kernel under which the machine was examined: a newer one may see more."""

from rebond_agent.machine import Machine
from rebond_agent.probes import sysfs
from rebond_agent.probes.answer import Answer, measured, unknown
from rebond_schemas.facts import Facts

RELEASE = "/proc/sys/kernel/osrelease"


def probe(machine: Machine) -> Answer:
    """Read the release of the running kernel."""
    release = sysfs.word(machine, RELEASE)
    source = measured(RELEASE) if release else unknown(RELEASE)
    return Answer(facts=Facts(kernel=release), sources={"kernel": source})
