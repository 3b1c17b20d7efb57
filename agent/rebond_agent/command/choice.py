"""Which drives a person named, and whether they showed that they mean these very drives."""

from collections.abc import Sequence

from rebond_agent.choosing import last_characters
from rebond_agent.erasing import Chosen
from rebond_agent.errors import DriveUnknown, NotConfirmed
from rebond_agent.language import Language
from rebond_agent.sheet.size import decimal_size
from rebond_agent.wipe.target import BlockTarget
from rebond_schemas.facts import Drive


def confirmed_drives(
    drives: Sequence[Drive], paths: Sequence[str], typed: Sequence[str], language: Language
) -> tuple[Chosen, ...]:
    """Return the drives at these paths; raise DriveUnknown or NotConfirmed before any is touched."""
    by_path = {drive.path: drive for drive in drives}
    chosen = []
    for path in dict.fromkeys(paths):
        drive = by_path.get(path)
        if drive is None:
            raise DriveUnknown(path=path, known=", ".join(by_path) or "-")
        ending = last_characters(drive.identity)
        if ending is not None and ending.casefold() not in {word.casefold() for word in typed}:
            size = drive.identity.size_bytes
            raise NotConfirmed(
                path=path,
                model=drive.identity.model or "?",
                size="?" if size is None else decimal_size(language, size),
            )
        chosen.append(Chosen(drive=drive, target=BlockTarget(path=path)))
    return tuple(chosen)
