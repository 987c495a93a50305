"""The Littlestone dimension against hand-computed classes and against the mistake-bound game; its claim."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.engine.decide import decide
from theory.online.claims_littlestone import littlestone_dimension, threshold_dimension, thresholds


def test_the_claim_is_decided_as_recorded():
    verdict = decide(threshold_dimension)
    assert verdict.as_recorded, verdict.to_json()
    assert verdict.certificate.data["count"] == 9


@pytest.mark.parametrize(
    ("hypotheses", "dimension"),
    [
        ([(0, 1, 0)], 0),
        ([()], 0),
        ([(0,), (1,)], 1),
        (list(itertools.product((0, 1), repeat=3)), 3),
        ([tuple(int(i == j) for i in range(6)) for j in range(6)], 1),
        (thresholds(3), 2),
        (thresholds(6), 2),
        (thresholds(7), 3),
    ],
)
def test_known_dimensions(hypotheses, dimension):
    assert littlestone_dimension(hypotheses) == dimension


def forced_mistakes(family, points):
    """Mistakes that an adversary forces on every deterministic learner, by playing the game out."""
    best = 0
    for point in range(points):
        sides = [[h for h in family if h[point] == label] for label in (0, 1)]
        if all(sides):  # whatever the learner predicts, the adversary may answer the other label
            best = max(best, min(1 + forced_mistakes(sides[1 - guess], points) for guess in (0, 1)))
    return best


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.sets(st.tuples(*[st.integers(0, 1)] * 4), min_size=1, max_size=9))
def test_it_equals_the_optimal_mistake_bound(family):
    assert littlestone_dimension(family) == forced_mistakes(sorted(family), 4)
    assert 2 ** littlestone_dimension(family) <= len(family)


@pytest.mark.parametrize("hypotheses", [[], [(0, 1), (1,)], [(0, 2)]])
def test_bad_classes_are_refused(hypotheses):
    with pytest.raises(ValueError, match="labels 0 and 1"):
        littlestone_dimension(hypotheses)
