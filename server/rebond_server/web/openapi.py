"""The description of the interface (OpenAPI 3.1): the values it gives, and every address."""

from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from rebond_schemas.exchange import EnrolmentAnswer, EnrolmentRequest, Receipt, Refusal
from rebond_schemas.signing import STATEMENT_TYPE
from rebond_server.domain.lifecycle import State
from rebond_server.operations.api_tokens import Scope
from rebond_server.web.incoming import harmless


class DeviceLine(Struct, frozen=True, kw_only=True):
    """One device of a list."""

    tag: str
    kind: str
    state: str
    maker: str | None
    model: str | None
    serial: str | None
    grade: str | None
    changed: datetime


class Devices(Struct, frozen=True, kw_only=True):
    """One page of devices; `next` is null on the last."""

    devices: tuple[DeviceLine, ...]
    next: str | None


class DeviceDetail(DeviceLine, frozen=True, kw_only=True):
    """One device; `sanitised` is computed from evidence, and `obstacle` says what is missing."""

    received: datetime
    cycle: int
    lot: str | None
    place: str | None
    sanitised: bool
    obstacle: str | None


class Change(Struct, frozen=True, kw_only=True):
    """What a change has led to."""

    tag: str
    state: str


class LotSummary(Struct, frozen=True, kw_only=True):
    """One lot in figures."""

    code: str
    name: str
    regime: str
    expected: int
    received: int
    ready: int
    released: int


class Lots(Struct, frozen=True, kw_only=True):
    """One page of lots; `next` is null on the last."""

    lots: tuple[LotSummary, ...]
    next: str | None


MODELS = (Devices, DeviceDetail, Change, Lots, Refusal, Receipt, EnrolmentRequest, EnrolmentAnswer)
_JSON = "application/json"
_BYTES = {"type": "string", "format": "binary"}
_QUERY = ("state", "kind", "grade", "text", "cursor", "limit")


def harmless_text(text: str) -> str:
    """Return a text of a program's body as forms give theirs."""
    return harmless(text).strip()


def document(server: str) -> dict[str, Any]:
    """Return the whole description."""
    _, components = msgspec.json.schema_components(
        MODELS, ref_template="#/components/schemas/{name}"
    )
    return {
        "openapi": "3.1.0",
        "info": {"title": "Rebond", "version": "1", "license": {"name": "GPL-3.0-or-later"}},
        "servers": [{"url": server}],
        "paths": _paths(),
        "components": {
            "schemas": components,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "stick": {"type": "apiKey", "in": "header", "name": "Rebond-Signature"},
            },
        },
    }


def _paths() -> dict[str, Any]:
    tag = [{"name": "tag", "in": "path", "required": True, "schema": {"type": "string"}}]
    text = {"type": "string"}
    query = [{"name": one, "in": "query", "schema": text} for one in _QUERY]
    query[0]["schema"] = {"type": "string", "enum": [state.value for state in State]}
    query[-1]["schema"] = {"type": "integer", "minimum": 1, "maximum": 200}
    read, write = Scope.READ_DEVICES, Scope.WRITE_DEVICES
    return {
        "/api/v1/openapi.json": {"get": _answers("This document.", {"type": "object"})},
        "/api/v1/devices": {
            "get": _by_token(read, "Devices by tag.", "Devices") | {"parameters": query}
        },
        "/api/v1/devices/{tag}": {
            "get": _by_token(read, "One device.", "DeviceDetail"),
            "parameters": tag,
        },
        "/api/v1/devices/{tag}/place": {
            "post": _by_token(write, "Put a device in a place.", "Change", "place"),
            "parameters": tag,
        },
        "/api/v1/devices/{tag}/hold": {
            "post": _by_token(write, "Set a device aside.", "Change", "reason"),
            "parameters": tag,
        },
        "/api/v1/lots": {
            "get": _by_token(Scope.READ_LOTS, "Lots by code.", "Lots") | {"parameters": query[-2:]}
        },
        "/api/v1/statements": {
            "post": _signed("Take a signed statement.", "Receipt", STATEMENT_TYPE)
        },
        "/api/v1/parcels": {
            "post": _signed("Take a sealed statement.", "Receipt", "application/octet-stream")
        },
        "/api/v1/parts": {
            "post": _signed("Take a part of a parcel.", "Receipt", "application/octet-stream")
        },
        "/api/v1/orders": {"post": _signed("Tell how to erase.", None, "application/octet-stream")},
        "/api/v1/agent": {
            "post": _signed("Offer a newer agent.", None, "application/octet-stream")
        },
        "/api/v1/read-orders": {
            "post": _signed("Tell what to read again.", None, "application/octet-stream")
        },
        "/api/v1/progress": {
            "post": _signed("Hear how far a bench is.", None, "application/octet-stream")
        },
        "/api/v1/enrol": {"post": _signed("Make a stick known.", "EnrolmentAnswer", _JSON)},
        "/api/v1/authority": {
            "get": {
                "summary": "The certificate authority.",
                "responses": {
                    "200": {
                        "description": "PEM.",
                        "content": {"application/x-pem-file": {"schema": {"type": "string"}}},
                    },
                    "404": _refusal("This server has none of its own."),
                },
            }
        },
    }


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _refusal(what: str) -> dict[str, Any]:
    return {"description": what, "content": {_JSON: {"schema": _ref("Refusal")}}}


def _answers(summary: str, schema: dict[str, Any]) -> dict[str, Any]:
    ok = {"description": summary, "content": {_JSON: {"schema": schema}}}
    return {"summary": summary, "responses": {"200": ok}}


def _by_token(scope: Scope, summary: str, model: str, field: str | None = None) -> dict[str, Any]:
    told = _answers(summary, _ref(model))
    told["description"] = f"Scope: `{scope.value}`; the account's role must permit it, too."
    told["security"] = [{"token": []}]
    told["responses"] |= {
        "422": _refusal("A value can't be used."),
        "401": _refusal("No token, or one that has ended."),
        "403": _refusal("Neither the role nor the scope permits it."),
        "404": _refusal("There is no such thing here."),
        "409": _refusal("It is not possible now."),
    }
    if field is not None:
        schema = {
            "type": "object",
            "required": [field],
            "properties": {field: {"type": "string"}},
        }
        told["requestBody"] = {"required": True, "content": {_JSON: {"schema": schema}}}
    return told


def _signed(summary: str, model: str | None, content: str) -> dict[str, Any]:
    told = _answers(summary, _ref(model) if model is not None else {"type": "object"})
    schema = _ref("EnrolmentRequest") if content == _JSON else _BYTES
    told["requestBody"] = {"required": True, "content": {content: {"schema": schema}}}
    told["security"] = [{"stick": []}]
    told["responses"] |= {"401": _refusal("Not signed by a stick that is known.")}
    return told
