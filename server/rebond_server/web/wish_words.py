"""What a request wishes for, in words, the first choice first."""

from collections.abc import Mapping

import msgspec

from rebond_schemas.plan import Minimum, Request, Wish
from rebond_server.domain.sentence import Sentence
from rebond_server.web.kind_words import kind_name

_GIB = 1024


def choices(terms: Mapping[str, object]) -> tuple[Sentence, ...]:
    """Return the choices of the first part of a request, in their order."""
    return tuple(_told(wish) for wish in msgspec.convert(terms, Request).parts[0].wishes)


def _told(wish: Wish) -> Sentence:
    names = [kind_name(kind) for kind in wish.kinds]
    fr, en = _least(wish.minimum)
    return Sentence(
        fr=", ".join([" ou ".join(name.fr for name in names), *fr]),
        en=", ".join([" or ".join(name.en for name in names), *en]),
    )


def _least(least: Minimum) -> tuple[list[str], list[str]]:
    fr, en = [], []
    if least.grade is not None:
        fr.append(f"catégorie {least.grade} au moins")
        en.append(f"grade {least.grade} at least")
    if least.ram_mib is not None:
        fr.append(f"{round(least.ram_mib / _GIB)} Go de mémoire")
        en.append(f"{round(least.ram_mib / _GIB)} GB of memory")
    if least.disk_gb is not None:
        fr.append(f"disque de {least.disk_gb} Go")
        en.append(f"drive of {least.disk_gb} GB")
    if least.windows_11:
        fr.append("compatible Windows 11")
        en.append("ready for Windows 11")
    return fr, en
