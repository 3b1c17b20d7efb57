"""Who acts: four people of the workshop, and the agent that reports from the bench."""

from enum import StrEnum

from rebond_server.domain.sentence import Sentence


class Role(StrEnum):
    """One person has one role; `agent` is the server itself, acting on an enrolled stick's word."""

    TECHNICIAN = "technician"
    LEAD = "lead"
    OFFICER = "officer"
    ADMIN = "admin"
    AGENT = "agent"


TITLES: dict[Role, Sentence] = {
    Role.TECHNICIAN: Sentence(fr="technicien·ne", en="technician"),
    Role.LEAD: Sentence(fr="chef·fe d'atelier", en="workshop lead"),
    Role.OFFICER: Sentence(fr="chargé·e d'attribution", en="allocation officer"),
    Role.ADMIN: Sentence(fr="administrateur·rice", en="administrator"),
    Role.AGENT: Sentence(fr="agent", en="agent"),
}


def titles(roles: frozenset[Role]) -> Sentence:
    """Return the titles of these roles, in their fixed order."""
    named = [TITLES[role] for role in Role if role in roles]
    return Sentence(fr=", ".join(t.fr for t in named), en=", ".join(t.en for t in named))
