"""A drive's health as smartctl --json tells it, cleaned but not judged."""

from typing import Annotated, Literal

from msgspec import Meta

from rebond_schemas.fact import Count, Fact, Percent
from rebond_schemas.text import Text


class SmartAttribute(Fact, frozen=True, kw_only=True):
    """One ATA attribute; `raw` is the first integer of smartctl's raw string."""

    id: Annotated[int, Meta(ge=0, le=255)]
    name: Text | None = None
    value: Count | None = None
    worst: Count | None = None
    threshold: Count | None = None
    raw: Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)] | None = None
    failed: Literal["now", "past"] | None = None
    prefailure: bool | None = None


class Smart(Fact, frozen=True, kw_only=True):
    """Drive health as smartctl --json tells it, cleaned but not judged."""

    protocol: Text | None = None
    broken_answer: bool | None = None
    """Whether the drive answered smartctl with errors of its own; a bridge's silence is none."""
    exit_status: Annotated[int, Meta(ge=0, le=255)] | None = None
    passed: bool | None = None
    in_database: bool | None = None
    power_on_hours: Count | None = None
    power_cycles: Count | None = None
    temperature_c: Annotated[int, Meta(ge=-100, le=300)] | None = None
    reallocated: Count | None = None
    pending: Count | None = None
    uncorrectable: Count | None = None
    reported_uncorrectable: Count | None = None
    command_timeouts: Count | None = None
    spin_retries: Count | None = None
    crc_errors: Count | None = None
    wear_used_percent: Percent | None = None
    critical_warning: Annotated[int, Meta(ge=0, le=255)] | None = None
    available_spare_percent: Percent | None = None
    spare_threshold_percent: Percent | None = None
    media_errors: Count | None = None
    grown_defects: Count | None = None
    uncorrected_errors: Count | None = None
    """SCSI only: reads, writes and verifications that failed for good."""
    read_errors: Count | None = None
    """Entries of the error log that name the medium, not the cable (UNC, IDNF, AMNF, WP)."""
    last_read_error_hours: Count | None = None
    """Power-on hours at the newest of them."""
    self_test_failed: bool | None = None
    emmc_life_used: Annotated[int, Meta(ge=0, le=255)] | None = None
    emmc_pre_eol: Annotated[int, Meta(ge=0, le=255)] | None = None
    attributes: tuple[SmartAttribute, ...] = ()
