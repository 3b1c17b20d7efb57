"""Evidence is written once, found by its hash, and never silently wrong."""

import hashlib

import pytest

from rebond_server.errors import EvidenceDamaged
from rebond_server.store.evidence import EvidenceStore


def test_what_is_kept_is_found_by_its_hash(tmp_path):
    store = EvidenceStore(folder=tmp_path)
    name = store.keep(b"raw")

    assert name == hashlib.sha256(b"raw").hexdigest()
    assert store.keep(b"raw") == name
    assert store.bring(name) == b"raw"
    assert [path.name for path in tmp_path.glob("*/*")] == [name]


def test_a_change_on_disk_is_told_and_healed_by_the_same_bytes(tmp_path):
    store = EvidenceStore(folder=tmp_path)
    name = store.keep(b"raw")
    (path,) = tmp_path.glob("*/*")
    path.write_bytes(b"rav")
    with pytest.raises(EvidenceDamaged, match=name):
        store.bring(name)

    store.keep(b"raw")

    assert store.bring(name) == b"raw"


def test_missing_evidence_is_told(tmp_path):
    with pytest.raises(EvidenceDamaged, match="0000"):
        EvidenceStore(folder=tmp_path).bring("0" * 64)
