"""Where each page stands in a furnished workshop: the list that looking at every page goes through."""

import re

from screens import Shop, device_id, logged_in

from rebond_server.domain.policy import allowed
from rebond_server.domain.role import Role
from rebond_server.web.permissions import TABLE, Door

NO_PAGES = {
    "static": "a file",
    "bootstrap.static": "a file",
    "bench.tiles": "a part of the bench page",
    "bench.state": "for programs",
    "home.icon": "a file",
    "api.health": "for programs",
    "attachment.show": "a file",
    "waste.export": "a file",
    "stick.waiting": "a part of the page of sticks",
    "integration.description": "for programs",
    "integration.device": "for programs",
    "integration.devices": "for programs",
    "integration.lots": "for programs",
    "api.authority": "a file",
    "account.evaluation": "a file",
    "account.steering": "a file",
    "account.targets": "a file",
    "passes.report": "a file",
    "voucher.paper": "a PDF",
    "lot.export": "a file",
    "lot_paper.sheet": "a PDF",
    "platform.export": "a file",
    "lot.export_devices": "a file",
    "label.sheet": "a PDF",
    "proof.paper": "a PDF",
    "proof.check": "a page to be kept as a file; tests/server/documents opens it",
    "handover.sheet": "a PDF",
    "report.volume": "a file",
    "report.annex": "a file",
}
"""What answers GET without being a page of the screens, and what it is."""

PAGES = {
    "login.page": "/connexion",
    "home.page": "/",
    "home.search": "/chercher?q=LENOVO",
    "device.index": "/appareils",
    "device.page": "/d/{failed}",
    "inspection.page": "/d/{failed}/examen",
    "grading.lift": "/d/{failed}/ameliorer",
    "grading.repairs": "/reparer",
    "grading.rules": "/regles",
    "manual.index": "/aide",
    "manual.page": "/aide/officer",
    "manual.accessibility": "/accessibilite",
    "bench.page": "/banc",
    "scan.page": "/scanner?mode=move",
    "label.page": "/etiquettes?tags={wiped0}",
    "intake.page": "/entree",
    "platform.page": "/plateforme",
    "bulk.page": "/ensemble",
    "intake.place_list": "/lieux",
    "intake.annex": "/lots/{lot}/annexe",
    "intake.devices": "/lots/{lot}/appareils",
    "lot.index": "/lots",
    "lot.page": "/lots/{lot}",
    "queue.page": "/file",
    "queue.to_settle": "/file/a-trancher",
    "plan.page": "/plan",
    "plan_hold.attempt": "/plan/essai",
    "decision.page": "/comment-c-est-decide",
    "programme.index": "/dispositifs",
    "programme.page": "/dispositifs/COLL",
    "programme_given.page": "/dispositifs/COLL/remis",
    "organisation.index": "/organismes",
    "voucher.counter": "/bons",
    "passes.page": "/pass",
    "person.page": "/personnes",
    "sameness.page": "/doublons",
    "request.index": "/demandes",
    "request.page": "{request}",
    "handover.page": "{handover}",
    "handover.prepare": "/remises/preparer",
    "report.index": "/bilans",
    "report.page": "{report}",
    "report.devices": "{report}/appareils",
    "proof.public": "/c/{certificate}",
    "stick.page": "/cles",
    "erasure.page": "/effacement",
    "part.index": "/pieces",
    "part.page": "{part}",
    "server.page": "/sante",
    "token.page": "/jetons",
    "waste.page": "/dechets",
    "second_factor.page": "/second-facteur",
    "user.page": "/comptes",
    "reread.page": "/relectures",
}
"""One address a page; the names in braces are filled in by `furnish`."""


def asked(app) -> set[str]:
    """Return every endpoint that answers GET."""
    return {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}


def furnish(shop: Shop) -> dict[str, str]:
    """Do a day's work through the forms; return each page's address by its endpoint."""
    lead, lead_token = logged_in(shop.app, Role.LEAD)
    officer, token = logged_in(shop.app, Role.OFFICER)
    proven = device_id(shop.workshop, shop.tags["wiped0"])
    _sent(lead, f"/d/{proven}/certificat", csrf_token=lead_token)
    _sent(lead, "/pieces", csrf_token=lead_token, kind="memory", size="8192", place="TIROIR-1")
    _sent(officer, "/plan", csrf_token=token)
    _sent(officer, _first(r'action="(/plan/[^"]+/valider)"', officer, "/plan"), csrf_token=token)
    request = _first(r'href="(/demandes/[^"]+)"', officer, "/demandes")
    device = _first(r'name="devices?" value="([^"]+)"', officer, request)
    handed = _sent(officer, f"{request}/remettre", csrf_token=token, devices=device, device=device)
    known = {
        "lot": "COLLECTE-2026",
        "part": _first(r'href="(/pieces/[0-9a-f-]+)"', lead, "/pieces"),
        "request": request,
        "handover": handed.location,
        "report": _first(r'href="(/bilans/[^"/]+)"', officer, "/bilans"),
        "certificate": _first(
            r'href="/certificats/([^"]+)\.pdf"', lead, f"/d/{shop.tags['wiped0']}"
        ),
    } | shop.tags
    return {endpoint: path.format(**known) for endpoint, path in PAGES.items()}


def reader_of(endpoint: str) -> Role | None:
    """Return a role that may open the page: the one with the most to see; None: nobody need be."""
    door = TABLE[endpoint]
    if isinstance(door, Door):
        return None if door in {Door.PUBLIC, Door.OPEN} else Role.LEAD
    order = (Role.LEAD, Role.OFFICER, Role.TECHNICIAN, Role.ADMIN)
    return next(role for role in order if allowed(role, door).ok)


def _first(pattern: str, browser, path: str) -> str:
    found = re.search(pattern, browser.get(path).text)
    assert found is not None, (pattern, path)
    return found[1]


def _sent(browser, path: str, **fields):
    answer = browser.post(path, data=fields)
    assert answer.status_code == 303, (path, answer.text)
    return answer
