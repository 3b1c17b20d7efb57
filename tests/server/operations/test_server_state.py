"""The health page says what is so: schema, room, arrivals, chain, and when each job ran."""

import pytest
import warm
from bench import account, enrolled, send
from moments import NOON
from sqlalchemy import text

from rebond_server.domain.errors import Forbidden
from rebond_server.domain.role import Role
from rebond_server.operations.server_state import EVERY, Mood, note_job, server_state
from rebond_server.operations.work import NOBODY
from rebond_server.store.upkeep import Job


def state(workshop, who, now=NOON):
    with workshop.work(who, now, reading=True) as work:
        return server_state(work)


def test_what_stands_in_the_database_is_told(workshop):
    admin = account(workshop, Role.ADMIN)
    assert state(workshop, admin).statements == 0
    assert not workshop.evidence.folder.exists()
    send(workshop, enrolled(workshop).inventory())
    found = state(workshop, admin)
    assert (found.statements, found.in_doubt, found.half_arrived) == (1, 0, 0)
    assert found.newest_statement == NOON
    assert found.revision == found.newest
    assert found.events > 0
    assert found.database_bytes > 0
    assert 0 < found.free_bytes <= found.disk_bytes
    assert {found.schema, found.arrivals, found.chain} == {Mood.GOOD}
    with pytest.raises(Forbidden):
        state(workshop, account(workshop, Role.OFFICER))


def test_an_older_schema_is_told(workshop):
    admin = account(workshop, Role.ADMIN)
    with workshop.work(NOBODY, NOON) as work:
        work.session.execute(text("UPDATE alembic_version SET version_num = 'old'"))
    assert state(workshop, admin).schema is Mood.BAD


def test_a_job_that_never_ran_or_ran_long_ago_shows(workshop):
    admin = account(workshop, Role.ADMIN)
    assert {one.mood for one in state(workshop, admin).jobs} == {Mood.BAD}
    with workshop.work(NOBODY, NOON) as work:
        note_job(work, Job.BACKUP, "12 lignes")
        note_job(work, Job.VERIFY, "3", well=False)
        note_job(work, Job.PURGE, "x" * 900)
    moods = {one.job: one.mood for one in state(workshop, admin).jobs}
    assert moods == {Job.BACKUP: Mood.GOOD, Job.VERIFY: Mood.BAD, Job.PURGE: Mood.GOOD}
    late = {one.job: one.mood for one in state(workshop, admin, NOON + EVERY[Job.BACKUP] * 2).jobs}
    assert late == {Job.BACKUP: Mood.WATCH, Job.VERIFY: Mood.BAD, Job.PURGE: Mood.WATCH}
    with workshop.work(NOBODY, NOON) as work:
        note_job(work, Job.VERIFY, "0")
    assert {one.job: one.mood for one in state(workshop, admin).jobs}[Job.VERIFY] is Mood.GOOD


def test_the_command_line_notes_each_job(workshop, config, scratch):
    own = {"REBOND_VAR": str(config.var), "REBOND_DATABASE_URL": config.database_url}

    def main(words):
        return warm.rebond(tuple(words), own).returncode

    admin = account(workshop, Role.ADMIN)
    assert main(["backup-key", str(scratch / "private.key")]) == 0
    assert main(["backup", str(scratch / "one.rebond")]) == 0
    assert main(["purge"]) == 0
    assert main(["verify"]) == 0
    jobs = {one.job: one for one in state(workshop, admin).jobs}
    assert all(one.at is not None for one in jobs.values())
    assert jobs[Job.VERIFY].told == "0"
    assert "2026_" in jobs[Job.BACKUP].told
    assert not any(str(config.var) in one.told for one in jobs.values())
