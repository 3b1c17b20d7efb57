"""Labels to print: for a list of tags, on the paper that is in the printer."""

import re

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from rebond_server.documents.label import Format, Label, labels_pdf
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue
from rebond_server.operations.asset_tag import MOST_LABELS
from rebond_server.web.session import desk

blueprint = Blueprint("label", __name__)

PAPERS: dict[Format, Sentence] = {
    Format.A4: Sentence(
        fr="Feuille A4, 24 étiquettes de 70 x 37 mm", en="A4 sheet, 24 labels of 70 x 37 mm"
    ),
    Format.ROLL_62X29: Sentence(fr="Rouleau 62 x 29 mm", en="Roll 62 x 29 mm"),
    Format.ROLL_29X90: Sentence(fr="Rouleau 29 x 90 mm", en="Roll 29 x 90 mm"),
    Format.ROLL_57X32: Sentence(fr="Rouleau 57 x 32 mm", en="Roll 57 x 32 mm"),
}
_tag = re.compile(r"[A-Z0-9][A-Z0-9_.-]{1,31}")
"""What may stand on a label, the same as what a stick may scan (operations.file_statement)."""


def found(tag: str) -> ResponseReturnValue:
    """Tell a stranger who scans a device whom to call: the same for every tag, known or not."""
    told = tag.upper() if _tag.fullmatch(tag.upper()) else ""
    return render_template(
        "found.html", tag=told, workshop=desk().workshop.site_name, contact=desk().contact
    )


@blueprint.get("/etiquettes")
def page() -> ResponseReturnValue:
    """Show the tags that were chosen, and ask for the paper."""
    return render_template("labels.html", tags=_tags(), papers=PAPERS)


@blueprint.get("/etiquettes.pdf")
def sheet() -> Response:
    """Return the labels; the tags and the paper are in the address, so that it can be printed again."""
    tags = _tags()
    if not tags:
        raise BadValue(Sentence(fr="Donnez au moins une étiquette.", en="Give at least one tag."))
    labels = [Label(tag=tag, address=f"{desk().public_url}/d/{tag}") for tag in tags]
    response = make_response(labels_pdf(labels, _paper(request.args.get("paper", Format.A4))))
    response.content_type = "application/pdf"
    response.headers["Content-Disposition"] = 'inline; filename="etiquettes.pdf"'
    return response


def _paper(word: str) -> Format:
    try:
        return Format(word)
    except ValueError:
        raise BadValue(
            Sentence(fr="Ce papier n'est pas connu.", en="This paper is not known.")
        ) from None


def _tags() -> list[str]:
    """Return the tags in the address, each once, in their order; refuse what is no tag."""
    given = " ".join(request.args.getlist("tags")).upper().split()
    tags = list(dict.fromkeys(given))
    for tag in tags:
        if not _tag.fullmatch(tag):
            told = tag[:40]
            raise BadValue(
                Sentence(
                    fr=f"« {told} » n'est pas une étiquette.", en=f"“{told}” is not an asset tag."
                )
            )
    if len(tags) > MOST_LABELS:
        raise BadValue(
            Sentence(
                fr=f"Au plus {MOST_LABELS} étiquettes à la fois.",
                en=f"At most {MOST_LABELS} labels at a time.",
            )
        )
    return tags
