"""Every claim about the plug-in rule is decided as recorded, and so are its controls."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from decided_claims import assert_decided_as_recorded

from theory.classification.gaussian_tail import normal_tail
from theory.engine.claim import Claim
from theory.engine.evidence import Budget, Undecided
from theory.mixtures import claims_plug_in_exact, claims_plug_in_limit, claims_plug_in_samples, claims_plug_in_sizes
from theory.mixtures.plug_in import WORST_EXCESS, plug_in_error

_CLAIMS = {
    item.id: item
    for module in (claims_plug_in_exact, claims_plug_in_limit, claims_plug_in_samples, claims_plug_in_sizes)
    for item in vars(module).values()
    if isinstance(item, Claim)
}


@pytest.mark.parametrize("name", sorted(_CLAIMS))
def test_claim_is_decided_as_recorded(name):
    assert_decided_as_recorded(_CLAIMS[name])


def test_lemmas_and_corrections_point_to_claims_that_exist():
    assert len(_CLAIMS) == 25
    assert all(item.corrects in _CLAIMS for item in _CLAIMS.values() if item.corrects)


def _random_settings(count, smallest):
    """Dimensions, points (fractions of one too) and separations, the worst ones of a size often among them."""
    rng = np.random.default_rng(12)
    d = np.floor(10 ** rng.uniform(np.log10(smallest), 3.5, count))
    m = 10 ** rng.uniform(-3, 6, count)
    s = np.where(rng.random(count) < 0.5, 10 ** rng.uniform(-3, 1, count), np.sqrt(rng.uniform(0.1, 3, count) * d / m))
    return d, m, s


def test_bounds_hold_of_the_exact_error_and_the_upper_one_is_nearly_reached():
    d, m, s = _random_settings(6000, 4)
    excess = plug_in_error(d, m, s) - normal_tail(s)
    bound = WORST_EXCESS * np.sqrt((d - 1) / m) + 1 / np.sqrt(2 * np.pi * m * (d - 3))
    assert np.all(excess <= bound)
    assert np.max(excess / bound) > 0.95
    d, m, s = _random_settings(6000, 1)
    least = normal_tail(s * np.sqrt((m * s**2 + 3) / (m * s**2 + d + 2)))
    error = plug_in_error(d, m, s)
    assert np.all(error >= least * (1 - 1e-12))
    seen = (d > 300) & (error > 1e-300)
    assert np.min((error - least)[seen] / error[seen]) < 1e-4


def test_assumptions_on_the_means_hold_by_quadrature():
    """Stein's identity, its bound, the moments of R and the mean alignment, at d = 6 and a = 1.3."""
    a, k = 1.3, 5
    nodes, weights = np.polynomial.legendre.leggauss(200)
    w, R = a + 10 * nodes[:, None], 7 * (1 + nodes[None, :])
    density = np.exp(-((w - a) ** 2) / 2 - R**2 / 2) * R ** (k - 1) * weights[:, None] * weights[None, :]
    density /= density.sum()

    def mean(values):
        return float((values * density).sum())

    length = np.hypot(w, R)
    stein = mean((w - a) * w / length)
    assert stein == pytest.approx(mean(R**2 / length**3), rel=1e-6)  # not smooth at the origin
    assert stein <= mean(1 / R) <= 1 / np.sqrt(k - 2)
    assert mean(R) <= np.sqrt(k)
    assert mean((w / length) ** 2) <= (a**2 + 3) / (a**2 + k + 3)
    tilt = mean(1 - w / length)
    assert a * tilt <= WORST_EXCESS * np.sqrt(2 * np.pi) * mean(R) + stein


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("exact_excess_at_most_the_root", {"c": Fraction(999, 1000)}),
        ("exact_error_at_least", {"extra": Fraction(299, 100)}),
        ("one_label_suffices", {"rate": Fraction(1001, 16000)}),
        ("error_falls_with_labels", {"c": Fraction(1001, 1000)}),
        ("error_rises_with_the_dimension", {"c": Fraction(1001, 1000)}),
        ("excess_below_the_chord", {"c": Fraction(999, 1000)}),
    ],
)
def test_a_slightly_stronger_statement_is_not_proved(name, changed):
    claim = next(claim for claim in _CLAIMS.values() if claim.name == name)
    statement, method = claim.build(**changed)
    assert isinstance(method.decide(statement, Budget()), Undecided)


def test_nothing_of_these_was_read_in_print():
    assert {claim.form for claim in _CLAIMS.values()} == {"derived", "as usually quoted"}
    assert [claim.name for claim in _CLAIMS.values() if claim.form != "derived"] == ["excess_falls_like_the_root"]


def test_one_label_bound_holds_of_the_exact_error_for_every_number_of_labels():
    d = np.asarray([1, 2, 5, 20, 100])[:, None]
    m = np.asarray([1, 1.5, 4, 100, 1e6])[None, :]
    assert np.all(plug_in_error(d, m, np.sqrt(d / 2)) <= np.exp(-d / 16))
