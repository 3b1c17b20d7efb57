"""A large stock for the bench: rows as inventory, erasure and grading leave them, written by the database itself."""

import json
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import Connection

EXAMPLE = Path(__file__).parents[2] / "schemas/examples/inventory.json"
AT_ONCE = 100_000
MODELS = (
    ("Lenovo", "ThinkPad T470"), ("Lenovo", "ThinkPad X270"), ("Lenovo", "ThinkCentre M710q"),
    ("Dell", "Latitude 7490"), ("Dell", "Latitude E7450"), ("Dell", "OptiPlex 7040"),
    ("HP", "EliteBook 840 G3"), ("HP", "ProBook 450 G5"), ("HP", "ProDesk 400 G4"),
    ("Fujitsu", "Lifebook U757"), ("Fujitsu", "Esprimo D556"), ("ASUS", "ZenBook UX430"),
    ("Acer", "TravelMate P449"), ("Toshiba", "Portégé Z30"), ("Apple", "MacBook Air 7,2"),
    ("Samsung", "Galaxy A5"), ("Fairphone", "FP3"), ("Iiyama", "ProLite B2283"),
)  # fmt: skip

TABLES: dict[str, str] = {
    "statement": """SELECT {site}, {id_s}, 'inventory', {stick}, {id_r}, i, NULL, {sha}, {sha}, {bytes},
        {moment}, i + 1000, i + 1000, {id_d} FROM n""",
    "drive": """SELECT {site}, {id_v}, 'serial:samsungssd860:s3y' || i, {id_d}, 'Samsung SSD 860',
        'S3Y' || i, 'naa.5002538e' || i, 250059350016, 'ata', 1, NULL FROM n""",
    "judgement": """SELECT {site}, {id_j}, {id_v}, {id_s}, 'erasure', 1, 'cleared', 250059350016,
        250059350016, 250059350016, 0, 0, 0, 'none', 900.0, 60.0, 'overwrite', NULL, NULL, NULL,
        {empty}, {moment} FROM n""",
    "grade": """SELECT {site}, {id_g}, {id_d}, {grade}, {nothing}, {empty}, {nothing}, 'rebond 2026-11',
        {sha}, {moment}, NULL FROM n""",
    "device": """SELECT {site}, {id_d}, {tag}, {kind}, {state}, 1, NULL, {maker}, {model}, {serial},
        NULL, {id_s}, {no}, {graded}, {facts}, {moment}, {moment}, 1 FROM n""",
    "device_drive": """SELECT {site}, {id_f}, {id_d}, {id_s}, 0, {id_v}, '/dev/sda', 'ssd', {yes},
        {drive_facts}, 'ok', {empty} FROM n""",
    "device_key": """SELECT {site}, {id_k}, {id_d}, 'serial', lower({serial}) FROM n
        UNION ALL SELECT {site}, {id_m}, {id_d}, 'mac', {mac} FROM n
        UNION ALL SELECT {site}, {id_u}, {id_d}, 'drive', 'serial:samsungssd860:s3y' || i FROM n""",
    "event": """SELECT {site}, {id_e}, {moment}, 'stick', {stick}, 'receive_device', 'device', {id_d},
        NULL, {tag}, NULL, {nothing}, 10000000 + i * 2, {sha}, {sha} FROM n
        UNION ALL SELECT {site}, {id_h}, {moment}, 'stick', {stick}, 'judge_erasure', 'device', {id_d},
        NULL, 'cleared', NULL, {nothing}, 10000001 + i * 2, {sha}, {sha} FROM n""",
}
COLUMNS: dict[str, str] = {
    "statement": "site_id, id, kind, stick_id, run, sequence, previous, sha256, signature, receipt,"
    " received, arrival, made_before, device_id",
    "drive": "site_id, id, identity, device_id, model, serial, wwn, size_bytes, bus, epoch, judgement_id",
    "judgement": "site_id, id, drive_id, statement_id, statement_kind, epoch, verdict, size_bytes,"
    " bytes_written, bytes_read_back, errors, mismatches, skipped, hidden_area, seconds, least_seconds,"
    " method, canaries_planted, canaries_found, places_read, reasons, judged",
    "grade": "site_id, id, device_id, overall, axes, reasons, facts, rules, rules_sha256, graded, given_by",
    "device": "site_id, id, tag, kind, state, cycle, cycle_began, maker, model, serial, lot_id,"
    " inventory_id, drives_hidden, grade_id, facts, received, changed, version",
    "device_drive": "site_id, id, device_id, inventory_id, position, drive_id, path, kind, holds_data,"
    " facts, health, health_reasons",
    "device_key": "site_id, id, device_id, kind, value",
    "event": "site_id, id, at, actor_kind, actor_id, verb, subject_kind, subject_id, old, new, reason,"
    " details, sequence, previous_sha256, sha256",
}


def tag_of(number: int) -> str:
    """Return the tag of the device with this number."""
    return f"RB-{number:06}"


def serial_of(number: int) -> str:
    """Return its serial number: what tells twins apart stands at its end."""
    return f"PF{number * 7919 % 10_000_019:08}"


def write_stock(engine: Engine, site: UUID, first: int, end: int, now: datetime) -> None:
    """Write the devices from `first` until before `end`; keys and guards rest meanwhile."""
    lite = engine.dialect.name == "sqlite"
    words = _words(site, lite=lite, now=now)
    # an engine of its own: that of the workshop opens a transaction before everything
    own = create_engine(engine.url, isolation_level="AUTOCOMMIT")
    with own.connect() as connection:
        rested = _rest(connection, lite=lite)
        if first == 0:
            _stick(connection, words)
        for begin in range(first, end, AT_ONCE):
            last = min(begin + AT_ONCE, end) - 1
            series = (
                f"WITH RECURSIVE n(i) AS (SELECT {begin} UNION ALL SELECT i + 1 FROM n WHERE i < {last})"  # noqa: S608 - whole numbers
                if lite
                else f"WITH n AS (SELECT i FROM generate_series({begin}, {last}) AS s(i))"  # noqa: S608 - likewise
            )
            for table, rows in TABLES.items():
                sql = f"INSERT INTO {table} ({COLUMNS[table]}) {series} {rows.format(**words)}"
                connection.exec_driver_sql(sql.replace("%", "%%") if not lite else sql)
            drive = "UPDATE drive SET judgement_id = {id_of_v} WHERE judgement_id IS NULL"
            connection.exec_driver_sql(drive.format(**words))
        _wake(connection, rested, lite=lite)
    own.dispose()


def _rest(connection: Connection, *, lite: bool) -> list[str]:
    if not lite:
        connection.execute(text("SET session_replication_role = replica"))
        return []
    connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
    connection.exec_driver_sql("PRAGMA synchronous = OFF")
    found = connection.execute(
        text("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
    ).all()
    for name, _ in found:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    return [sql for _, sql in found]


def _wake(connection: Connection, rested: list[str], *, lite: bool) -> None:
    for sql in rested:
        connection.exec_driver_sql(sql)
    if lite:
        connection.exec_driver_sql("PRAGMA foreign_keys = ON")
        connection.exec_driver_sql("PRAGMA synchronous = EXTRA")
    else:
        connection.execute(text("SET session_replication_role = origin"))


def _stick(connection: Connection, words: dict[str, str]) -> None:
    sql = (
        "INSERT INTO stick (site_id, id, name, public_key, enrolled)"
        " VALUES ({site}, {stick}, 'clé 1', '{none}', {now})"
    )
    connection.exec_driver_sql(sql.format(**words))


def _words(site: UUID, *, lite: bool, now: datetime) -> dict[str, str]:
    """Return the expressions of this dialect; `i` is the number of the device."""

    def numbered(kind: int, what: str = "i") -> str:
        if lite:
            return f"printf('{kind:02x}%030x', {what})"
        return f"('{kind:02x}' || lpad(to_hex({what}), 30, '0'))::uuid"

    def quoted(value: str) -> str:
        return "'" + value.replace("'", "''") + "'"

    def json_of(value: object) -> str:
        told = quoted(json.dumps(value, separators=(",", ":")).replace(":", ": "))
        return told if lite else f"{told}::json"

    facts = json.loads(EXAMPLE.read_text())["facts"]
    serial = (
        "'PF' || printf('%08d', i * 7919 % 10000019)"
        if lite
        else "'PF' || lpad((i::bigint * 7919 % 10000019)::text, 8, '0')"
    )
    sha = "printf('%064x', i)" if lite else "lpad(to_hex(i), 64, '0')"
    ids = {f"id_{letter}": numbered(place + 1) for place, letter in enumerate("dsrvjgfkmueh")}
    moment = (
        f"strftime('%Y-%m-%d %H:%M:%f000', '{now:%Y-%m-%d %H:%M:%S}', '-' || (i % 1296000) || ' minutes')"
        if lite
        else f"timestamptz '{now.isoformat()}' - (i % 1296000) * interval '1 minute'"
    )
    state = (
        "CASE WHEN i % 20 < 2 THEN 'received' WHEN i % 20 < 5 THEN 'examined' WHEN i % 20 < 7 THEN"
        " 'wiped' WHEN i % 20 < 13 THEN 'graded' WHEN i % 20 < 14 THEN 'held' WHEN i % 20 < 19 THEN"
        " 'released' ELSE 'scrapped' END"
    )
    names = " ".join(f"WHEN {n} THEN {quoted(m)}" for n, (m, _) in enumerate(MODELS))
    models = " ".join(f"WHEN {n} THEN {quoted(m)}" for n, (_, m) in enumerate(MODELS))
    return ids | {
        "site": quoted(site.hex) if lite else f"{quoted(str(site))}::uuid",
        "stick": numbered(99, "1"),
        "id_of_v": _renamed(lite=lite),
        "none": "0" * 64,
        "now": quoted(f"{now:%Y-%m-%d %H:%M:%S}.000000" if lite else now.isoformat()),
        "sha": sha,
        "bytes": "x'00'" if lite else "'\\x00'::bytea",
        "moment": moment,
        "tag": "'RB-' || printf('%06d', i)"
        if lite
        else "'RB-' || lpad(i::text, greatest(6, length(i::text)), '0')",
        "serial": serial,
        "mac": "printf('d481d7%06x', i)" if lite else "'d481d7' || lpad(to_hex(i), 6, '0')",
        "state": state,
        "kind": "CASE WHEN i % 10 < 6 THEN 'laptop' WHEN i % 10 < 8 THEN 'desktop' WHEN i % 10 < 9"
        " THEN 'smartphone' ELSE 'screen' END",
        "grade": "CASE WHEN i % 100 < 30 THEN 'A' WHEN i % 100 < 65 THEN 'B' WHEN i % 100 < 90 THEN"
        " 'C' WHEN i % 100 < 99 THEN 'D' ELSE 'PARTS' END",
        "graded": f"CASE WHEN i % 20 < 5 THEN NULL ELSE {ids['id_g']} END",
        "maker": f"CASE i % {len(MODELS)} {names} END",
        "model": f"CASE i % {len(MODELS)} {models} END",
        "facts": json_of(facts),
        "drive_facts": json_of(facts["drives"][0]),
        "empty": json_of([]),
        "nothing": json_of({}),
        "no": "0" if lite else "false",
        "yes": "1" if lite else "true",
    }


def _renamed(*, lite: bool) -> str:
    """Return the judgement of a drive, by the drive's own number."""
    if lite:
        return "'05' || substr(id, 3)"
    return "('05' || substr(replace(id::text, '-', ''), 3))::uuid"
