"""The form of a request: what is wanted as parts and wishes, and for whom."""

from collections.abc import Iterator

from rebond_schemas.plan import Minimum, Part, Wish
from rebond_schemas.plan_law import Kind
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue
from rebond_server.operations.requests import RequestFacts
from rebond_server.web.answering import field, whole_in
from rebond_server.web.programme_form import kinds_in, minimum_in, words_in

LATER_CHOICES = ("second", "third")
"""What is taken where the first choice runs out, in this order; without a kind, that of the first."""
YES_NO = {"yes": True, "no": False}


def request_facts() -> RequestFacts:
    """Return the request that the form describes, or raise BadValue."""
    return RequestFacts(
        programme=field("programme"),
        quantity=whole_in("quantity") or 1,
        parts=tuple(_parts()),
        code=field("code") or None,
        organisation=field("organisation") or None,
        person=field("person") or None,
        office=field("office") or None,
        prescriber=field("prescriber") or None,
        territory=field("territory") or None,
        public=field("public") or None,
        qpv=YES_NO.get(field("qpv")),
        tier=whole_in("tier"),
        proofs=words_in("proofs"),
        complete=field("incomplete") != "yes",
    )


def _parts() -> Iterator[Part]:
    """Yield the device wanted first, then what makes a kit of it."""
    wishes = tuple(_wishes())
    extras = [
        (name, kind) for name, kind in (("screen", Kind.SCREEN), ("key_4g", Kind.KEY_4G))
        if field(f"with-{name}") == "yes"
    ]  # fmt: skip
    yield Part(name="pc" if extras else "device", wishes=wishes)
    for name, kind in extras:
        yield Part(name=name, wishes=(Wish(kinds=(kind,)),))


def _wishes() -> Iterator[Wish]:
    """Yield the choices in their order; what a later one leaves empty is as in the first."""
    first = kinds_in("kinds")
    if not first:
        raise BadValue(
            Sentence(
                fr="Cochez au moins un genre d'appareil.", en="Tick at least one kind of device."
            )
        )
    least = minimum_in()
    yield Wish(kinds=first, minimum=least)
    for choice in LATER_CHOICES:
        own = minimum_in(f"{choice}-")
        asked = Minimum(
            grade=least.grade if own.grade is None else own.grade,
            ram_mib=least.ram_mib if own.ram_mib is None else own.ram_mib,
            disk_gb=least.disk_gb if own.disk_gb is None else own.disk_gb,
            windows_11=least.windows_11,
        )
        kinds = kinds_in(choice)
        if kinds:
            yield Wish(kinds=kinds, minimum=asked)
        elif own != Minimum():
            yield Wish(kinds=first, minimum=asked)
