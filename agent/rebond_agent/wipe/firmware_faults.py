"""What a fake drive's firmware is like, and how it fails: a value for another process or a replay."""

from typing import Literal

from msgspec import Struct

from rebond_schemas.erasure import Extent

EVERYTHING = (
    "security",
    "enhanced",
    "sanitize_block",
    "sanitize_crypto",
    "sanitize_overwrite",
    "format",
    "format_crypto",
    "secure_erase",
    "mmc_sanitize",
)


class FirmwareFaults(Struct, frozen=True, kw_only=True):
    """Traits and faults, free to be combined. Commands count from 1."""

    offers: tuple[str, ...] = EVERYTHING
    refuses: tuple[str, ...] = ()
    """Offered, but aborted when asked for."""
    frozen: bool = False
    """The BIOS issued SECURITY FREEZE LOCK."""
    sanitize_frozen: bool = False
    locked: Literal["high", "maximum", "by_us"] | None = None
    """By the old owner's password, or by ours after a power cut."""
    expired: bool = False
    sense: Literal["descriptor", "fixed", "none", "garbage"] = "descriptor"
    sense_can_change: bool = True
    """MODE SELECT brings descriptor sense."""
    swallows: Literal["all", "erasures"] | None = None
    """A bridge that says "good" to commands and passes nothing on."""
    lies: bool = False
    """The state says success, and nothing was erased."""
    sleeps: bool = False
    """Accepts the command and stays in the state of before."""
    spares: tuple[Extent, ...] = ()
    """What an erasure leaves out."""
    leaves: Literal["zeros", "ones", "vendor", "random"] = "zeros"
    """What an erased place reads as; vendor: 33 CC 55 AA (Seagate ST1000LM035)."""
    steps: int = 3
    """Looks until a long operation has ended."""
    stuck_at: int | None = None
    """Progress in 65,536ths that is never passed (Intel 660p: 655)."""
    fails: bool = False
    """The operation ends with an error."""
    done_before: bool = False
    """An older operation, the same as ours, succeeded."""
    vanish_at: int | None = None
    """From this command on there is no drive."""
    power_cut_at: int | None = None
    """In the middle of this command; everything is gone until `boot`."""
    hang_at: int | None = None
    """This command gets no answer (ETIMEDOUT), though it is carried out."""
    hidden_sectors: int = 0
    hides_by: Literal["hpa", "amax", "dco"] = "hpa"
    hidden_stays: bool = False
    """The area cannot be opened."""
    opal: Literal["open", "locked"] | None = None
    """TCG Opal, and whether its range is locked: reads and writes fail then."""
    psid: str = "FAKEPSIDFAKEPSIDFAKEPSIDFAKEPSID"
    psid_keeps: bool = False
    """The revert says success and leaves keys, lock and content as they are."""
    namespaces: int = 1
    other_serial: bool = False
    """The firmware that answers is another drive's."""
