"""A request that wants nothing more, and one that wants again: always with the reason."""

from uuid import UUID

from rebond_server.domain.policy import Permission
from rebond_server.operations.history import tell
from rebond_server.operations.requests import request_of
from rebond_server.operations.step import reason_given
from rebond_server.operations.work import Work
from rebond_server.store.demand import Request


def close_request(work: Work, request_id: UUID, reason: str) -> Request:
    """Close an open request, or open a closed one again; no plan serves a closed one."""
    work.require(Permission.MANAGE_REQUESTS)
    given = reason_given(reason)
    request = request_of(work, request_id)
    request.closed = work.now if request.closed is None else None
    verb = "close_request" if request.closed is not None else "reopen_request"
    work.session.flush()
    tell(work, verb, ("request", request.id), new=request.code, reason=given)
    return request
