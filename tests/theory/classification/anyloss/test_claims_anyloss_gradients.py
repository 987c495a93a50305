import numpy as np
import pytest
from decided_claims import assert_decided_as_recorded, assert_method_refuses_false_neighbours, claims_of

from theory.classification.anyloss import claims_anyloss_gradients as module
from theory.classification.anyloss.soft_confusion import gradient


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)


def test_the_derivatives_are_those_of_the_losses_on_a_batch():
    """A metamorphic twin: the statement's left side at the sums of a real batch against the numeric gradient."""
    p, y, amplification = np.array([0.9, 0.3, 0.6, 0.45]), np.array([1, 0, 0, 1]), 6
    share = 1 / (1 + np.exp(-amplification * (p - 0.5)))
    statement = module.f1_gradient.statement()
    for i in range(4):
        rest = np.arange(4) != i
        sums = {
            "t": (y * share)[rest].sum(), "f": ((1 - y) * share)[rest].sum(),
            "u": y[rest].sum(), "v": (1 - y)[rest].sum(), "p": p[i], "y": y[i], "L": amplification,
        }  # fmt: skip
        values = {symbol: float(sums[str(symbol)]) for symbol in statement.domain}
        assert float(statement.lhs.subs(values)) == pytest.approx(gradient(p, y, amplification)[i], rel=1e-12)


def test_rates_cover_the_batch_whose_only_positive_is_the_example_itself():
    for claim in (module.balanced_accuracy_gradient, module.geometric_mean_gradient):
        statement = claim.statement()
        point = {"L": 6, "p": 0.7, "y": 1, "t": 0, "f": 0.2, "u": 0, "v": 1}
        values = {symbol: point[str(symbol)] for symbol in statement.domain}
        assert statement.domain["u"].low_closed
        assert all(float(left.subs(values)) > 0 for left, _, _ in statement.given)
        y, batch = np.array([1, 0]), np.array([0.7, 0.5 + np.log(0.2 / 0.8) / 6])
        metric = claim.name.removesuffix("_gradient")
        expected = gradient(batch, y, 6, metric=metric)[0]
        assert float(statement.lhs.subs(values)) == pytest.approx(expected, rel=1e-12)
