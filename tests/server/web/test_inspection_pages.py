"""The page on which a person looks at a device, through its forms."""

import io

import pytest
from screens import device_id, logged_in, opened

from rebond_server.domain.role import Role

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("shop")) as shop:
        yield shop


def test_defects_tests_photos_and_repairs_through_the_page(shop):
    client, token = logged_in(shop.app, Role.TECHNICIAN)
    tag = shop.tags["wiped3"]
    here, page = device_id(shop.workshop, tag), f"/d/{tag}/examen"
    assert "Photos des défauts" not in client.get(page).text

    def sent(path, **fields):
        answer = client.post(path, data={"csrf_token": token} | fields)
        return answer.status_code

    told = {"reason": "au jour", "charger": "no", "check_camera": "fail"}
    assert sent(f"/d/{here}/examen", defect=["scratch", "screen_spot"], **told) == 303
    shown = client.get(page).text
    assert 'mark plain">aspect C<' in shown
    assert shown.count("ne marche pas") == 9 + 2  # a choice each; by hand, and what counts
    photo = {"file": (io.BytesIO(PNG), "ecran.png"), "subject": "device", "about": "screen_spot"}
    assert sent(f"/fichiers/{here}", back=page, **photo) == 303
    assert "ecran.png" in client.get(page).text
    assert sent(f"/d/{here}/reparation", outcome="needs_part", told="webcam <b>") == 303
    assert "webcam &lt;b&gt;" in client.get(page).text
    assert "attend une pièce" in client.get(f"/d/{tag}").text
    # the next look keeps what this one does not ask again
    assert sent(f"/d/{here}/examen", defect=["scratch"], reason="nettoyé") == 303
    again = client.get(page).text
    assert 'mark plain">aspect B<' in again
    assert 'value="no" selected' in again
    assert again.count("ne marche pas") == 9 + 2
    for bad in ({"defect": ["none", "dent"]}, {"defect": ["moisi"]}, {"check_sound": "peut-être"}):
        assert sent(f"/d/{here}/examen", reason="x", **bad) == 422
    assert sent(f"/d/{here}/reparation", outcome="gone", told="x") == 422


def test_days_and_papers_stand_on_the_pages(shop):
    client, token = logged_in(shop.app, Role.LEAD)
    assert "Dans cet état depuis aujourd'hui." in client.get(f"/d/{shop.tags['wiped0']}").text
    assert "0 jour" in client.get("/file").text
    lot = "/lots/COLLECTE-2026"
    for path in ("certificat", "reemploi"):
        assert client.post(f"{lot}/{path}", data={"csrf_token": token}).status_code == 303
    client.post("/lieux", data={"csrf_token": token, "code": "AIX", "kind": "site", "name": "Aix"})
    moved = {"csrf_token": token, "destination": "AIX", "carrier": "Navette"}
    assert client.post(f"{lot}/transfert", data=moved).status_code == 303
    page = client.get(lot).text
    for number in {part.split('"')[0] for part in page.split('href="/papiers/')[1:]}:
        answer = client.get(f"/papiers/{number}")
        assert answer.status_code == 200
        assert answer.data.startswith(b"%PDF-")
    numbers = [part.split(".pdf")[0] for part in page.split('href="/papiers/')[1:]]
    assert sorted(number[0] for number in numbers) == ["E", "T", "U"]
    erasure = next(number for number in numbers if number[0] == "E")
    stranger = shop.app.test_client()
    assert "Ce certificat est en vigueur" in stranger.get(f"/c/{erasure}").text
    transfer = next(number for number in numbers if number[0] == "T")
    assert "Aucun certificat" in stranger.get(f"/c/{transfer}").text


def test_the_platform_takes_its_own_export_back(shop):
    client, token = logged_in(shop.app, Role.LEAD)
    raw = client.get("/appareils/plateforme.csv?state=graded").data
    lines = raw.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("idMaterielReconditionneur;numeroSerie;typeMateriel;marque")
    assert len(lines) == 4
    assert all("ORDINATEUR_PORTABLE" in line and "PRET_A_COMMANDER" in line for line in lines[1:])
    for how in ("try", "all"):
        sent = {"csrf_token": token, "lines": how, "file": (io.BytesIO(raw), "p.csv")}
        page = client.post("/plateforme", data=sent)
        assert page.status_code == 200
        assert page.text.count("déjà là") == 4  # the count, and one a line
        assert "refusé</span> 0" in page.text
    whole = client.get("/appareils/plateforme.csv").data
    sent = {"csrf_token": token, "lines": "all", "file": (io.BytesIO(whole), "p.csv")}
    assert client.post("/plateforme", data=sent).status_code == 200
