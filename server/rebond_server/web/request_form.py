"""The form of a request: what is wanted as parts and wishes, and for whom."""

from collections.abc import Iterator

from rebond_schemas.plan import Part, Wish
from rebond_schemas.plan_law import Kind
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue
from rebond_server.operations.requests import RequestFacts
from rebond_server.web.answering import field, whole_in
from rebond_server.web.programme_form import kinds_in, minimum_in, words_in

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
    wished, instead = kinds_in("kinds"), kinds_in("instead")
    if not wished:
        raise BadValue(
            Sentence(
                fr="Cochez au moins un genre d'appareil.", en="Tick at least one kind of device."
            )
        )
    least = minimum_in()
    wishes = [Wish(kinds=wished, minimum=least)]
    if instead:
        wishes.append(Wish(kinds=instead, minimum=least))
    extras = [
        (name, kind) for name, kind in (("screen", Kind.SCREEN), ("key_4g", Kind.KEY_4G))
        if field(f"with-{name}") == "yes"
    ]  # fmt: skip
    yield Part(name="pc" if extras else "device", wishes=tuple(wishes))
    for name, kind in extras:
        yield Part(name=name, wishes=(Wish(kinds=(kind,)),))
