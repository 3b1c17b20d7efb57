"""What a device says of its grade is what its grade says: the database refuses another word.

The word stands twice, since no index reaches over two tables: lists of a million devices begin with it.
"""

_REFUSED = "rebond: the grade of a device is that of the row it names"
_OTHER = """(
    SELECT g.overall FROM grade g WHERE g.site_id = NEW.site_id AND g.id = NEW.grade_id)"""
_FIXED = "rebond: a grade that was given stays; another one is another row"


def statements(dialect: str) -> tuple[str, ...]:
    """Return the SQL of the guards on this database (`sqlite` or `postgresql`)."""
    build = _sqlite if dialect == "sqlite" else _postgresql
    differs = "IS NOT" if dialect == "sqlite" else "IS DISTINCT FROM"
    carried = f"NEW.grade {differs} {_OTHER}"
    return (
        *build("device_grade_new", "INSERT ON device", carried, _REFUSED),
        *build("device_grade", "UPDATE OF grade_id, grade ON device", carried, _REFUSED),
        *build("grade_overall", "UPDATE OF overall ON grade", "TRUE", _FIXED),
    )


def _sqlite(name: str, when: str, condition: str, refusal: str) -> tuple[str, ...]:
    return (
        (
            f"CREATE TRIGGER guard_{name} BEFORE {when} WHEN {condition}"
            f" BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
        ),
    )


def _postgresql(name: str, when: str, condition: str, refusal: str) -> tuple[str, ...]:
    body = (
        f"IF {condition} THEN RAISE EXCEPTION '{refusal}' USING ERRCODE = 'check_violation';"
        " END IF; RETURN NEW;"
    )
    return (
        f"CREATE FUNCTION guard_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$",
        f"CREATE TRIGGER guard_{name} BEFORE {when} FOR EACH ROW EXECUTE FUNCTION guard_{name}()",
    )


_WATCHED = "'wiped', 'graded', 'allocated', 'released'"
_ONWARD = "'graded', 'allocated', 'released'"


def asked_less_often(dialect: str) -> tuple[str, ...]:
    """Return the SQL that calls a device's guards only for the states that they watch.

    The functions ask the same as before; PostgreSQL need not call them for every row that changes.
    SQLite's triggers have their condition already.
    """
    if dialect == "sqlite":
        return ()
    watched = (
        ("guard_device", "INSERT OR UPDATE", _WATCHED),
        ("guard_device_asked_insert", "INSERT", _ONWARD),
        ("guard_device_asked_update", "UPDATE", _ONWARD),
    )
    return tuple(
        sql
        for name, when, states in watched
        for sql in (
            f"DROP TRIGGER {name} ON device",
            (
                f"CREATE TRIGGER {name} AFTER {when} ON device FOR EACH ROW"
                f" WHEN (NEW.state IN ({states})) EXECUTE FUNCTION {name}()"
            ),
        )
    )
