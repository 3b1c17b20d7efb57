"""What looks for secrets on used sticks finds them where they are."""

import pytest
from betrayal import betrayed

SAID = [
    {"facts": {"board": {"serial": "PF0ABC12"}, "drives": [{"identity": {"serial": "S3YJNB0K"}}]}}
]


@pytest.fixture
def var(tmp_path):
    folder = tmp_path / "var"
    folder.mkdir()
    (folder / "server-signing.key").write_bytes(bytes(range(200, 232)))
    body = "Q" * 64
    (folder / "tls.key").write_text(
        f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n"
    )
    return folder


@pytest.mark.parametrize(
    ("planted", "told"),
    [
        (bytes(range(200, 232)), "server-signing.key"),
        (bytes(range(200, 232)).hex().encode(), "server-signing.key"),
        (b"Q" * 64, "tls.key"),
        (b"pf0abc12", "PF0ABC12"),
        ("S3YJNB0K".encode("utf-16le"), "S3YJNB0K"),
        (b"-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIIGlRHQJ0Tk5", "private key"),
        (b"\nroot:$y$j9T$abcdefghijkl:19000:", "password"),
    ],
)
def test_each_kind_is_found(var, tmp_path, planted, told):
    disk = tmp_path / "stick.img"
    disk.write_bytes(bytes(5000) + planted + bytes(5000))
    assert any(told in one for one in betrayed(var, SAID, disk))


def test_a_clean_disk_tells_nothing(var, tmp_path):
    disk = tmp_path / "stick.img"
    disk.write_bytes(bytes(range(128)) * 80)
    assert betrayed(var, SAID, disk) == []
