"""What each page says, to whom, and that it only says what is proven."""

import re
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from moments import NOON
from screens import LIE, logged_in, opened, token_of, transaction

from rebond_server.domain.lifecycle import State
from rebond_server.domain.role import Role
from rebond_server.domain.sentence import Sentence
from rebond_server.operations.partners import AgreementFacts, record_agreement
from rebond_server.store.allocation import Recipient
from rebond_server.store.device import Device
from rebond_server.web.plan_lines import BOARD, FEW, ProposedGroup, ProposedLine, boards

SENTENCE = Sentence(fr="pourquoi", en="why")
HEAVIEST = 150_000
"""Bytes of a page with all it loads."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("shop")) as found:
        yield found


@pytest.fixture(scope="module")
def lead(shop):
    return logged_in(shop.app, Role.LEAD)


@pytest.fixture(scope="module")
def officer(shop):
    return logged_in(shop.app, Role.OFFICER)


def state_of(shop, tag):
    with shop.workshop.make() as session:
        return session.query(Device).filter_by(tag=tag).one().state


def device_id(shop, tag) -> UUID:
    with shop.workshop.make() as session:
        return session.query(Device).filter_by(tag=tag).one().id


@pytest.mark.parametrize(
    "typed",
    ["{tag}", "{lower}", "http://localhost/d/{tag}", " {tag} ", "PF0XYZ3", "S3YPF0XYZ3"],
)
def test_one_box_finds_the_device_by_whatever_is_scanned(shop, lead, typed):
    tag = shop.tags["wiped3"]
    answer = lead[0].get("/chercher", query_string={"q": typed.format(tag=tag, lower=tag.lower())})
    assert answer.location == f"/d/{tag}"


def test_what_nobody_knows_is_said_so_and_nothing_false_is_offered(lead):
    answer = lead[0].get("/chercher?q=ZZ-404")
    assert answer.status_code == 404
    assert "Aucun appareil n'a ce nom" in answer.text
    assert "/d/ZZ-404" not in answer.text
    assert lead[0].get("/d/ZZ-404").status_code == 404


def test_several_hits_are_listed(lead):
    answer = lead[0].get("/chercher?q=LENOVO")
    assert answer.status_code == 200
    assert answer.text.count('class="tag"') > 3


def test_what_a_machine_says_stays_text(shop, lead):
    for path in (f"/d/{shop.tags['lying']}", "/appareils", "/file", "/chercher?q=Latitude"):
        text = lead[0].get(path, follow_redirects=True).text
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert" in text
    assert LIE.startswith("<script>")


def test_the_page_tells_verdict_level_reasons_and_the_unknown(shop, lead):
    wiped = lead[0].get(f"/d/{shop.tags['wiped0']}").text
    assert "effacé (Clear), vérifié" in wiped
    assert "Clear (NIST SP 800-88 Rev. 2)" in wiped
    assert "La réserve interne de la mémoire flash" in wiped
    assert '<span class="unknown">inconnu</span>' in wiped
    unproven = lead[0].get(f"/d/{shop.tags['examined']}").text
    assert "non prouvé" in unproven
    assert "vérifié" not in unproven
    assert "Ce qui bloque" in unproven
    broken = lead[0].get(f"/d/{shop.tags['failed']}").text
    assert "échec" in broken
    assert re.search(r"Valeur\xa0: .* · demandé\xa0: .* · source\xa0: .* · règle", broken)


def test_only_the_actions_of_this_role_are_offered(shop, lead, officer):
    path = f"/d/{shop.tags['wiped3']}"
    assert "Valider la catégorie" in lead[0].get(path).text
    assert "Valider la catégorie" not in officer[0].get(path).text
    assert "<form" not in re.sub(r"(?s)<header.*?</header>|<footer>.*?</footer>|role=.search.>.*?</form>", "",
                                 officer[0].get(path).text.replace('<form method="get"', ""))  # fmt: skip


def test_a_list_is_a_question_in_the_address(shop, lead):
    def tags(query):
        return re.findall(r'class="tag" href="/d/([^"]+)"', lead[0].get(f"/appareils?{query}").text)

    assert shop.tags["examined"] in tags("state=examined")
    assert shop.tags["wiped0"] not in tags("state=examined")
    assert tags("kind=desktop") == [shop.tags["failed"]]
    assert tags("text=optiplex") == [shop.tags["failed"]]
    assert tags("grade=D") == [shop.tags["failed"]]
    assert tags("text=%25") == []
    assert len(tags("state=nonsense&after=%00")) == len(shop.tags)
    assert len(tags("before=zzz")) == len(shop.tags)


def test_a_refused_step_changes_nothing_and_says_why(shop, lead):
    browser, token = lead
    tag = shop.tags["failed"]
    for address, text in (
        (f"/d/{device_id(shop, tag)}/reformer", "Impossible de réformer"),
        (f"/d/{device_id(shop, tag)}/categorie", "Impossible de valider"),
    ):
        answer = browser.post(address, data={"csrf_token": token, "reason": "essai"})
        assert answer.status_code == 409
        assert text in answer.text.replace("&#39;", "'")
    answer = browser.post(
        f"/d/{device_id(shop, tag)}/retenir", data={"csrf_token": token, "reason": " "}
    )
    assert answer.status_code == 422
    assert state_of(shop, tag) is State.EXAMINED


def test_the_queue_has_one_next_action_a_line(shop, lead):
    page = lead[0].get("/file").text
    assert page.count('data-head="Pourquoi"') == page.count('<th scope="row">')
    for tag in (shop.tags["examined"], shop.tags["failed"], shop.tags["wiped3"]):
        assert tag in page
    assert "Valider la catégorie A" in page
    assert "Remplacer ou détruire le disque" in page


def test_a_code_for_a_stick_is_shown_once(lead):
    browser, token = lead
    answer = browser.post("/cles/code", data={"csrf_token": token})
    assert answer.status_code == 201
    code = re.search(r'class="once">(\w{5}) (\w{5})<', answer.text)
    assert code is not None
    assert code[1] + code[2] not in browser.get("/cles").text


def test_a_revoked_stick_says_when_and_why(lead):
    browser, token = lead
    page = browser.get("/cles").text
    address = re.search(r'action="(/cles/[0-9a-f-]+/revoquer)"', page)[1]
    browser.post(address, data={"csrf_token": token, "reason": "perdue dans le tram"})
    after = browser.get("/cles").text
    assert "révoquée" in after
    assert "perdue dans le tram" in after


def test_no_page_is_heavy(shop, lead, officer):
    loaded = 0
    for path in ("/bootstrap/static/css/bootstrap.min.css", "/static/rebond.css",
                 "/static/rebond.js", "/static/rebond.svg"):  # fmt: skip
        answer = lead[0].get(path, headers={"Accept-Encoding": "gzip"})
        loaded += len(answer.data)
        answer.close()
    for browser, path in (
        (lead[0], "/"), (lead[0], "/appareils"), (lead[0], "/file"),
        (lead[0], f"/d/{shop.tags['failed']}"), (officer[0], "/plan"),
    ):  # fmt: skip
        assert loaded + len(browser.get(path).data) < HEAVIEST


def test_a_plan_is_confirmed_request_by_request_and_pinned_where_it_is_read(tmp_path):
    with opened(tmp_path) as shop:
        officer, token = logged_in(shop.app, Role.OFFICER)
        officer.post("/plan", data={"csrf_token": token})
        plan = officer.get("/plan").text
        cards = plan.split("<article")[1:]
        assert ["COLL-1" in cards[0], "RESIN-1" in cards[1]] == [True, True]
        path = re.search(r'action="(/plan/[^"]+/valider/demande)"', cards[0])[1]
        assert "/valider/demande" not in cards[1]  # one device: its own button is enough
        officer.post(path, data={"csrf_token": token, "request": "COLL-1"})
        after = officer.get("/plan").text
        assert "Valider la ligne" in after
        assert "RESIN-1" in after.split("<article")[1]  # what is left to do comes first
        alone = officer.get("/plan?demande=COLL-1").text
        assert alone.count("<article") == 1
        pin = re.search(r'href="(/plan\?[^"#]*)#hold"', after)[1]
        tag = re.search(r"appareil=([^&]+)", pin)[1]
        form = officer.get(pin.replace("&amp;", "&")).text.partition('id="hold" open')[2]
        assert f'value="{tag}"' in form
        assert '<option value="RESIN-1" selected>' in form


def test_a_plan_of_any_size_is_shown_in_pages():
    line = ProposedLine("d", None, None, "r", SENTENCE, confirmed=False, counter=False)
    groups = [ProposedGroup(None, str(n), 40, 40, (line,) * (n % 50), 1) for n in range(1, 400)]
    pages = boards(groups)
    assert [one for page in pages for one in page] == groups
    for page in pages:
        assert page
        assert sum(1 + min(FEW, len(one.lines)) for one in page) <= BOARD


def test_from_plan_to_handover_and_the_name_stays_with_who_may_see_it(tmp_path):
    with opened(tmp_path) as shop:
        (officer, token), (lead, _) = (
            logged_in(shop.app, Role.OFFICER),
            logged_in(shop.app, Role.LEAD),
        )
        officer.post("/plan", data={"csrf_token": token})
        plan = officer.get("/plan").text
        assert "traitement algorithmique" in plan
        assert "Valider les 3 lignes" in plan
        assert "1 sur 40" in plan
        assert "priorité plus haute (rang 1)" in plan
        assert state_of(shop, shop.tags["wiped0"]) is State.GRADED

        line = re.search(r'action="(/plan/[0-9a-f-]+/valider/[0-9a-f-]+)"', plan)[1]
        officer.post(line, data={"csrf_token": token})
        again = officer.post(line, data={"csrf_token": token})
        assert again.status_code == 409
        everything = re.search(r'action="(/plan/[0-9a-f-]+/valider)"', plan)[1]
        officer.post(everything, data={"csrf_token": token})
        assert state_of(shop, shop.tags["wiped0"]) is State.ALLOCATED

        request = re.search(r'href="(/demandes/[^"]+)">\s*COLL-1', officer.get("/demandes").text)[1]
        page = officer.get(request).text
        devices = re.findall(r'name="device" value="([^"]+)"', page)
        assert len(devices) == 2
        done = officer.post(
            f"{request}/remettre",
            data={"csrf_token": token_of(page.encode()), "device": devices,
                  "recipient": "Mme Essai-Personne"},
        )  # fmt: skip
        assert done.status_code == 303
        assert "Essai-Personne" in officer.get(done.location).text
        assert "Essai-Personne" not in lead.get(done.location).text
        sheet = officer.get(f"{done.location}/fiche.pdf")
        assert sheet.data.startswith(b"%PDF")
        assert lead.get(f"{done.location}/fiche.pdf").status_code == 403
        assert state_of(shop, shop.tags["wiped0"]) is State.RELEASED
        with shop.workshop.make() as session:
            assert session.query(Recipient).count() == 1
        for tag in shop.tags.values():
            assert "Essai-Personne" not in officer.get(f"/d/{tag}").text


def test_how_it_is_decided_is_public_and_comes_from_the_rules_in_force(tmp_path):
    with opened(tmp_path) as shop:
        page = shop.app.test_client().get("/comment-c-est-decide").text
        assert "Collégiens et kits" in page
        assert "servir le plus d&#39;unités" in page or "servir le plus d'unités" in page
        assert "Collecte de la Métropole" in page
        officer, token = logged_in(shop.app, Role.OFFICER)
        officer.post(
            "/dispositifs",
            data={"csrf_token": token, "code": "NEUF", "name": "Étudiants boursiers", "tier": "1",
                  "operator": "Weeefund", "kinds": "laptop", "cap-organisation": "12"},
        )  # fmt: skip
        page = shop.app.test_client().get("/comment-c-est-decide").text
        assert "Étudiants boursiers" in page
        assert "12 par organisme" in page


def test_the_first_page_reminds_of_agreements_six_months_before_their_end(tmp_path):
    with opened(tmp_path, filled=False) as shop:
        with transaction(shop.workshop) as work:
            for number, months in (("2026-001", 5), ("2026-002", 9)):
                facts = AgreementFacts(
                    number=number, title="Collecte", ends=NOON.date() + timedelta(days=30 * months)
                )
                record_agreement(work, facts)
        page = logged_in(shop.app, Role.LEAD)[0].get("/").text
        assert "2026-001" in page
        assert "2026-002" not in page
        assert "2026-001" not in logged_in(shop.app, Role.TECHNICIAN)[0].get("/").text


def test_an_upload_cut_short_leaves_no_file_open(lead):
    browser, token = lead
    head = f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'
    head += '--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        answer = browser.post(
            "/demandes/liste",
            data=head.encode() + b"x" * 900_000,  # the boundary that ends it never comes
            content_type="multipart/form-data; boundary=x",
        )
        assert answer.status_code in {400, 403, 413, 422}
    assert len(list(Path("/proc/self/fd").iterdir())) <= before
