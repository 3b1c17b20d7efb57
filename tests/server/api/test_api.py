"""The interface of the sticks over HTTP: receipts, refusals in JSON, and garbage that breaks nothing."""

import json
import sys

import fresh
import msgspec
import pytest
from bench import SSD, another, enrolled
from moments import NOON
from msgspec.structs import replace

from rebond_schemas.codec import encode
from rebond_schemas.exchange import EnrolmentAnswer, EnrolmentRequest, Receipt, Refusal
from rebond_schemas.facts import Memory
from rebond_schemas.signing import (
    ENROLMENT_TYPE,
    RECEIPT_TYPE,
    STATEMENT_TYPE,
    new_key,
    public_key,
    sign,
    verified,
)
from rebond_server.domain.role import Role
from rebond_server.operations.enrol_stick import revoke_stick
from rebond_server.operations.issue_enrolment_code import issue_enrolment_code
from rebond_server.operations.work import NOBODY, command_line
from rebond_server.store.device import Device
from rebond_server.store.stick import StatementRow

LIMIT = 2 * 1024 * 1024


@pytest.fixture
def client(config, workshop):
    return fresh.application(config, workshop, lambda: NOON).test_client()


@pytest.fixture
def stick(workshop):
    return enrolled(workshop)


def post(client, letter, **headers):
    known = {
        "Content-Type": STATEMENT_TYPE,
        "Rebond-Stick": str(letter.stick),
        "Rebond-Signature": letter.signature,
    } | headers
    return client.post("/api/v1/statements", data=letter.raw, headers=known)


def devices(workshop):
    with workshop.work(NOBODY, NOON, reading=True) as work:
        return work.session.query(Device).count(), work.session.query(StatementRow).count()


def refusal(answer):
    assert answer.mimetype == "application/json"
    return msgspec.json.decode(answer.data, type=Refusal)


def test_created_then_known_with_the_same_signed_receipt(client, workshop, stick):
    letter = stick.inventory()
    first, again = post(client, letter), post(client, letter)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.data == again.data
    signature = first.headers["Rebond-Signature"]
    assert verified(public_key(workshop.server_key), RECEIPT_TYPE, first.data, signature)
    assert msgspec.json.decode(first.data, type=Receipt).device == "RB-000001"


def test_enrolment_over_http(client, workshop):
    with workshop.work(command_line(Role.LEAD), NOON) as work:
        code = issue_enrolment_code(work)
    key = new_key()
    raw = encode(EnrolmentRequest(code=code, name="clé 1", public_key=public_key(key)))
    headers = {
        "Content-Type": "application/json",
        "Rebond-Signature": sign(key, ENROLMENT_TYPE, raw),
    }
    unsigned = client.post("/api/v1/enrol", data=raw, headers=headers | {"Rebond-Signature": ""})
    answer = client.post("/api/v1/enrol", data=raw, headers=headers)

    assert unsigned.status_code == 401
    assert answer.status_code == 201
    told = msgspec.json.decode(answer.data, type=EnrolmentAnswer)
    assert told.site == workshop.site_id


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[" * 4000, 400),
        (b"\xff\xfe", 400),
        (b'{"code": "A", "code": "B"}', 400),
        (b" " * 5000, 413),
    ],
)
def test_enrolment_garbage(client, body, status):
    answer = client.post("/api/v1/enrol", data=body, content_type="application/json")

    assert answer.status_code == status
    assert refusal(answer).message


def test_the_same_401_for_every_stranger(client, workshop, stick):
    letter = stick.inventory()
    answers = [
        post(client, letter, **{"Rebond-Signature": "0" * 128}),
        post(client, letter, **{"Rebond-Signature": ""}),
        post(client, letter, **{"Rebond-Stick": "nobody"}),
        post(client, letter, **{"Rebond-Stick": "00000000-0000-0000-0000-000000000000"}),
    ]
    with workshop.work(command_line(Role.LEAD), NOON) as work:
        revoke_stick(work, stick.id, "volée")
    answers.append(post(client, letter))

    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.data for answer in answers}) == 1
    assert devices(workshop) == (0, 0)


def test_other_bytes_under_a_known_id(client, workshop, stick):
    letter = stick.inventory()
    post(client, letter)

    assert post(client, stick.inventory(another(1), id=letter.statement.id)).status_code == 409
    assert devices(workshop) == (1, 1)


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Encoding": "gzip"},
        {"Content-Encoding": "identity"},
        {"Content-Type": "application/json"},
        {"Content-Type": "multipart/form-data; boundary=x"},
    ],
    ids=str,
)
def test_packed_or_other_content_is_refused(client, workshop, stick, headers):
    answer = post(client, stick.inventory(), **headers)

    assert answer.status_code == 415
    assert refusal(answer).error == "wrong_type"
    assert devices(workshop) == (0, 0)


def whole(stick):
    return json.loads(stick.inventory().raw)


def garbage(stick):
    """Yield bytes that a broken or hostile stick might sign."""
    raw = stick.inventory().raw
    yield "nothing", b""
    yield "truncated", raw[: len(raw) // 2]
    yield "one byte short", raw[:-1]
    yield "brackets", b"[" * 100_000
    yield "braces", b'{"a":' * 100_000
    yield "strings that never end", b'"' + b"\\" * 100_001
    yield "NaN", raw.replace(b'"sequence":1', b'"sequence":NaN')
    yield "infinity", raw.replace(b'"cores":4', b'"cores":Infinity')
    yield "1e999", raw.replace(b'"cores":4', b'"cores":1e999')
    yield "5,000 digits", raw.replace(b'"cores":4', b'"cores":' + b"9" * 5000)
    yield "2 to the 64th", raw.replace(b'"cores":4', b'"cores":18446744073709551616')
    yield "negative", raw.replace(b'"cores":4', b'"cores":-1')
    yield "duplicate key", raw.replace(b'{"kind"', b'{"kind":"erasure","kind"', 1)
    yield "NUL", raw.replace(b"LENOVO", b"LEN\\u0000VO")
    yield "raw NUL", raw.replace(b"LENOVO", b"LEN\x00VO")
    yield "lone surrogate", raw.replace(b"LENOVO", b"LEN\\ud800VO")
    yield "escape", raw.replace(b"LENOVO", b"LEN\\u001b[31m")
    yield "not UTF-8", raw.replace(b"LENOVO", b"LEN\xff\xfeO")
    yield "UTF-16", raw.decode().encode("utf-16")
    yield "byte order mark", b"\xef\xbb\xbf" + raw
    yield "long text", raw.replace(b"LENOVO", b"L" * 100_000)
    yield "300,000 values", b'{"kind":"inventory","a":[' + b"1," * 300_000 + b"1]}"
    yield "unknown kind", raw.replace(b'"inventory"', b'"verdict"', 1)
    yield "unknown field", raw.replace(b'{"kind"', b'{"wiped":true,"kind"', 1)
    yield "format 2", raw.replace(b'"format":1', b'"format":2')
    yield "a list", b"[]"
    yield "a number", b"1"
    yield "null", b"null"
    yield "words", "Bonjour, tout est effacé.".encode()
    yield "year 0", raw.replace(b'"wall":"2026', b'"wall":"0000')
    yield "no time zone", raw.replace(b'+00:00"', b'"').replace(b'Z"', b'"')


def test_signed_garbage_is_refused_with_a_sentence(client, workshop, stick):
    names = []
    for name, raw in garbage(stick):
        answer = post(client, stick.sealed(raw))
        names.append(name)
        assert answer.status_code == 422, (name, answer.data)
        assert refusal(answer).message, name

    assert len(names) > 25
    assert devices(workshop) == (0, 0)


def test_three_mebibytes_are_refused(client, workshop, stick):
    answer = post(client, stick.sealed(b" " * (3 * 1024 * 1024)))

    assert answer.status_code == 413
    assert refusal(answer).error == "too_large"
    assert devices(workshop) == (0, 0)


def odd(stick):
    """Yield statements that fit the format and yet ask too much of arithmetic, columns or rules."""
    largest = 2**63 - 1
    (drive,) = another(1).drives
    huge = replace(
        drive, native_size_bytes=largest, identity=replace(drive.identity, size_bytes=largest)
    )
    yield stick.boot().inventory(replace(another(1), drives=(huge,)))
    good = stick.erasure(huge, rate=1e18)
    yield good
    for seconds in (0.0, 5e-324, sys.float_info.max):
        passes = tuple(replace(one, seconds=seconds) for one in good.statement.passes)
        yield stick.erasure(huge, rate=1e18, passes=passes, seconds=seconds)
    many = (replace(good.statement.passes[0], fault_count=largest, bytes_skipped=largest),) * 32
    yield stick.erasure(huge, rate=1e18, passes=many)
    long = replace(
        drive, identity=replace(drive.identity, model="ﬃ" * 256, serial="ß" * 256, wwn="ﬃ" * 256)
    )
    yield stick.boot().inventory(replace(another(2), drives=(long,)))
    yield stick.erasure(long)
    yield stick.boot().inventory(replace(another(3), memory=Memory(installed_mib=largest)))
    yield stick.boot().inventory(another(4, serial="ﬃ" * 256, uuid="'; DROP TABLE device; --"))
    yield stick.boot().inventory(another(5), asset_tag="../../etc/passwd")
    yield stick.boot().inventory(another(6), asset_tag="<script>alert(1)</script>")
    yield stick.boot().inventory(replace(another(7), drives=(SSD,) * 256))
    yield stick.boot().inventory(another(8), order="{0.__class__}")
    yield stick.boot().erasure(drive, reason="{why} {0} %s")
    yield stick.boot().inspection(())


def test_odd_but_well_formed_statements_are_taken(client, workshop, stick):
    for letter in odd(stick):
        answer = post(client, letter)
        assert answer.status_code == 201, (letter.raw[:300], answer.data)

    with workshop.work(NOBODY, NOON, reading=True) as work:
        states = {device.serial: device.state.value for device in work.session.query(Device)}
        tags = {device.tag for device in work.session.query(Device)}
    # long names are names: that one drive was really erased; nothing else here was
    assert states.pop("PF000002") == "wiped"
    assert set(states.values()) == {"examined"}
    assert all(tag.startswith("RB-") for tag in tags)


def test_health(client):
    answer = client.get("/healthz")

    assert (answer.status_code, answer.get_json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch"])
def test_other_methods_are_no_server_error(client, method):
    for path in ("/api/v1/statements", "/api/v1/enrol"):
        assert getattr(client, method)(path).status_code == 405
