"""The interface of the sticks: signed bytes in, signed bytes out, and one route that says the server is well."""

from collections.abc import Callable
from http import HTTPStatus
from uuid import UUID

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from rebond_schemas.codec import encode
from rebond_schemas.exchange import Arrived, Refusal
from rebond_schemas.signing import PARCEL_TYPE, PART_TYPE, RECEIPT_TYPE, STATEMENT_TYPE
from rebond_schemas.text import LIMIT, clean
from rebond_server.domain.errors import Refused
from rebond_server.domain.sentence import Sentence
from rebond_server.operations import agent_release, bench, read_order, wipe_order
from rebond_server.operations.answers import NOT_KNOWN, Accepted, Declined, Status
from rebond_server.operations.enrol_stick import enrol_stick
from rebond_server.operations.receive_parcel import receive_parcel, receive_part
from rebond_server.operations.receive_statement import TOO_LARGE, receive_statement
from rebond_server.operations.tls import fingerprint_of
from rebond_server.operations.work import NOBODY, Work
from rebond_server.web.session import desk, now

blueprint = Blueprint("api", __name__)

STICK_HEADER = "Rebond-Stick"
SIGNATURE_HEADER = "Rebond-Signature"
JSON = "application/json"

STATUSES: dict[Status, HTTPStatus] = {
    Status.CREATED: HTTPStatus.CREATED,
    Status.KNOWN: HTTPStatus.OK,
    Status.BAD_REQUEST: HTTPStatus.BAD_REQUEST,
    Status.NOT_KNOWN: HTTPStatus.UNAUTHORIZED,
    Status.CONFLICT: HTTPStatus.CONFLICT,
    Status.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Status.WRONG_TYPE: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    Status.UNREADABLE: HTTPStatus.UNPROCESSABLE_ENTITY,
}

_WRONG_TYPE = Declined(
    status=Status.WRONG_TYPE,
    sentence=Sentence(
        fr="Type de contenu ou codage refusé : envoyez les octets signés tels quels.",
        en="Content type or encoding refused: send the signed bytes as they are.",
    ),
)


@blueprint.post("/api/v1/statements")
def take_statement() -> Response:
    """Take one signed statement; the receipt is signed in its turn."""
    if not _plain(STATEMENT_TYPE):
        return _told(_WRONG_TYPE)
    raw = request.get_data(cache=False)
    stick, signature = _stick(), request.headers.get(SIGNATURE_HEADER)
    if stick is None or signature is None:
        return _told(NOT_KNOWN)
    return _told(
        desk().workshop.persist(
            NOBODY, now(), lambda work: receive_statement(work, raw, stick, signature)
        )
    )


@blueprint.post("/api/v1/parcels")
def take_parcel() -> Response:
    """Take one sealed statement; the receipt is signed in its turn."""
    if not _plain(PARCEL_TYPE):
        return _told(_WRONG_TYPE)
    raw = request.get_data(cache=False)
    return _told(desk().workshop.persist(NOBODY, now(), lambda work: receive_parcel(work, raw)))


@blueprint.post("/api/v1/parts")
def take_part() -> Response:
    """Take some bytes of a longer parcel, or say how many have arrived."""
    if not _plain(PART_TYPE):
        return _told(_WRONG_TYPE)
    raw = request.get_data(cache=False)
    answer = desk().workshop.persist(NOBODY, now(), lambda work: receive_part(work, raw))
    if isinstance(answer, Arrived):
        return Response(encode(answer), status=HTTPStatus.ACCEPTED, mimetype=JSON)
    return _told(answer)


@blueprint.post("/api/v1/orders")
def give_order() -> Response:
    """Tell a stick how the drives of its machine are to be erased; the order is signed."""
    return _told(_by_stick(wipe_order.give_order))


@blueprint.post("/api/v1/agent")
def renew_agent() -> Response:
    """Tell a stick which newer agent there is, or give it a part of one; both are signed."""
    return _told(_by_stick(agent_release.answer_stick))


@blueprint.post("/api/v1/read-orders")
def give_read_order() -> Response:
    """Tell a stick which drives of its machine to read once more; the order is signed."""
    return _told(_by_stick(read_order.give_read_order))


@blueprint.post("/api/v1/progress")
def hear_progress() -> Response:
    """Take what a bench tells while it works, and say when to tell more."""
    return _told(_by_stick(bench.hear))


@blueprint.get("/api/v1/authority")
def authority() -> Response:
    """Give the certificate authority that sticks pin; what makes it believed is its fingerprint."""
    pem = desk().authority
    if pem is None:
        sentence = Sentence(
            fr="Ce serveur n'a pas d'autorité à lui.", en="This server has no authority of its own."
        )
        return _refusal(HTTPStatus.NOT_FOUND, "none", _said(sentence))
    return Response(pem, mimetype="application/x-pem-file")


@blueprint.post("/api/v1/enrol")
def enrol() -> Response:
    """Make a stick known by its one-time code."""
    if not _plain(JSON):
        return _told(_WRONG_TYPE)
    raw, signature = request.get_data(cache=False), request.headers.get(SIGNATURE_HEADER, "")
    return _told(
        desk().workshop.persist(
            NOBODY, now(), lambda work: enrol_stick(work, raw, signature, _authority())
        )
    )


@blueprint.get("/healthz")
def health() -> Response:
    """Say that the server answers and that its database can be read."""
    with desk().workshop.work(NOBODY, now(), reading=True):
        return Response(b'{"status":"ok"}', mimetype=JSON)


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(error: RequestEntityTooLarge) -> Response:
    """Answer a body over the limit, which nobody has read to its end."""
    del error
    return _told(TOO_LARGE)


@blueprint.errorhandler(HTTPException)
def bad_request(error: HTTPException) -> Response:
    """Answer a request that is not even HTTP as it should be."""
    text = clean(error.description) or error.name
    return _refusal(HTTPStatus(error.code or HTTPStatus.BAD_REQUEST), "bad_request", text)


@blueprint.errorhandler(Refused)
def unavailable(refusal: Refused) -> Response:
    """Answer when the server itself cannot work: the stick keeps its statement and tries again."""
    return _refusal(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", _said(refusal.sentence))


def _by_stick(
    act: Callable[[Work, bytes, UUID, str], Accepted | Declined],
) -> Accepted | Declined:
    """Do what a stick asks in a body that its headers sign."""
    if request.headers.get("Content-Encoding"):
        return _WRONG_TYPE
    raw = request.get_data(cache=False)
    stick, signature = _stick(), request.headers.get(SIGNATURE_HEADER)
    if stick is None or signature is None:
        return NOT_KNOWN
    return desk().workshop.persist(NOBODY, now(), lambda work: act(work, raw, stick, signature))


def _authority() -> bytes:
    pem = desk().authority
    return b"" if pem is None else fingerprint_of(pem)


def _plain(wanted: str) -> bool:
    """Say whether the body is of this type and not packed: no unpacking, no bomb."""
    return request.mimetype == wanted and not request.headers.get("Content-Encoding")


def _stick() -> UUID | None:
    try:
        return UUID(request.headers.get(STICK_HEADER, ""))
    except ValueError:
        return None


def _told(answer: Accepted | Declined) -> Response:
    status = STATUSES[answer.status]
    if isinstance(answer, Declined):
        return _refusal(status, answer.status.value, _said(answer.sentence))
    response = Response(answer.body, status=status, mimetype=RECEIPT_TYPE)
    response.headers[SIGNATURE_HEADER] = answer.signature
    return response


def _refusal(status: HTTPStatus, error: str, message: str) -> Response:
    body = encode(Refusal(error=error, message=message[:LIMIT]))
    response = Response(body, status=status, mimetype=JSON)
    if status is HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = SIGNATURE_HEADER
    return response


def _said(sentence: Sentence) -> str:
    best = request.accept_languages.best_match(["fr", "en"], default="fr")
    return sentence.en if best == "en" else sentence.fr
