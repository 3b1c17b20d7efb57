"""What the database itself refuses, whoever writes: the promise of the product in SQL.

`device_sanitisation` computes, for each device, whether every drive of its latest inventory that can
hold data has a positive judgement of its present epoch. No path to a state beyond the wipe, and no
assignment, goes round it. History, statements and judgements can't be changed or deleted.
"""

from sqlalchemy import Integer, Uuid, column, table

DEVICE_SANITISATION = table(
    "device_sanitisation",
    column("site_id", Uuid),
    column("device_id", Uuid),
    column("sanitised", Integer),
)
"""The view, for queries: `sanitised` is 1 or 0."""

SANITISATION_VIEW = """
CREATE VIEW device_sanitisation AS
SELECT d.site_id, d.id AS device_id,
  CASE
    WHEN d.inventory_id IS NULL
      THEN CASE WHEN d.kind IN ('screen', 'accessory', 'key_4g') AND NOT EXISTS (
        SELECT 1 FROM statement t WHERE t.site_id = d.site_id AND t.device_id = d.id
      ) THEN 1 ELSE 0 END
    WHEN d.drives_hidden THEN 0
    WHEN NOT EXISTS (
      SELECT 1 FROM device_drive f
      WHERE f.site_id = d.site_id AND f.device_id = d.id AND f.inventory_id = d.inventory_id
        AND f.holds_data
    ) THEN 0
    WHEN EXISTS (
      SELECT 1 FROM device_drive f
      JOIN drive v ON v.site_id = f.site_id AND v.id = f.drive_id
      LEFT JOIN judgement j ON j.site_id = v.site_id AND j.id = v.judgement_id
      WHERE f.site_id = d.site_id AND f.device_id = d.id AND f.inventory_id = d.inventory_id
        AND f.holds_data
        AND (j.id IS NULL OR j.epoch <> v.epoch OR j.verdict NOT IN ('cleared', 'purged'))
    ) THEN 0
    ELSE 1
  END AS sanitised
FROM device d
"""

_BEYOND_THE_WIPE = "('wiped', 'graded', 'allocated', 'released')"
_REFUSED_STATE = "rebond: not every drive of this device is proven erased"
_REFUSED_ASSIGNMENT = "rebond: a device is assigned only when every drive is proven erased"
_SANITISED = """EXISTS (
    SELECT 1 FROM device_sanitisation s
    WHERE s.site_id = NEW.site_id AND s.device_id = NEW.{key} AND s.sanitised = 1)"""

_FROZEN = {
    "event": ("UPDATE", "DELETE"),
    "judgement": ("UPDATE", "DELETE"),
    "conflict": ("UPDATE", "DELETE"),
    "statement": ("DELETE",),
}
"""Tables and what may never be done to their rows."""

_FIXED_STATEMENT = (
    "id",
    "kind",
    "stick_id",
    "run",
    "sequence",
    "previous",
    "sha256",
    "signature",
    "receipt",
    "received",
    "arrival",
    "made_before",
)
"""Columns of a statement that stay as they were received; `device_id` may follow a merge."""


_TOLD = (
    "site_id",
    "id",
    "at",
    "actor_kind",
    "actor_id",
    "verb",
    "subject_kind",
    "subject_id",
    "old",
    "new",
    "reason",
    "details",
)
"""Columns of an event that stay while it gets its place in the chain (store.chain)."""


def linked_history(dialect: str) -> tuple[str, ...]:
    """Return the SQL that lets an event be linked once, and then never be changed."""
    if dialect == "sqlite":
        changed = " OR ".join(f"NEW.{c} IS NOT OLD.{c}" for c in _TOLD)
        condition = f"OLD.sha256 IS NOT NULL OR {changed}"
        guard = _sqlite_guard(
            "event_update", "BEFORE UPDATE", "event", condition, "rebond: event is append-only"
        )
        return ("DROP TRIGGER guard_event_update", guard)
    # the type json has no equality: its text is compared
    changed = " OR ".join(f"NEW.{c}::text IS DISTINCT FROM OLD.{c}::text" for c in _TOLD)
    return (
        "DROP TRIGGER guard_event ON event",
        "DROP FUNCTION guard_event()",
        *_postgresql_guard("event", "BEFORE DELETE", "TRUE", "rebond: event is append-only"),
        *_postgresql_guard(
            "event",
            "BEFORE UPDATE",
            f"OLD.sha256 IS NOT NULL OR {changed}",
            "rebond: event is append-only",
            suffix="_linked",
        ),
    )


def statements(dialect: str) -> tuple[str, ...]:
    """Return the SQL that builds view and guards on this database (`sqlite` or `postgresql`)."""
    build = _sqlite if dialect == "sqlite" else _postgresql
    return (SANITISATION_VIEW, *build())


def _sqlite() -> tuple[str, ...]:
    state = f"NEW.state IN {_BEYOND_THE_WIPE} AND NOT {_SANITISED.format(key='id')}"
    return (
        # AFTER INSERT, since the view must see the new row
        _sqlite_guard("device_state_new", "AFTER INSERT", "device", state, _REFUSED_STATE),
        _sqlite_guard("device_state", "AFTER UPDATE", "device", state, _REFUSED_STATE),
        *(
            _sqlite_guard(
                f"assignment_{when.lower()}",
                f"BEFORE {when}",
                "assignment",
                f"NEW.closed IS NULL AND NOT {_SANITISED.format(key='device_id')}",
                _REFUSED_ASSIGNMENT,
            )
            for when in ("INSERT", "UPDATE")
        ),
        *(
            _sqlite_guard(
                f"{table}_{when.lower()}",
                f"BEFORE {when}",
                table,
                "1",
                f"rebond: {table} is append-only",
            )
            for table, forbidden in _FROZEN.items()
            for when in forbidden
        ),
        _sqlite_guard(
            "statement_fixed",
            "BEFORE UPDATE",
            "statement",
            " OR ".join(f"NEW.{c} IS NOT OLD.{c}" for c in _FIXED_STATEMENT),
            "rebond: a statement stays as it was received",
        ),
    )


def _sqlite_guard(name: str, when: str, table: str, condition: str, refusal: str) -> str:
    return (
        f"CREATE TRIGGER guard_{name} {when} ON {table} WHEN {condition}"
        f" BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
    )


def _postgresql() -> tuple[str, ...]:
    state = f"NEW.state IN {_BEYOND_THE_WIPE} AND NOT {_SANITISED.format(key='id')}"
    assigned = f"NEW.closed IS NULL AND NOT {_SANITISED.format(key='device_id')}"
    fixed = " OR ".join(f"NEW.{c} IS DISTINCT FROM OLD.{c}" for c in _FIXED_STATEMENT)
    return (
        *_postgresql_guard("device", "AFTER INSERT OR UPDATE", state, _REFUSED_STATE),
        *_postgresql_guard("assignment", "BEFORE INSERT OR UPDATE", assigned, _REFUSED_ASSIGNMENT),
        *(
            sql
            for table, forbidden in _FROZEN.items()
            for sql in _postgresql_guard(
                table, f"BEFORE {' OR '.join(forbidden)}", "TRUE", f"rebond: {table} is append-only"
            )
        ),
        *_postgresql_guard(
            "statement",
            "BEFORE UPDATE",
            fixed,
            "rebond: a statement stays as it was received",
            suffix="_fixed",
        ),
    )


def _postgresql_guard(
    table: str, when: str, condition: str, refusal: str, *, suffix: str = ""
) -> tuple[str, str]:
    name = f"guard_{table}{suffix}"
    gone = "OLD" if "DELETE" in when else "NEW"
    body = (
        f"IF {condition} THEN RAISE EXCEPTION '{refusal}' USING ERRCODE = 'check_violation';"
        f" END IF; RETURN {gone};"
    )
    return (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$",
        f"CREATE TRIGGER {name} {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    )
