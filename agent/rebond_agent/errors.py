"""Everything that can stop the agent. A class's docstring is the English sentence it shows.

The French sentences stand in `language`; a test sees to it that none is missing. Only `cli` catches.
"""

import inspect
from typing import ClassVar


class AgentError(Exception):
    """The agent stopped."""

    exit_code: ClassVar[int] = 1

    def __init__(self, **details: object) -> None:
        """Keep the details that the sentence names in braces."""
        self.details = details
        super().__init__(self.sentence())

    @classmethod
    def template(cls) -> str:
        """Return the English sentence with its details still in braces."""
        return " ".join((inspect.getdoc(cls) or cls.__name__).split())

    def sentence(self) -> str:
        """Return the English sentence."""
        return self.template().format(**self.details)


class UsageError(AgentError):
    """The command is not complete: {reason}."""

    exit_code = 2


class ImageMissing(UsageError):
    """There is no plain image file at {path}."""


class BadFault(UsageError):
    """Not a fault: {spec}. Write drop-writes or unreadable=START+LENGTH (in bytes), with IMAGE: in front for one image only."""  # fmt: skip


class BadCheck(UsageError):
    """Not a check: {spec}. Write NAME=pass, fail, skipped or absent, and :NOTE if there is one."""


class CheckUnknown(UsageError):
    """There is no test {name}; there are: {known}."""


class MachineMissing(UsageError):
    """There is no recorded machine in {path}."""


class RecordingFailed(UsageError):
    """The recording could not be written to {path}: {reason}."""


class DriveUnknown(UsageError):
    """There is no drive {path} in this computer; it has: {known}."""


class NotConfirmed(UsageError):
    """Nothing was erased. To erase {path} ({model}, {size}), add --yes-erase and the last four characters of its serial number."""  # fmt: skip


class NothingChosen(UsageError):
    """No drive was named, so nothing was erased: name each one with --drive, or image files with --image."""  # fmt: skip


class NoOrder(UsageError):
    """Nothing was erased: no order of the workshop lets this computer's drives go without a person. Assign it to a lot with such an order, or name the drives."""  # fmt: skip


class PsidForOne(UsageError):
    """A PSID belongs to one drive: name that drive alone."""


class NotHere(UsageError):
    """The drives of a recorded machine are not here: --drive does not go with --machine, take --image."""  # fmt: skip


class NotEnrolled(AgentError):
    """Not enrolled: the stick {path}. Ask the workshop lead for a code, then run rebond-agent enrol ADDRESS CODE."""  # fmt: skip

    exit_code = 3


class AlreadyEnrolled(AgentError):
    """Already enrolled: this stick belongs to {site} ({server}). Take a fresh stick, or another folder with --stick."""  # fmt: skip

    exit_code = 3


class StickError(AgentError):
    """The stick cannot be used."""

    exit_code = 4


class StickInUse(StickError):
    """Another rebond-agent is working with the stick {path}; wait until it has ended."""


class StickDamaged(StickError):
    """{path} on the stick cannot be used: {reason}. Keep this stick and show it to the workshop lead."""  # fmt: skip


class StickFailed(StickError):
    """The stick did not keep {path} ({reason}). Nothing more is written to it: keep it, show it to the workshop lead, and work on with another stick."""  # fmt: skip


class StatementTooLarge(StickError):
    """The statement is too large even without its evidence: {reason}."""


class ServerError(AgentError):
    """The server could not be used; everything stays on the stick."""

    exit_code = 5


class BadAddress(UsageError):
    """Not a server address: {url}. Write it as http://name:port or https://name."""


class Unreachable(ServerError):
    """The server {url} does not answer ({reason}). Everything stays on the stick; try again later."""  # fmt: skip


class ClockWrong(Unreachable):
    """The clock of this computer is wrong, so the certificate of {url} seems out of date. Everything stays on the stick; set date and time in the firmware, or deliver from another computer."""  # fmt: skip


class AuthorityStrange(ServerError):
    """The certificate of {url} is not the one on the lead's screen. Nothing was sent: somebody may stand in between; tell the workshop lead."""  # fmt: skip

    exit_code = 6


class BadFingerprint(UsageError):
    """Not a fingerprint: {text}. It has 64 characters, 0 to 9 and a to f."""


class WordsDiffer(ServerError):
    """The words were not the same, so this stick is not enrolled. Tell the workshop lead to revoke it; somebody may stand in between."""  # fmt: skip

    exit_code = 6


class ServerBusy(ServerError):
    """The server {url} answered {status} and could not take the statement. It stays on the stick; try again later."""  # fmt: skip


class StrangeAnswer(ServerError):
    """What answered at {url} is not our server: {reason}. Everything stays on the stick; check the network and the address."""  # fmt: skip


class BadReceipt(ServerError):
    """The receipt for statement {statement} is not valid: {reason}. The statement stays on the stick; tell the workshop lead."""  # fmt: skip


class StickUnknown(ServerError):
    """The server does not accept this stick: {message}. Its statements stay on it; show it to the workshop lead."""  # fmt: skip

    exit_code = 6


class EnrolmentRefused(ServerError):
    """The server did not enrol this stick: {message}."""

    exit_code = 6
