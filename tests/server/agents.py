"""The real agent's stick at the real server's operations, without a network in between."""

import msgspec
from moments import NOON

from rebond_agent.delivery.enrolment import enrol
from rebond_agent.delivery.server import Answer
from rebond_agent.stick.durable import Durable
from rebond_schemas.exchange import Arrived, Refusal
from rebond_server.domain.role import Role
from rebond_server.operations.answers import Accepted
from rebond_server.operations.enrol_stick import enrol_stick
from rebond_server.operations.issue_enrolment_code import issue_enrolment_code
from rebond_server.operations.read_order import give_read_order
from rebond_server.operations.receive_parcel import receive_parcel, receive_part
from rebond_server.operations.wipe_order import give_order
from rebond_server.operations.work import NOBODY, command_line
from rebond_server.web.api import STATUSES


class Direct:
    """A server as the stick sees it; `now` is the server's clock."""

    url = "http://direct"

    def __init__(self, workshop, now=NOON):
        self.workshop, self.now = workshop, now

    def enrol(self, request, signature):
        return self._do(lambda work: enrol_stick(work, request, signature))

    def take(self, parcel):
        return self._do(lambda work: receive_parcel(work, parcel))

    def take_part(self, part):
        return self._do(lambda work: receive_part(work, part))

    def ask_order(self, request, stick, signature):
        return self._do(lambda work: give_order(work, request, stick, signature))

    def ask_read_order(self, request, stick, signature):
        return self._do(lambda work: give_read_order(work, request, stick, signature))

    def _do(self, act):
        answer = self.workshop.persist(NOBODY, self.now, act)
        if isinstance(answer, Arrived):
            return Answer(status=202, body=msgspec.json.encode(answer))
        status = int(STATUSES[answer.status])
        if isinstance(answer, Accepted):
            return Answer(status=status, body=answer.body, signature=answer.signature)
        refusal = Refusal(error=answer.status.value, message=answer.sentence.en)
        return Answer(status=status, body=msgspec.json.encode(refusal))


def agent_stick(workshop, folder, now=NOON, name="clé d'essai"):
    """Return a stick of the real agent that the workshop knows."""
    with workshop.work(command_line(Role.LEAD), now) as work:
        code = issue_enrolment_code(work)
    server = Direct(workshop, now)
    return enrol(folder, server, code=code, name=name, language="fr", disk=Durable()).stick
