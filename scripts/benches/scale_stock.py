"""A large stock for the bench: rows as intake, inventory, erasure, grading and handover leave them.

The database writes them itself, in sets: hundreds of thousands of devices a minute. Keys and guards
rest meanwhile, and other indexes are made once the rows lie there. What a device is follows from its
number and the seed alone, so that every run and both databases hold the same stock.
"""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from scale_machines import VARIANTS, Machine, machines
from scale_words import COLUMNS, TABLES, words
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import Connection

AT_ONCE = 100_000


def tag_of(number: int) -> str:
    """Return the tag of the device with this number."""
    return f"RB-{number:06}"


def serial_of(number: int) -> str:
    """Return its serial number: what tells twins apart stands at its end."""
    return f"PF{number * 7919 % 10_000_019:08}"


def write_stock(engine: Engine, site: UUID, count: int, now: datetime, seed: int) -> None:
    """Write so many devices into a database that holds none."""
    lite = engine.dialect.name == "sqlite"
    # an engine of its own: that of the workshop opens a transaction before everything
    own = create_engine(engine.url, isolation_level="AUTOCOMMIT")
    with own.connect() as connection:
        said = words(connection, site, lite=lite, now=now, seed=seed)
        with _resting(connection, lite=lite):
            _write_machines(connection, machines(seed))
            for begin in range(0, count, AT_ONCE):
                last = min(begin + AT_ONCE, count) - 1
                for table, rows in TABLES:
                    if "{once}" in rows and begin > 0:
                        continue
                    sql = f"INSERT INTO {table} ({COLUMNS[table]}) {rows}"
                    _run(connection, sql, said | _series(begin, last, lite=lite), lite=lite)
    own.dispose()


def _series(begin: int, last: int, *, lite: bool) -> dict[str, str]:
    """Return the tables of numbers that the rows are made from: devices, lots, requests."""

    def numbers(name: str, low: int, high: int, column: str = "i") -> str:
        if not lite:
            return f"{name}({column}) AS (SELECT generate_series({low}::bigint, {high}::bigint))"
        return (  # whole numbers
            f"{name}({column}) AS (SELECT {low} WHERE {low} <= {high}"  # noqa: S608 - fixed texts and whole numbers
            f" UNION ALL SELECT {column} + 1 FROM {name} WHERE {column} < {high})"
        )

    def whole(size: int) -> tuple[int, int]:
        """Return the lots or requests that begin within these devices."""
        return -(-begin // size), last // size

    recursive = "RECURSIVE " if lite else ""
    return {
        "once": "",
        "n": f"WITH {recursive}{numbers('n', begin, last)}",
        "k": f"WITH {recursive}{numbers('n', begin, last)}, {numbers('k', 0, 7, 'j')}",
        "lots": f"WITH {recursive}{numbers('n', *whole(400))}",
        "served": f"WITH {recursive}{numbers('n', *whole(60))}",
        "waiting": f"WITH {recursive}{numbers('n', *whole(2000))}",
        "first": f"WITH {recursive}{numbers('n', 0, 399)}",
    }


def _run(connection: Connection, sql: str, said: dict[str, str], *, lite: bool) -> None:
    # words stand in words: until none is left
    while "{" in sql.replace("{}", "").replace('{"', ""):
        before = sql
        for word, meaning in said.items():
            sql = sql.replace(f"{{{word}}}", meaning)
        if sql == before:
            raise ValueError(sql)
    connection.exec_driver_sql(sql if lite else sql.replace("%", "%%"))


def _write_machines(connection: Connection, found: list[Machine]) -> None:
    """Keep the machines in a table of their own for as long as this connection lasts."""
    names = [field.name for field in dataclasses.fields(Machine)]
    json_names = {"facts", "drive_facts", "axes", "reasons", "grade_facts"}
    typed = ", ".join(
        f"{name} {'json' if name in json_names else 'bigint' if name == 'size' else 'text'}"
        for name in names
    )
    connection.exec_driver_sql(f"CREATE TEMPORARY TABLE machine (id bigint PRIMARY KEY, {typed})")
    rows = [{"id": number, **dataclasses.asdict(one)} for number, one in enumerate(found)]
    assert len(rows) == VARIANTS  # noqa: S101 - the numbers in scale_words rest on it
    places = ", ".join(f":{name}" for name in ("id", *names))
    connection.execute(text(f"INSERT INTO machine VALUES ({places})"), rows)  # noqa: S608 - fixed texts and whole numbers
    connection.exec_driver_sql("ANALYZE machine")


@contextmanager
def _resting(connection: Connection, *, lite: bool) -> Iterator[None]:
    """Let guards, foreign keys and indexes rest; put them back as they were."""
    rested = _rest_lite(connection) if lite else _rest(connection)
    yield
    for sql in rested:
        connection.exec_driver_sql(sql)
    if lite:
        connection.exec_driver_sql("PRAGMA foreign_keys = ON")
        connection.exec_driver_sql("PRAGMA synchronous = EXTRA")
    else:
        connection.execute(text("SET session_replication_role = origin"))


def _rest(connection: Connection) -> list[str]:
    connection.execute(text("SET session_replication_role = replica"))
    found = connection.execute(
        text(
            "SELECT indexname, indexdef FROM pg_indexes i WHERE schemaname = 'public' AND NOT EXISTS"
            " (SELECT 1 FROM pg_constraint c WHERE c.conindid = to_regclass(i.indexname))"
        )
    ).all()
    for name, _ in found:
        connection.exec_driver_sql(f"DROP INDEX {name}")
    return [sql for _, sql in found]


def _rest_lite(connection: Connection) -> list[str]:
    for pragma in ("foreign_keys = OFF", "synchronous = OFF", "cache_size = -512000"):
        connection.exec_driver_sql(f"PRAGMA {pragma}")
    found = connection.execute(
        text(
            "SELECT type, name, sql FROM sqlite_schema WHERE type = 'trigger'"
            " OR (type = 'index' AND sql IS NOT NULL)"
        )
    ).all()
    for kind, name, _ in found:
        connection.exec_driver_sql(f"DROP {kind.upper()} {name}")
    return [sql for _, _, sql in found]
