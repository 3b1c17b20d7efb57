"""What the database refuses about people's additions, and the view that honours them.

A drive with limits counts only with the acceptance of that very judgement; a device without a drive
only when two different accounts declared it in its present cycle.
"""

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
    ) THEN CASE WHEN (
        SELECT COUNT(DISTINCT w.seen_by) FROM witness w
        WHERE w.site_id = d.site_id AND w.device_id = d.id AND w.what = 'no_media'
          AND w.cycle = d.cycle
      ) >= 2 THEN 1 ELSE 0 END
    WHEN EXISTS (
      SELECT 1 FROM device_drive f
      JOIN drive v ON v.site_id = f.site_id AND v.id = f.drive_id
      LEFT JOIN judgement j ON j.site_id = v.site_id AND j.id = v.judgement_id
      WHERE f.site_id = d.site_id AND f.device_id = d.id AND f.inventory_id = d.inventory_id
        AND f.holds_data
        AND (j.id IS NULL OR j.epoch <> v.epoch OR NOT (
          j.verdict IN ('cleared', 'purged')
          OR (j.verdict = 'cleared_with_limits' AND EXISTS (
            SELECT 1 FROM acceptance a
            WHERE a.site_id = j.site_id AND a.judgement_id = j.id AND a.drive_id = v.id
          ))
        ))
    ) THEN 0
    ELSE 1
  END AS sanitised
FROM device d
"""

FROZEN = ("acceptance", "witness", "certificate", "withdrawal")
"""Tables whose rows are never changed or deleted."""

_LIMITED = """EXISTS (
    SELECT 1 FROM judgement j WHERE j.site_id = NEW.site_id AND j.id = NEW.judgement_id
      AND j.verdict = 'cleared_with_limits')"""
_REFUSED = "rebond: only limits of a drive that was cleared with limits can be accepted"


def statements(dialect: str) -> tuple[str, ...]:
    """Return the SQL that puts the new view in the old one's place and freezes the tables."""
    build = _sqlite if dialect == "sqlite" else _postgresql
    guards = [append_only(table, dialect) for table in FROZEN]
    guards.append(build("acceptance", "INSERT", f"NOT {_LIMITED}", _REFUSED))
    return (
        "DROP VIEW device_sanitisation",
        SANITISATION_VIEW,
        *(sql for guard in guards for sql in guard),
    )


def append_only(table: str, dialect: str) -> tuple[str, ...]:
    """Return the SQL by which the database refuses to change or delete rows of a table."""
    build = _sqlite if dialect == "sqlite" else _postgresql
    return build(table, "UPDATE OR DELETE", "TRUE", _append_only(table))


def _append_only(table: str) -> str:
    return f"rebond: {table} is append-only"


def _sqlite(table: str, when: str, condition: str, refusal: str) -> tuple[str, ...]:
    return tuple(
        f"CREATE TRIGGER guard_{table}_{verb.lower()} BEFORE {verb} ON {table}"
        f" WHEN {condition} BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
        for verb in when.split(" OR ")
    )


def _postgresql(table: str, when: str, condition: str, refusal: str) -> tuple[str, ...]:
    name = f"guard_{table}_{when.split(' ', maxsplit=1)[0].lower()}"
    given = "OLD" if "DELETE" in when else "NEW"
    body = (
        f"IF {condition} THEN RAISE EXCEPTION '{refusal}' USING ERRCODE = 'check_violation';"
        f" END IF; RETURN {given};"
    )
    return (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$",
        f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    )
