import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.classification.samples import (
    posteriors,
    predictions,
    regret_sample,
    simplex,
    tilted,
    with_three_classes,
)


@given(seed=st.integers(0, 10**6), n=st.integers(1, 8), zeros=st.sampled_from([0.0, 0.2, 1.0]))
def test_simplex_adds_up_to_one_exactly(seed, n, zeros):
    p = simplex(random.Random(seed), n, zeros=zeros)
    assert len(p) == n
    assert sum(p) == 1
    assert min(p) >= 0


@given(seed=st.integers(0, 10**6), n=st.integers(2, 8))
def test_class_one_is_most_probable_and_class_two_is_predicted(seed, n):
    rng = random.Random(seed)
    p = posteriors(rng, n)
    S = predictions(rng, p, positive=True)
    assert p[0] == max(p)
    assert S[1] == max(S)
    assert sum(p) == sum(S) == 1
    assert min(S) > 0


def test_tilted_by_hand():
    assert tilted([Fraction(1, 3), Fraction(2, 3), Fraction(0)], 2.0) == pytest.approx([1 / 5, 4 / 5, 0], abs=1e-6)


def test_regret_sample_names_its_values():
    point, rows = regret_sample((11, 15))(random.Random(3))
    assert set(point) == {"tau", "p1", "p2", "S1", "S2"}
    assert Fraction(11, 10) <= point["tau"] <= Fraction(15, 10)
    assert point["p1"] + point["p2"] + sum(row["p"] for row in rows) == 1


def test_three_classes_come_half_of_the_time():
    rng = random.Random(5)
    taus = [with_three_classes(regret_sample((11, 15)))(rng)[0]["tau"] for _ in range(200)]
    assert 60 < taus.count(Fraction(9, 5)) < 140
