"""Exact expressions of posterior and score against the numeric ones; the slips are told apart."""

from __future__ import annotations

import numpy as np
import pytest
import sympy

from theory.classification.mahalanobis import gaussian_discriminant as numbers
from theory.classification.mahalanobis import mahalanobis_expressions as module

MODEL = {"means": ((0, 1), (2, -1), (3, 3)), "covariance": ((2, 1), (1, 3))}
PRIORS = (sympy.Rational(1, 2), sympy.Rational(1, 3), sympy.Rational(1, 6))
POINTS = [(1, 2), (-3, 0), (sympy.Rational(5, 2), 4)]
CASES = {
    module.negative_log_posterior: [((x, y), {**MODEL, "priors": PRIORS}) for x in POINTS for y in range(3)],
    module.score: [((x,), MODEL) for x in POINTS],
}


def test_every_slip_differs_from_its_loss_somewhere():
    for loss, slips in module.SLIPS.items():
        for slip in slips:
            assert slip.__doc__.startswith("Slip: ")
            assert any(abs((slip(*a, **k) - loss(*a, **k)).evalf(30)) > 1e-3 for a, k in CASES[loss])


def test_values_are_the_numeric_ones():
    model = numbers.TiedGaussians(
        *(np.asarray(MODEL[name], dtype=float) for name in ("means", "covariance")), np.asarray(PRIORS, dtype=float)
    )
    x = np.asarray(POINTS, dtype=float)
    posterior, score = numbers.gda_posterior(x, model), numbers.mahalanobis_score(x, model)
    for i, point in enumerate(POINTS):
        assert score[i] == pytest.approx(float(module.score(point, **MODEL)))
        for label in range(3):
            exact = module.negative_log_posterior(point, label, **MODEL, priors=PRIORS)
            assert -np.log(posterior[i, label]) == pytest.approx(float(exact.evalf(30)))


def test_a_shape_that_does_not_fit():
    with pytest.raises(ValueError, match="square covariance"):
        module.score((1, 2, 3), **MODEL)
