"""Settings come from one place, keys are made once and kept to their owner."""

import pytest

from rebond_server.config import read_config
from rebond_server.errors import BadSetting
from rebond_server.store.database import open_database


def test_without_any_setting_everything_lies_in_var():
    config = read_config({})

    assert config.var.name == "var"
    assert config.database_url == f"sqlite:///{config.var}/rebond.sqlite3"
    assert config.evidence_folder == config.var / "evidence"


def test_settings_are_taken_from_the_environment(tmp_path):
    given = {
        "REBOND_VAR": str(tmp_path),
        "REBOND_DATABASE_URL": "postgresql://u@h/d",
        "REBOND_PUBLIC_URL": "https://atelier.example/",
    }
    config = read_config(given)

    assert config.var == tmp_path
    assert config.public_url == "https://atelier.example"
    assert open_database(config.database_url).dialect.driver == "psycopg"


@pytest.mark.parametrize("url", ["atelier.example", "ftp://x", "https://"])
def test_an_address_must_be_one(url):
    with pytest.raises(BadSetting, match="REBOND_PUBLIC_URL"):
        read_config({"REBOND_PUBLIC_URL": url})


def test_keys_are_made_once_for_their_owner_alone(tmp_path):
    config = read_config({"REBOND_VAR": str(tmp_path / "new")})
    keys = config.secret_key(), config.server_key()

    assert keys == (config.secret_key(), config.server_key())
    assert keys[0] != keys[1]
    for file in config.var.iterdir():
        assert file.stat().st_mode & 0o777 == 0o600
    assert {file.name for file in config.var.iterdir()} == {"secret.key", "server-signing.key"}


def test_a_torn_key_is_told(tmp_path):
    config = read_config({"REBOND_VAR": str(tmp_path)})
    (tmp_path / "server-signing.key").write_bytes(b"short")

    with pytest.raises(BadSetting, match=r"server-signing\.key"):
        config.server_key()
