"""Nobody can choose what is read a second time, and anybody can draw it again."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from rebond_server.domain.reread_draw import drawn, list_sha256

LISTS = st.sets(st.uuids(), min_size=1, max_size=40)


@given(LISTS, st.text("0123456789abcdef", min_size=1), st.floats(0.1, 100), st.randoms())
def test_the_order_of_the_list_changes_nothing(known, seed, percent, dice):
    shuffled = sorted(known)
    dice.shuffle(shuffled)
    once = drawn(known, seed, percent)
    assert drawn(shuffled, seed, percent) == once
    assert list_sha256(shuffled) == list_sha256(known)
    assert 1 <= len(once) <= len(known)
    assert set(once) <= known


@given(LISTS, st.text("0123456789abcdef", min_size=1))
def test_the_whole_list_is_drawn_at_hundred(known, seed):
    assert set(drawn(known, seed, 100)) == known


def test_every_drive_has_the_same_chance():
    known = [UUID(int=number) for number in range(10)]
    hits = dict.fromkeys(known, 0)
    for seed in range(4000):
        hits[drawn(known, str(seed), 10)[0]] += 1
    assert all(300 < count < 500 for count in hits.values()), hits


def test_another_list_has_another_fingerprint():
    assert list_sha256([UUID(int=1)]) != list_sha256([UUID(int=2)])
    assert drawn([], "ab", 5) == ()
