"""What the server refuses beyond the rules of the domain; the same tree, the same sentences."""

from rebond_server.domain.errors import Refused


class BadSetting(Refused):
    """A setting of the server cannot be used; the sentence names it."""


class NotSetUp(Refused):
    """There is no database or no workshop in it yet."""


class EvidenceDamaged(Refused):
    """The bytes on disk are no longer those that were received."""


class BackupDamaged(Refused):
    """A backup cannot be opened, or what is in it does not belong together."""


class NotEmpty(Refused):
    """Something is already there, and must not be overwritten."""


class NotFound(Refused):
    """Nothing in this workshop has this name or number."""


class BadValue(Refused):
    """A value given by a person cannot be used; the sentence says what is missing."""


class Taken(Refused):
    """Somebody else was faster, or the name is in use."""


class NotProven(Refused):
    """Not every drive of the device is proven erased."""


class NotLoggedIn(Refused):
    """Nobody is logged in, and this needs a person."""
