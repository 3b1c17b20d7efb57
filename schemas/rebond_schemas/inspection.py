"""What was tested by hand or by program on one machine."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from rebond_schemas.fact import Fact
from rebond_schemas.text import Name, Text


class Result(StrEnum):
    """A skipped test is not a passed test."""

    PASS = "pass"  # noqa: S105 - the result of a test, not a password
    FAIL = "fail"
    SKIPPED = "skipped"
    ABSENT = "absent"


class Check(Fact, frozen=True, kw_only=True):
    """One functional test, by whom and when."""

    name: Name
    result: Result
    by: Text | None = None
    at: Annotated[datetime, Meta(tz=True)] | None = None
    note: Text | None = None
