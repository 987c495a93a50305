import numpy as np
import pytest

from experiments.linear_mdp.losses import Losses
from experiments.philox.scalar import scalar_functions

KINDS = {
    "blocks": Losses.blocks(3, 4, amplitude=0.25, block=7),
    "gap": Losses.gap(2, 3, gap=0.125, amplitude=0.25),
    "fixed": Losses.gap(2, 3, gap=0.125),
    "switching": Losses.switching(2, 2, gap=0.25, half=9),
    "wide": Losses.blocks(9, 8, amplitude=0.5, block=2),
}


@pytest.mark.parametrize("losses", KINDS.values(), ids=KINDS.keys())
def test_sums_are_those_of_the_weights(losses):
    for episodes in (1, 8, 20):
        weights = losses.weights(3, range(episodes), seed=5)
        assert weights.shape == (3, episodes, *losses.shape)
        np.testing.assert_allclose(weights.sum(axis=1), losses.totals(3, episodes, seed=5), rtol=1e-13)
        assert (weights >= 0).all()
        assert (weights <= 1).all()


@pytest.mark.parametrize("losses", KINDS.values(), ids=KINDS.keys())
def test_parts_of_a_run_are_parts(losses):
    whole = losses.weights(5, range(40), seed=2)
    np.testing.assert_array_equal(whole[2:4, 11:31], losses.weights(range(2, 4), range(11, 31), seed=2))
    assert losses.weights(2, range(3, 3), seed=0).shape == (2, 0, *losses.shape)


def test_signs_are_the_bits_at_their_addresses():
    losses = KINDS["wide"]
    stream = losses.stream(11)
    plain = scalar_functions(lambda function: function)
    found = losses.weights(2, range(10), seed=11)
    for replicate, episode, layer, feature in [(0, 0, 0, 0), (1, 9, 8, 7), (1, 5, 4, 1), (0, 3, 3, 7)]:
        place = layer * 8 + feature
        word = plain.bits_at(*stream.key, stream.stream, replicate, (episode // 2) * losses.words + place // 32)
        assert found[replicate, episode, layer, feature] == ((word >> (place % 32)) & 1)


def test_signs_are_fair_and_new_in_each_block():
    weights = Losses.blocks(2, 2, amplitude=0.5, block=3).weights(200, range(30), seed=0)
    assert (weights[:, 0] == weights[:, 2]).all()
    assert abs(weights.mean() - 0.5) < 0.05
    assert (weights[:, 2] != weights[:, 3]).mean() > 0.3
    assert not np.array_equal(weights[0], weights[1])


def test_phases_and_gaps():
    weights = KINDS["switching"].weights(1, range(20), seed=0)[0]
    assert weights[8, 0].tolist() == [0.375, 0.5]
    assert weights[9, 1].tolist() == [0.5, 0.25]
    assert KINDS["fixed"].weights(1, range(1), seed=0)[0, 0].tolist() == [[0.375, 0.5, 0.5]] * 2


def test_bad_losses_are_refused():
    cases = [
        (
            lambda: Losses.blocks(2, 2, amplitude=0.75, block=1),
            r"episode 0, layer 0, feature 0: the weight 0.5 \+- 0.75 leaves",
        ),
        (lambda: Losses((((0.5, 0.5),), ((0.5, 1.5),)), phase=4), "episode 4, layer 0, feature 1: the weight 1.5"),
        (lambda: Losses.blocks(2, 2, amplitude=0.25, block=0), "block must be an int >= 1, got 0"),
        (lambda: Losses((((0.5, 0.5), (0.5,)),)), "all alike"),
        (lambda: Losses(()), "all alike"),
        (lambda: Losses((((float("nan"),),),)), "leaves"),
        (lambda: Losses.blocks(1, 1, amplitude=float("inf"), block=1), "amplitude must be"),
        (lambda: Losses((((0.5,),),), block=2, adaptive=True), "block must be 1"),
        (lambda: Losses.follower(2, 2, amplitude=0.25).weights(1, range(3), seed=0), "depend on the learner"),
        (lambda: Losses.follower(2, 2, amplitude=0.25).totals(1, 3, seed=0), "depend on the learner"),
        (lambda: KINDS["gap"].weights(1, range(0, 9, 2), seed=0), "range of step 1"),
    ]
    for call, message in cases:
        with pytest.raises(ValueError, match=message):
            call()
