"""Help is there for each role, in French and English, and leads to pages that exist."""

import re

import pytest
from screens import logged_in, opened

from rebond_server.domain.role import Role
from rebond_server.web.manual import PEOPLE

HELP = re.compile(r'(?s)<div class="sheet reading help".*?</div>')


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("shop")) as found:
        yield found


@pytest.mark.parametrize("role", PEOPLE)
@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_each_role_has_its_help(shop, role, language):
    reader, _ = logged_in(shop.app, role)
    reader.set_cookie("rebond_language", language)
    text = reader.get("/aide").text
    assert HELP.search(text)[0] == HELP.search(reader.get(f"/aide/{role.value}").text)[0]
    spoken = re.search(r'class="sheet reading help" lang="(..)"', text)[1]
    assert spoken == (language if language != "es" else "fr")
    for path in set(re.findall(r'href="([^"]+)"', HELP.search(text)[0])):
        assert reader.get(path).status_code == 200, path


def test_an_unknown_role_has_none_and_no_file_is_reached(shop):
    browser, _ = logged_in(shop.app, Role.LEAD)
    for role in ("agent", "..%2Ffr%2Flead", "LEAD", "x"):
        assert browser.get(f"/aide/{role}").status_code == 404


def test_the_declaration_is_for_everybody(shop):
    text = shop.app.test_client().get("/accessibilite").text
    assert "Déclaration d'accessibilité" in text.replace("&#39;", "'")
    assert 'href="/accessibilite"' in text


@pytest.mark.parametrize("role", PEOPLE)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_its_pictures_are_there_and_light(shop, role, language):
    reader, _ = logged_in(shop.app, role)
    reader.set_cookie("rebond_language", language)
    text = reader.get("/aide").text
    pictures = re.findall(r'src="(/static/help/[^"]+)"', text)
    assert pictures
    sizes = []
    for path in pictures:
        with reader.get(path) as answer:
            sizes.append(len(answer.data))
    assert all(path.endswith(f"-{language}.png") for path in pictures)
    assert sum(sizes) + len(text.encode()) < 100_000  # with style and script: under 150 kB
