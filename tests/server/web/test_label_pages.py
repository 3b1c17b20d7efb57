"""Printing labels from the screens, and what a stranger sees who scans one."""

import io

import pytest
from pypdf import PdfReader
from screens import logged_in, opened

from rebond_server.domain.role import Role


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("shop"), public_url="https://atelier.example") as found:
        yield found


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("labels")) as found:
        yield logged_in(found.app, Role.TECHNICIAN)[0]


def test_chosen_devices_become_labels_in_their_order(browser):
    listed = browser.get("/appareils").text
    assert 'name="tags" value="RB-000001"' in listed
    asked = browser.get("/etiquettes?tags=RB-000002&tags=rb-000001").text
    assert "RB-000002\nRB-000001</textarea>" in asked
    answer = browser.get("/etiquettes.pdf?paper=62x29&tags=RB-000002%0D%0Arb-000001+RB-000002")
    assert answer.content_type == "application/pdf"
    pages = PdfReader(io.BytesIO(answer.data)).pages
    assert ["RB-000002" in page.extract_text() for page in pages] == [True, False]
    assert len(pages) == 2


@pytest.mark.parametrize(
    "query",
    [
        "",
        "tags=",
        "tags=%3Cscript%3E",
        "tags=RB-1&paper=a3",
        "tags=" + "+".join(f"A{n}" for n in range(999)),
    ],
    ids=["none", "empty", "script", "paper", "many"],
)
def test_what_is_no_label_is_refused_with_a_sentence(browser, query):
    answer = browser.get(f"/etiquettes.pdf?{query}")
    assert answer.status_code == 422
    assert "<script>" not in answer.text


def test_a_stranger_learns_whom_to_call_and_nothing_else(shop):
    stranger = shop.app.test_client()
    known, unknown = stranger.get("/d/RB-000001"), stranger.get("/d/RB-999999")
    assert known.status_code == unknown.status_code == 200
    assert "Appelez-nous" in known.text
    assert known.text.replace("RB-000001", "?") == unknown.text.replace("RB-999999", "?")
    for secret in ("ThinkPad", "Latitude", "Lenovo", "Dell"):
        assert secret not in known.text
    assert "<script>alert" not in stranger.get("/d/<script>alert(1)").text


def test_after_the_log_in_the_code_leads_to_the_device(browser):
    assert "RB-000001" in browser.get("/d/RB-000001").text
    assert "Appelez-nous" not in browser.get("/d/RB-000001").text
    assert browser.get("/d/RB-999999").status_code == 404
