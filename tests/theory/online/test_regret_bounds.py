"""Background regret bounds: values by hand, simulated regret below them, domains."""

import math

import numpy as np
import pytest

from theory.online import bounds
from theory.online.mirror_descent import entropy_step, euclidean_step, onto_ball


def test_values_by_hand():
    assert float(bounds.gradient_descent(D=2, G=3, T=9)) == pytest.approx(27)
    assert float(bounds.gradient_descent_strongly_convex(G=2, lam=4, T=math.e)) == pytest.approx(1)
    assert float(bounds.hedge(N=2, T=8)) == pytest.approx(math.sqrt(4 * math.log(2)))
    assert float(bounds.hedge(N=4, T=16, eta=0.5)) == pytest.approx(2 * math.log(4) + 1)
    assert float(bounds.exp3(K=10, T=5000)) == pytest.approx(479.8526, abs=1e-4)
    assert float(bounds.exp2(d=3, N=8, T=1600)) == pytest.approx(346.1, abs=0.1)
    assert float(bounds.newton_step(d=3, alpha=0.5, G=1, D=2, T=10)) == pytest.approx(24 * math.log(10))


def test_a_step_chosen_by_hand_is_never_better_than_the_best():
    steps = np.linspace(0.01, 1, 200)
    assert bounds.hedge(N=5, T=200, eta=steps).value.min() >= float(bounds.hedge(N=5, T=200))


def test_gradient_descent_stays_below_its_bound():
    rng = np.random.default_rng(0)
    point, paid, total = np.zeros((30, 2)), 0.0, np.zeros((30, 2))
    for t in range(1, 201):
        gradient = np.sign(point) if t % 3 else rng.choice([-1.0, 1.0], size=(30, 2))
        gradient = gradient / np.maximum(np.linalg.norm(gradient, axis=-1, keepdims=True), 1)
        paid, total = paid + (gradient * point).sum(axis=-1), total + gradient
        point = euclidean_step(point, gradient, 2 / math.sqrt(t), project=onto_ball)
    assert (paid + np.linalg.norm(total, axis=-1) <= float(bounds.gradient_descent(D=2, G=1, T=200))).all()


def test_hedge_stays_below_its_bound():
    bound = bounds.hedge(N=6, T=300)
    weights, paid, total = np.full(6, 1 / 6), 0.0, np.zeros(6)
    for t in range(300):
        losses = (np.arange(6) == weights.argmax()) * 1.0 + (t % 2) * (np.arange(6) % 2) * 0.5
        losses = np.minimum(losses, 1)
        paid, total = paid + weights @ losses, total + losses
        weights = entropy_step(weights, losses, bound.parameters["eta"])
    assert 0 < paid - total.min() <= float(bound)


def test_adagrad_reads_the_gradients():
    gradients = np.asarray([[[3.0, 0.0], [4.0, 1.0]]]).swapaxes(0, 1)  # two rounds, one replicate
    assert bounds.adagrad(D_inf=2.0, gradients=gradients).value == pytest.approx([2 * math.sqrt(2) * 6])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: bounds.gradient_descent(D=1, G=1, T=0), "T must be positive and finite, got 0.0"),
        (lambda: bounds.hedge(N=1, T=5), "N must be at least 2, got 1.0"),
        (lambda: bounds.hedge(N=2, T=5, eta=-1), "eta must be positive and finite, got -1.0"),
        (lambda: bounds.exp3(K=1, T=5), "K must be at least 2, got 1.0"),
        (lambda: bounds.newton_step(d=1, alpha=1, G=1, D=1, T=2), "T must be at least 4, got 2.0"),
        (lambda: bounds.gradient_descent(D=[1, 2], G=[1, 2, 3], T=1), "shapes that broadcast are needed"),
        (lambda: bounds.exp3(K=[], T=5), r"K must hold at least one number, got shape \(0,\)"),
        (lambda: bounds.exp2(d=1, N=2, T=np.zeros((2, 0))), r"T must hold at least one number, got shape \(2, 0\)"),
        (lambda: bounds.hedge(N=2, T=5, eta=[]), "eta must hold at least one number"),
        (lambda: bounds.gradient_descent(D="2", G=1, T=1), "real number"),
        (lambda: bounds.adagrad(D_inf=[], gradients=[[1.0]]), "D_inf must hold at least one number"),
        (lambda: bounds.adagrad(D_inf=math.inf, gradients=[[1.0]]), "D_inf must be positive and finite, got inf"),
        (lambda: bounds.adagrad(D_inf=1, gradients=np.zeros((0, 2))), r"rounds first .* got shape \(0, 2\)"),
        (lambda: bounds.adagrad(D_inf=0, gradients=[[1.0]]), "D_inf must be positive and finite, got 0.0"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("gradients", [[1.0, 2.0], [[math.nan]]])
def test_adagrad_wants_finite_rounds_of_coordinates(gradients):
    with pytest.raises(ValueError, match="gradients"):
        bounds.adagrad(D_inf=1, gradients=gradients)
