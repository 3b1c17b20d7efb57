"""What reports count: nothing twice, nothing lost, nobody pointed at."""

from hypothesis import given
from hypothesis import strategies as st

from rebond_schemas.plan_law import Regime
from rebond_server.domain.fate import (
    Fate,
    Place,
    Stage,
    Wish,
    by_programme,
    by_public,
    no_resale,
    tally,
)
from rebond_server.domain.lifecycle import State
from rebond_server.domain.small_cells import LEAST, shown

FATES = st.lists(
    st.builds(
        Fate,
        id=st.text("abc", min_size=1, max_size=3),
        tag=st.just("RB-1"),
        kind=st.sampled_from(("laptop", "screen")),
        state=st.sampled_from(State),
        examined=st.booleans(),
        sanitised=st.booleans(),
        grade=st.sampled_from((None, "A", "parts", "recycle")),
        point=st.sampled_from((None, "Clip", "Quatuor")),
        programme=st.sampled_from(("resin", "college")),
        public=st.sampled_from((None, "pupil", "family")),
        priced=st.booleans(),
    ),
    max_size=30,
)


@given(FATES)
def test_each_device_is_in_one_place_and_each_figure_leads_to_as_many(fates):
    whole = tally(fates)

    assert sum(whole.places.values()) == whole.stages[Stage.COLLECTED] == len(fates)
    assert whole.places[Place.GIVEN] == whole.stages[Stage.RELEASED]
    assert sum(by_programme(fates).values()) == whole.stages[Stage.RELEASED]
    assert sum(by_public(fates).values()) <= whole.stages[Stage.RELEASED]
    for asked in (*Stage, *Place):
        wish = Wish(stage=asked) if isinstance(asked, Stage) else Wish(place=asked)
        assert sum(wish.met(one) for one in fates) == whole.count(asked)
        parts = [
            Wish(stage=wish.stage, place=wish.place, point=point, kind=kind)
            for point in ("", "Clip", "Quatuor")
            for kind in ("laptop", "screen")
        ]
        assert sum(part.met(one) for part in parts for one in fates) == whole.count(asked)


@given(FATES)
def test_a_later_stage_never_counts_more_than_an_earlier_one(fates):
    stages = tally(fates).stages

    assert stages[Stage.GRADED] >= stages[Stage.ALLOCATED] >= stages[Stage.RELEASED]


@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=2), st.integers(0, 30), max_size=6))
def test_no_small_count_is_shown_nor_found_by_subtraction(counts):
    told = shown(counts)

    hidden = [counts[name] for name, count in told.items() if count is None]
    assert all(count == 0 or count >= LEAST for count in told.values() if count is not None)
    assert all(counts[name] == count for name, count in told.items() if count is not None)
    if hidden and any(count for count in told.values()):
        assert len(hidden) > 1
        assert sum(hidden) >= LEAST
    if all(count == 0 or count >= LEAST for count in counts.values()):
        assert not hidden


def given_one(*, priced):
    return Fate(
        id="d", tag="RB-1", kind="laptop", state=State.RELEASED, examined=True, sanitised=True,
        priced=priced,
    )  # fmt: skip


def test_the_statement_on_resale_counts_and_hides_nothing():
    clean = no_resale(Regime.CG3P, [given_one(priced=False)], resale_allowed=False)
    assert "aucune remise payante" in clean.fr
    assert "L3212-2 et L3212-3" in clean.fr

    sold = no_resale(Regime.CG3P, [given_one(priced=True)], resale_allowed=False)
    assert "aucune remise payante" not in sold.fr
    assert "à justifier" in sold.fr
    assert "1 par un dispositif payant" in sold.fr

    assert "est permise" in no_resale(Regime.PRIVATE, [], resale_allowed=True).fr
