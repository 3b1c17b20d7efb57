"""The interface for other programs: the same operations and the same permissions as the screens, in JSON.

A program carries a token (`Authorization: Bearer …`) that acts for an account within its scopes. What each
address takes and gives is described at `/api/v1/openapi.json`.
"""

import base64
import binascii
from http import HTTPStatus
from uuid import UUID

import msgspec
from flask import Blueprint, Response, g, request
from werkzeug.exceptions import HTTPException

from rebond_schemas.exchange import Refusal
from rebond_server.domain.errors import Forbidden, Refused
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue, NotFound
from rebond_server.operations.api_tokens import Program, Scope, find_program, touch_token
from rebond_server.operations.hold_device import hold_device
from rebond_server.operations.place_device import move_device
from rebond_server.operations.work import NOBODY
from rebond_server.store.queries.device_list import Wanted, device_list
from rebond_server.store.queries.device_page import device_by_tag, device_page
from rebond_server.store.queries.intake_list import noted_device
from rebond_server.store.queries.lot_page import lot_list
from rebond_server.web import openapi
from rebond_server.web.device import state_in
from rebond_server.web.errors import NotLoggedIn
from rebond_server.web.errors import row as row_of
from rebond_server.web.openapi import Change, DeviceDetail, DeviceLine, Devices, Lots, LotSummary
from rebond_server.web.session import desk, now, work

blueprint = Blueprint("integration", __name__)
JSON = "application/json"
MOST = 200
USUAL = 50

SCOPES: dict[str, Scope] = {
    "integration.devices": Scope.READ_DEVICES,
    "integration.device": Scope.READ_DEVICES,
    "integration.place": Scope.WRITE_DEVICES,
    "integration.hold": Scope.WRITE_DEVICES,
    "integration.lots": Scope.READ_LOTS,
}
"""What a token needs beside the permission of its account."""

_NO_TOKEN = Sentence(
    fr="Jeton absent, inconnu, périmé ou révoqué.", en="Token missing, unknown, ended or revoked."
)


def recognise_program() -> Program | None:
    """Return the program behind the token of this request, and note at most once an hour that it works."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.casefold() != "bearer" or not token:
        return None
    workshop = desk().workshop
    with workshop.work(NOBODY, now(), reading=True) as reading:
        found = find_program(reading, token.strip())
    if found is not None and found.person.to_touch:
        with workshop.work(NOBODY, now()) as writing:
            touch_token(writing, found.token_id)
    return found


def check_scope() -> None:
    """Raise NotLoggedIn without a program, Forbidden when its token was not made for this."""
    program: Program | None = g.get("program")
    if program is None:
        raise NotLoggedIn(_NO_TOKEN)
    needed = SCOPES[request.endpoint or ""]
    if needed not in program.scopes:
        raise Forbidden(
            Sentence(
                fr=f"Ce jeton n'a pas le droit « {needed.value} ».",
                en=f"This token lacks the scope {needed.value}.",
            )
        )


@blueprint.get("/api/v1/openapi.json")
def description() -> Response:
    """Say what every address of the interface takes and gives (OpenAPI 3.1)."""
    return Response(msgspec.json.encode(openapi.document(desk().public_url)), mimetype=JSON)


@blueprint.get("/api/v1/devices")
def devices() -> Response:
    """List devices by tag; `next` is the cursor of the page that follows."""
    asked = request.args
    wanted = Wanted(
        state=state_in(asked.get("state")),
        kind=asked.get("kind") or None,
        grade=asked.get("grade") or None,
        text=asked.get("text", "").strip() or None,
        after=_place(asked.get("cursor")),
    )
    found = device_list(work().session, work().site_id, wanted, _limit())
    lines = tuple(
        DeviceLine(
            tag=one.tag,
            kind=one.kind,
            state=one.state.value,
            maker=one.maker,
            model=one.model,
            serial=one.serial,
            grade=one.grade,
            changed=one.changed,
        )
        for one in found.devices
    )
    return _given(Devices(devices=lines, next=_cursor(found.later)))


@blueprint.get("/api/v1/devices/<tag>")
def device(tag: str) -> Response:
    """Give one device: what it is, where it stands, whether its erasure is proven."""
    session, site_id = work().session, work().site_id
    found = device_page(session, site_id, _id(tag))
    assert found is not None  # noqa: S101 - `_id` has found it; tells the type checker
    noted = noted_device(session, site_id, found.device_id)
    return _given(
        DeviceDetail(
            tag=found.tag,
            kind=found.kind,
            state=found.state.value,
            maker=found.maker,
            model=found.model,
            serial=found.serial,
            grade=None if found.grade is None else found.grade.overall,
            changed=found.changed,
            received=found.received,
            cycle=found.cycle,
            lot=found.lot,
            place=noted.place,
            sanitised=found.sanitised,
            obstacle=None if found.obstacle is None else found.obstacle.en,
        )
    )


@blueprint.post("/api/v1/devices/<tag>/place")
def place(tag: str) -> Response:
    """Put a device in a place."""
    move_device(work(), _id(tag), _text("place"))
    return _changed(tag)


@blueprint.post("/api/v1/devices/<tag>/hold")
def hold(tag: str) -> Response:
    """Set a device aside, with a reason."""
    hold_device(work(), _id(tag), _text("reason"))
    return _changed(tag)


@blueprint.get("/api/v1/lots")
def lots() -> Response:
    """List the lots by code with what came of them; `next` is the cursor of the page that follows."""
    after, most = _place(request.args.get("cursor")) or "", _limit()
    found = lot_list(work().session, work().site_id, after=after, most=most + 1)
    return _given(
        Lots(
            lots=tuple(
                LotSummary(
                    code=one.code,
                    name=one.name,
                    regime=str(one.regime),
                    expected=one.expected,
                    received=one.came.received,
                    ready=one.came.ready,
                    released=one.came.released,
                )
                for one in found[:most]
            ),
            next=_cursor(found[most - 1].code if len(found) > most else None),
        )
    )


@blueprint.errorhandler(Refused)
def refused(error: Refused) -> Response:
    """Answer a refusal in JSON, with the same status as the screens."""
    status = row_of(error).status
    return _refusal(status, type(error).__name__, error.sentence.en)


@blueprint.errorhandler(HTTPException)
def http_error(error: HTTPException) -> Response:
    """Answer what is not even a request of this interface."""
    status = HTTPStatus(error.code or HTTPStatus.BAD_REQUEST)
    return _refusal(status, "BadRequest", error.name)


def _refusal(status: HTTPStatus, error: str, text: str) -> Response:
    answer = Response(
        msgspec.json.encode(Refusal(error=error, message=text)), status=status, mimetype=JSON
    )
    if status is HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _given(value: msgspec.Struct) -> Response:
    return Response(msgspec.json.encode(value), mimetype=JSON)


def _changed(tag: str) -> Response:
    found = device_page(work().session, work().site_id, _id(tag))
    assert found is not None  # noqa: S101 - likewise
    return _given(Change(tag=found.tag, state=found.state.value))


def _id(tag: str) -> UUID:
    found = device_by_tag(work().session, work().site_id, tag)
    if found is None:
        raise NotFound(Sentence(fr="Aucun appareil ici.", en="No device carries this tag."))
    return found


def _text(name: str) -> str:
    try:
        told = msgspec.json.decode(request.get_data(cache=False), type=dict[str, str])
    except msgspec.DecodeError as error:
        raise BadValue(
            Sentence(
                fr="Envoyez un objet JSON de textes.",
                en="Send a JSON object whose values are texts.",
            )
        ) from error
    return openapi.harmless_text(told.get(name, ""))


def _limit() -> int:
    text = request.args.get("limit", "")
    return min(MOST, max(1, int(text))) if text.isascii() and text.isdigit() else USUAL


def _cursor(tag: str | None) -> str | None:
    return None if tag is None else base64.urlsafe_b64encode(tag.encode()).decode().rstrip("=")


def _place(cursor: str | None) -> str | None:
    if not cursor:
        return None
    try:
        return openapi.harmless_text(
            base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        )
    except (ValueError, binascii.Error):
        raise BadValue(
            Sentence(fr="Ce curseur ne mène nulle part.", en="This cursor leads nowhere.")
        ) from None
