"""What is going on at the benches at this moment, for pages that look again every second."""

from http import HTTPStatus

import msgspec
from flask import Blueprint, Response

from rebond_server.operations.bench import Bench, benches
from rebond_server.web.session import work

blueprint = Blueprint("bench", __name__)


@blueprint.get("/banc/etat")
def state() -> Response:
    """Return every bench that was heard of late: `{"now": …, "benches": [{…, "told": {…}}]}`."""
    body = msgspec.json.encode(
        {"now": work().now, "benches": [_shown(one) for one in benches(work())]}
    )
    answer = Response(body, status=HTTPStatus.OK, mimetype="application/json")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _shown(one: Bench) -> dict[str, object]:
    return {"tag": one.tag, "stick": one.stick, "at": one.at, "told": one.told}
