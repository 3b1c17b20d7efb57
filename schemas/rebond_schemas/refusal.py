"""Why a drive is not erased, or why its erasure is not whole: one key, one sentence a language."""

from enum import StrEnum

from msgspec import Struct


class Reason(StrEnum):
    """Everything that stops a wipe, before it starts or on its way."""

    NO_IDENTITY = "no_identity"
    SIZE_UNKNOWN = "size_unknown"
    KIND_UNKNOWN = "kind_unknown"
    BOOT_MEDIUM = "boot_medium"
    BOOT_MEDIUM_UNKNOWN = "boot_medium_unknown"
    HELD = "held"
    READ_ONLY = "read_only"
    REMOVABLE_NOT_CHOSEN = "removable_not_chosen"
    PROBE_FAILED = "probe_failed"
    BEHIND_RAID = "behind_raid"
    LOCKED = "locked"
    NOT_A_DRIVE = "not_a_drive"
    LEVEL_OUT_OF_REACH = "level_out_of_reach"
    NOT_OPENED = "not_opened"
    OTHER_DRIVE = "other_drive"
    OTHER_SIZE = "other_size"
    INTENT_NOT_RECORDED = "intent_not_recorded"
    DRIVE_GONE = "drive_gone"
    WRITE_PROTECTED = "write_protected"
    UNEXPECTED_ERROR = "unexpected_error"
    NOT_WRITTEN = "not_written"
    NOT_FLUSHED = "not_flushed"
    NOT_READABLE = "not_readable"
    CACHE_NOT_DROPPED = "cache_not_dropped"
    CONTENT_DIFFERS = "content_differs"
    STALLED = "stalled"
    TOO_SLOW = "too_slow"
    WORKER_DIED = "worker_died"
    CANCELLED = "cancelled"
    ENGINE_DIED = "engine_died"
    INCOMPLETE = "incomplete"
    HIDDEN_AREA_OPENED = "hidden_area_opened"
    HIDDEN_AREA_STAYS = "hidden_area_stays"
    NOT_OFFERED = "not_offered"
    COMMAND_REFUSED = "command_refused"
    STATE_UNKNOWN = "state_unknown"
    FROZEN = "frozen"
    TRIES_USED_UP = "tries_used_up"
    STILL_LOCKED = "still_locked"
    BUSY_SANITIZING = "busy_sanitizing"
    SANITIZE_FAILED = "sanitize_failed"
    NO_PROGRESS = "no_progress"
    NOTHING_CHANGED = "nothing_changed"
    MORE_NAMESPACES = "more_namespaces"
    CONTENT_STAYED = "content_stayed"
    RESUMED_DIFFERS = "resumed_differs"
    OPAL_LOCKED = "opal_locked"
    PSID_REFUSED = "psid_refused"
    NOT_CONFIRMED = "not_confirmed"
    HEAD_UNREADABLE = "head_unreadable"
    STILL_FOUND = "still_found"
    NOT_READ_WHOLE = "not_read_whole"


class Sentence(Struct, frozen=True, kw_only=True):
    """The same sentence in French and in English."""

    fr: str
    en: str
