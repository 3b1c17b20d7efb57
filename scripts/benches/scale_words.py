"""What the rows of the bench's stock hold, in SQL; `i` is the number of the device, lot or request.

One line in the words of SQLite, one in those of PostgreSQL, wherever they differ.
"""

import json
import random
from datetime import datetime
from uuid import UUID

from scale_machines import VARIANTS
from sqlalchemy import text
from sqlalchemy.engine import Connection

_BOOTED = "m.facts IS NOT NULL AND {state} <> 'received'"
_JOINED = "FROM n JOIN machine m ON m.id = {machine}"
_GIVEN = "({state} = 'released' OR {state} = 'allocated')"

TABLES: tuple[tuple[str, str], ...] = (
    ("stick", ("SELECT {site}, {numbered_99}, 'clé ' || i, {key}, {now} FROM ({first} SELECT i FROM n"
     " WHERE i < 12) s WHERE {once} 1 = 1")),
    ("place", ("SELECT {site}, {numbered_40}, 'P-' || i, CASE WHEN i < 4 THEN 'room' WHEN i < 80 THEN"
     " 'shelf' ELSE 'pallet' END, 'Lieu ' || i, NULL FROM ({first} SELECT i FROM n) s WHERE {once} 1 = 1")),
    ("donor", ("SELECT {site}, {numbered_41}, 'donateur-' || i, CASE WHEN i % 3 = 0 THEN 'public_body'"
     " ELSE 'company' END, 'Donateur ' || i FROM ({first} SELECT i FROM n) s WHERE {once} 1 = 1")),
    ("lot", ("{lots} SELECT {site}, {numbered_42}, 'lot-' || i, 'Collecte numéro ' || i, NULL, {terms}"
     " FROM n")),
    ("donation", ("{lots} SELECT {site}, {numbered_43}, {numbered_42}, 'campaign', {donor}, {day}, {day},"
     " 900 FROM n")),
    ("collection_point", "{lots} SELECT {site}, {numbered_44}, {numbered_42}, 'Accueil' FROM n"),
    ("request", ("{served} SELECT {site}, {numbered_45}, 'D-' || i, {programme}, 'Organisation ' ||"
     " (i % 700), 60, {old}, {old}, {wish}, 1 FROM n")),
    ("request", ("{waiting} SELECT {site}, {numbered_46}, 'E-' || i, {programme}, 'Organisation ' ||"
     " (i % 700), 90, {old}, NULL, {wish}, 1 FROM n")),
    ("handover", ("{served} SELECT {site}, {numbered_47}, 'R-2024-' || i, {numbered_45}, {old}, {account}"
     " FROM n")),
    ("statement", (f"{{n}} SELECT {{site}}, {{numbered_2}}, 'inventory', {{stick}}, {{numbered_3}}, i, NULL,"
     f" {{sha}}, {{sha}}, {{bytes}}, {{received}}, i * 3 + 1, i * 3 + 1, {{numbered_1}}, {{no}} {_JOINED}"
     f" WHERE {_BOOTED}")),
    ("statement", (f"{{n}} SELECT {{site}}, {{numbered_4}}, 'erasure', {{stick}}, {{numbered_3}}, i, NULL,"
     f" {{sha}}, {{sha}}, {{bytes}}, {{received}}, i * 3 + 2, i * 3 + 2, {{numbered_1}}, {{no}} {_JOINED}"
     f" WHERE {_BOOTED} AND {{erased}}")),
    ("statement", (f"{{n}} SELECT {{site}}, {{numbered_15}}, 'inspection', {{stick}}, {{numbered_3}}, i, NULL,"
     f" {{sha}}, {{sha}}, {{bytes}}, {{received}}, i * 3 + 3, i * 3 + 3, {{numbered_1}}, {{no}} {_JOINED}"
     f" WHERE {_BOOTED} AND i % 3 > 0")),
    ("drive", (f"{{n}} SELECT {{site}}, {{numbered_5}}, 'serial:' || {{drive_serial}}, {{numbered_1}},"
     f" m.drive, {{drive_serial}}, 'naa.5002538e' || i, m.size, 'ata', 1,"
     f" CASE WHEN {{erased}} THEN {{numbered_6}} END {_JOINED} WHERE {_BOOTED}")),
    ("judgement", (f"{{n}} SELECT {{site}}, {{numbered_6}}, {{numbered_5}}, {{numbered_4}}, 'erasure', 1,"
     f" {{verdict}}, m.size, m.size, m.size, 0, 0, 0, 'none', 900.0, 60.0, 'overwrite', NULL, NULL,"
     f" NULL, {{empty}}, {{received}} {_JOINED} WHERE {_BOOTED} AND {{erased}}")),
    ("grade", (f"{{n}} SELECT {{site}}, {{numbered_7}}, {{numbered_1}}, m.overall, m.axes, m.reasons,"
     f" m.grade_facts, 'rebond 2026-11', {{rules}}, {{received}}, NULL {_JOINED} WHERE {_BOOTED}")),
    ("grade", (f"{{n}} SELECT {{site}}, {{numbered_16}}, {{numbered_1}}, m.overall, m.axes, m.reasons,"
     f" m.grade_facts, 'rebond 2025-02', {{sha}}, {{before}}, NULL {_JOINED} WHERE {_BOOTED}"
     " AND i % 5 = 0")),
    ("device", (f"{{n}} SELECT {{site}}, {{numbered_1}}, {{tag}}, m.kind, {{state}}, 1, NULL, m.maker,"
     f" m.model, {{serial}}, CASE WHEN i % 50 > 0 THEN {{lot}} END, CASE WHEN {_BOOTED} THEN"
     f" {{numbered_2}} END, {{no}}, CASE WHEN {_BOOTED} THEN {{numbered_7}} END,"
     f" CASE WHEN {_BOOTED} THEN m.overall END,"
     f" CASE WHEN {{state}} <> 'received' THEN m.facts END, {{received}}, {{changed}}, 1 {_JOINED}")),
    ("device_drive", (f"{{n}} SELECT {{site}}, {{numbered_8}}, {{numbered_1}}, {{numbered_2}}, 0,"
     f" {{numbered_5}}, '/dev/sda', 'ssd', {{yes}}, m.drive_facts, m.health, {{empty}} {_JOINED}"
     f" WHERE {_BOOTED}")),
    ("device_key", "{n} SELECT {site}, {numbered_9}, {numbered_1}, 'serial', lower({serial}) FROM n"),
    ("device_key", (f"{{n}} SELECT {{site}}, {{numbered_10}}, {{numbered_1}}, 'mac', {{mac}} {_JOINED}"
     f" WHERE {_BOOTED}")),
    ("device_key", (f"{{n}} SELECT {{site}}, {{numbered_11}}, {{numbered_1}}, 'drive', 'serial:' ||"
     f" {{drive_serial}} {_JOINED} WHERE {_BOOTED}")),
    ("intake", ("{n} SELECT {site}, {numbered_12}, {numbered_1}, {point}, 'INV-' || (i * 31 % 1000003),"
     " 4000 + i % 200 * 100 FROM n WHERE i % 50 > 0")),
    ("device_place", ("{n} SELECT {site}, {numbered_13}, {numbered_1}, {place}, {changed} FROM n WHERE"
     " {state} NOT IN ('released', 'scrapped')")),
    ("assignment", (f"{{n}} SELECT {{site}}, {{numbered_14}}, {{numbered_1}}, CASE WHEN {{state}} ="  # noqa: S608 - fixed texts and whole numbers
     f" 'released' THEN {{asked_45}} ELSE {{asked_46}} END, {{empty}}, {{changed}}, {{account}},"
     f" CASE WHEN {{state}} = 'released' THEN {{asked_47}} END FROM n WHERE {_GIVEN}")),
    ("identity_doubt", ("{n} SELECT {site}, {numbered_17}, {numbered_1}, {twin}, 40 + i % 50, {empty},"
     " {changed} FROM n WHERE i % 4001 = 0")),
    ("event", ("{k} SELECT {site}, {event_id}, {told}, CASE WHEN k.j < 4 THEN 'stick' ELSE 'account' END,"
     " CASE WHEN k.j < 4 THEN {stick} ELSE {account} END, {verb}, 'device', {numbered_1}, NULL, {tag},"
     " NULL, {nothing}, 10000000 + i * 8 + k.j, {sha}, {sha} FROM n CROSS JOIN k WHERE k.j < {lines}")),
    ("event", ("{n} SELECT {site}, {numbered_19}, {changed}, 'system', NULL, 'component_lost', 'device',"
     " {numbered_1}, NULL, NULL, NULL, {lost}, 1000000000 + i, {sha}, {sha} FROM n WHERE i % 97 = 0")),
    ("event", ("{n} SELECT {site}, {numbered_20}, {now}, 'system', NULL, 'evidence_after_end', 'device',"
     " {numbered_1}, NULL, NULL, NULL, {nothing}, 2000000000 + i, {sha}, {sha} FROM n WHERE i % 997 = 0"
     " AND {state} IN ('released', 'scrapped')")),
)  # fmt: skip
"""Table by table, the rows of a range of devices; what stands under `once` is written with the first."""

COLUMNS: dict[str, str] = {
    "stick": "site_id, id, name, public_key, enrolled",
    "place": "site_id, id, code, kind, name, parent_id",
    "donor": "site_id, id, code, kind, name",
    "lot": "site_id, id, code, name, agreement_id, terms",
    "donation": "site_id, id, lot_id, kind, donor_id, starts, ends, population",
    "collection_point": "site_id, id, lot_id, name",
    "request": "site_id, id, code, programme_id, organisation, quantity, completed, closed, terms, version",
    "handover": "site_id, id, number, request_id, at, by",
    "statement": "site_id, id, kind, stick_id, run, sequence, previous, sha256, signature, receipt,"
    " received, arrival, made_before, device_id, quarantined",
    "drive": "site_id, id, identity, device_id, model, serial, wwn, size_bytes, bus, epoch, judgement_id",
    "judgement": "site_id, id, drive_id, statement_id, statement_kind, epoch, verdict, size_bytes,"
    " bytes_written, bytes_read_back, errors, mismatches, skipped, hidden_area, seconds, least_seconds,"
    " method, canaries_planted, canaries_found, places_read, reasons, judged",
    "grade": "site_id, id, device_id, overall, axes, reasons, facts, rules, rules_sha256, graded, given_by",
    "device": "site_id, id, tag, kind, state, cycle, cycle_began, maker, model, serial, lot_id,"
    " inventory_id, drives_hidden, grade_id, grade, facts, received, changed, version",
    "device_drive": "site_id, id, device_id, inventory_id, position, drive_id, path, kind, holds_data,"
    " facts, health, health_reasons",
    "device_key": "site_id, id, device_id, kind, value",
    "intake": "site_id, id, device_id, point_id, donor_tag, value_cents",
    "device_place": "site_id, id, device_id, place_id, since",
    "assignment": "site_id, id, device_id, request_id, reasons, confirmed, confirmed_by, handover_id",
    "identity_doubt": "site_id, id, one_id, other_id, score, signs, found",
    "event": "site_id, id, at, actor_kind, actor_id, verb, subject_kind, subject_id, old, new, reason,"
    " details, sequence, previous_sha256, sha256",
}

STATES = (
    ("received", 25),
    ("examined", 30),
    ("wiped", 20),
    ("held", 15),
    ("graded", 80),
    ("allocated", 40),
    ("released", 620),
    ("scrapped", 170),
)
"""Of 1,000 devices that ever came, how many stand where: most have left."""
_LINES = {"received": 2, "examined": 4, "wiped": 5, "held": 5, "graded": 6, "allocated": 7}
_VERBS = ("receive_device", "record_inventory", "judge_erasure", "grade", "move_device",
          "confirm_grade", "allocate", "hand_over")  # fmt: skip
_MULTIPLIERS = (1_103_515_245, 40_692, 69_621, 48_271, 16_807)


def words(
    connection: Connection, site: UUID, *, lite: bool, now: datetime, seed: int
) -> dict[str, str]:
    """Return the expressions of this dialect, by their name."""
    dice = random.Random(seed)  # noqa: S311 - a bench
    thrown = [
        f"((i * {by} + {dice.randrange(10**9)}) % 2147483647)" for by in _MULTIPLIERS
    ]  # one number a purpose
    return _dialect(site, now, lite=lite) | _fixed(connection, lite=lite) | _device(thrown)


def _device(thrown: list[str]) -> dict[str, str]:
    """Return what a device is; the same words in both dialects."""
    reached, states = 0, []
    for state, count in STATES[:-1]:
        reached += count
        states.append(f"WHEN {thrown[0]} % 1000 < {reached} THEN '{state}'")
    lines = " ".join(f"WHEN '{state}' THEN {count}" for state, count in _LINES.items())
    verbs = " ".join(f"WHEN {place} THEN '{verb}'" for place, verb in enumerate(_VERBS[:-1]))
    return {
        "machine": f"{thrown[1]} % {VARIANTS}",
        "state": f"CASE {' '.join(states)} ELSE '{STATES[-1][0]}' END",
        "age": f"(CASE WHEN {{state}} IN ('released', 'scrapped') THEN {thrown[2]} % 2100000 ELSE"
        f" {thrown[2]} % 90000 END)",
        "changed_age": f"({{age}} * ({thrown[3]} % 100) / 100)",
        "erased": "({state} NOT IN ('received', 'examined') OR i % 4 = 0)",
        "verdict": f"CASE WHEN {{state}} IN ('wiped', 'graded', 'allocated', 'released') OR {thrown[4]} % 10 < 4"
        f" THEN 'cleared' WHEN {thrown[4]} % 10 < 7 THEN 'failed' WHEN {thrown[4]} % 10 < 9 THEN"
        " 'cleared_with_limits' ELSE 'interrupted' END",
        "lines": f"(CASE {{state}} {lines} ELSE 8 END)",
        "verb": f"CASE k.j {verbs} ELSE '{_VERBS[-1]}' END",
        "drive_serial": "'S3YN' || i",
    }


def _dialect(site: UUID, now: datetime, *, lite: bool) -> dict[str, str]:
    def numbered(kind: int, what: str = "i") -> str:
        if lite:
            return f"printf('{kind:02x}%030x', {what})"
        return f"('{kind:02x}' || lpad(to_hex({what}), 30, '0'))::uuid"

    def moment(minutes: str) -> str:
        if lite:
            began = f"'{now:%Y-%m-%d %H:%M:%S}'"
            return f"strftime('%Y-%m-%d %H:%M:%f000', {began}, '-' || ({minutes}) || ' minutes')"
        return f"(timestamptz '{now.isoformat()}' - ({minutes}) * interval '1 minute')"

    def padded(what: str, digits: int) -> str:
        if lite:
            return f"printf('%0{digits}d', {what})"
        return f"lpad(({what})::text, greatest({digits}, length(({what})::text)), '0')"

    sha = "printf('%064x', i)" if lite else "lpad(to_hex(i), 64, '0')"
    kinds = {f"numbered_{kind}": numbered(kind) for kind in (*range(1, 21), *range(40, 48), 99)}
    return kinds | {
        "site": f"'{site.hex}'" if lite else f"'{site}'::uuid",
        "stick": numbered(99, "i % 12"),
        "place": numbered(40, "i % 400"),
        "donor": numbered(41, "i % 400"),
        "lot": numbered(42, "i / 400"),
        "point": numbered(44, "i / 400"),
        "asked_45": numbered(45, "i / 60"),
        "asked_46": numbered(46, "i / 2000"),
        "asked_47": numbered(47, "i / 60"),
        "twin": numbered(1, "i + 1"),
        "event_id": numbered(18, "i * 8 + k.j"),
        "now": f"'{now:%Y-%m-%d %H:%M:%S}.000000'" if lite else f"'{now.isoformat()}'::timestamptz",
        "day": f"'{now:%Y-%m-%d}'" if lite else f"'{now:%Y-%m-%d}'::date",
        "old": moment("900000 + i % 100000"),
        "received": moment("{age}"),
        "before": moment("{age} + 1440"),
        "changed": moment("{changed_age}"),
        "told": moment("{age} + 8 - k.j"),
        "sha": sha,
        "key": sha,
        "rules": f"'{'ab' * 32}'",
        "bytes": "x'00'" if lite else "'\\x00'::bytea",
        "tag": "'RB-' || " + padded("i", 6),
        "serial": "'PF' || " + padded("i * 7919 % 10000019", 8),
        "mac": "printf('d481d7%06x', i)" if lite else "'d481d7' || lpad(to_hex(i), 6, '0')",
        "empty": "'[]'" if lite else "'[]'::json",
        "nothing": "'{}'" if lite else "'{}'::json",
        "no": "0" if lite else "false",
        "yes": "1" if lite else "true",
        "lost": _lost(lite=lite, number=numbered(2)),
    }


def _lost(*, lite: bool, number: str) -> str:
    """Return what history keeps of a component that a report no longer sees."""
    said = '"lost": [{"fr": "Mémoire : 8 puis 4 Gio.", "en": "Memory: 8, then 4 GiB."}]'
    whole = f"'{{\"inventory\": \"' || {number} || '\", {said}}}'"
    return whole if lite else f"({whole})::json"


def _fixed(connection: Connection, *, lite: bool) -> dict[str, str]:
    """Return what the demonstration's own rows lend: the terms of a lot and of a request."""

    def one(sql: str) -> str:
        return str(connection.scalar(text(sql)))

    def quoted(value: str, kind: str = "") -> str:
        return "'" + value.replace("'", "''") + ("'" if lite or not kind else f"'::{kind}")

    as_text = "" if lite else "::text"
    lot = one(f"SELECT terms{as_text} FROM lot WHERE code = 'annexe-amp-2021'")  # noqa: S608 - fixed texts and whole numbers
    wish = one(f"SELECT terms{as_text} FROM request WHERE code = 'exemple-lieu-resin'")  # noqa: S608 - fixed texts and whole numbers
    return {
        "terms": quoted(json.dumps(json.loads(lot), ensure_ascii=False), "json"),
        "wish": quoted(json.dumps(json.loads(wish), ensure_ascii=False), "json"),
        "programme": quoted(one("SELECT id FROM programme WHERE code = 'resin'"), "uuid"),
        "account": quoted(one("SELECT id FROM account LIMIT 1"), "uuid"),
    }
