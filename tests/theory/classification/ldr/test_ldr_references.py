"""Implementations held against the LDR losses: the package's own conform, wrong ones are named."""

from fractions import Fraction

import numpy as np
import pytest

from theory.classification.ldr import ldr_references as references
from theory.classification.ldr.conditional_ldr import conditional_minimiser
from theory.classification.ldr.ldr_kl import ldr_kl, temperature_update
from theory.classification.ldr.symmetric_losses import normalised_score_loss, pairwise_sigmoid_loss
from theory.engine.conformance.conform import conform


def test_the_own_loss_conforms_over_a_range_of_temperatures():
    found = conform(
        lambda s, y, lam=0.5, c=0.25: ldr_kl(s, y, lam=lam, margin=c),
        references.LDR_KL,
        passes={"lam": "lam", "margin": "c"},
    )
    assert found.outcome == "conforms", found.text()


@pytest.mark.parametrize(
    ("right", "reference"),
    [
        (lambda s, y: ldr_kl(s, y, lam=0.0, margin=1.0), references.LDR_MAX),
        (lambda s, y: ldr_kl(s, y, lam=np.inf, margin=1.0), references.LDR_MEAN),
        (lambda s, y: temperature_update(s, y, 1.5, lam0=0.75, margin=0.25), references.ALDR_TEMPERATURE),
        (normalised_score_loss, references.NORMALISED_SCORE),
        (pairwise_sigmoid_loss, references.PAIRWISE_SIGMOID),
    ],
)
def test_the_other_own_losses_conform(right, reference):
    found = conform(right, reference)
    assert found.outcome == "conforms", found.text()


def gaps(s, y, margin=0.25):
    other = 1 - np.eye(s.shape[1])[y]
    return s - s[np.arange(len(y)), y][:, None] + margin * other


def deviations(s, y, ddof):
    return 1 - (s[np.arange(len(y)), y] - s.mean(axis=1)) / s.std(axis=1, ddof=ddof)


@pytest.mark.parametrize(
    ("wrong", "reference", "says"),
    [
        (lambda s, y: 0.5 * np.log(np.exp(gaps(s, y) / 0.5).sum(axis=1)), references.LDR_KL, "sum over the classes"),
        (lambda s, y: ldr_kl(s, y, lam=0.5), references.LDR_KL, "the margin is left out"),
        (lambda s, y: ldr_kl(s, y, lam=0.5, margin=0.25) / 0.5, references.LDR_KL, "the factor lam before"),
        (lambda s, y: gaps(s, y).mean(axis=1), references.LDR_KL, "mean of the logarithms"),
        (lambda s, y: np.maximum(gaps(s, y, 1.0), 0).sum(axis=1), references.LDR_MAX, "the sum of the hinges"),
        (lambda s, y: gaps(s, y, 1.0).sum(axis=1) / (s.shape[1] - 1), references.LDR_MEAN, "the other classes only"),
        (lambda s, y: temperature_update(s, y, 1.5, lam0=0.75), references.ALDR_TEMPERATURE, "without the margin"),
        (lambda s, y: deviations(s, y, 0), references.NORMALISED_SCORE, "the standard deviation (mean square)"),
        (lambda s, y: deviations(s, y, 1), references.NORMALISED_SCORE, "with K - 1"),
        (lambda s, y: pairwise_sigmoid_loss(s, y) / (s.shape[1] - 1), references.PAIRWISE_SIGMOID,
         "the mean over the other classes"),
    ],
)  # fmt: skip
def test_mistakes_are_named(wrong, reference, says):
    found = conform(wrong, reference)
    assert found.outcome == "differs"
    assert any(says in item for item in found.diagnosis), found.text()


def test_the_minimum_on_record_is_that_of_the_numeric_minimiser():
    minimum = references.LDR_KL.minimum
    for posterior in minimum.posteriors:
        scores = np.array([float(x) for x in minimum.scores(posterior, lam=0.5, margin=0.25)])
        expected = conditional_minimiser([float(x) for x in posterior], lam=0.5, margin=0.25)
        assert scores - scores.mean() == pytest.approx(expected, abs=1e-13)


def test_a_posterior_without_a_closed_form_is_refused():
    with pytest.raises(ValueError, match="allowed: all probabilities but one alike"):
        references.LDR_KL.minimum.scores((Fraction(1, 2), Fraction(1, 3), Fraction(1, 6)), lam=0.5, margin=0.25)


class TestTorch:
    torch = staticmethod(lambda: pytest.importorskip("torch"))

    def gaps(self, s, y, margin=0.25):
        other = 1 - self.torch().nn.functional.one_hot(y, s.shape[1]).to(s.dtype)
        return s - s.gather(1, y[:, None]) + margin * other

    def loss(self, s, y, lam=0.5, margin=0.25):
        torch = self.torch()
        return (lam * (torch.logsumexp(self.gaps(s, y, margin) / lam, dim=1) - np.log(s.shape[1]))).mean()

    def temperature(self, s, y, margin):
        torch = self.torch()
        q = torch.softmax((self.gaps(s, y, margin)) / 1.5, dim=1)
        divergence = torch.special.xlogy(q, q * s.shape[1]).sum(dim=1)
        return 0.75 - 0.75 * divergence / (2 * np.log(s.shape[1]))

    def test_the_loss_conforms(self):
        found = conform(self.loss, references.LDR_KL, library="torch")
        assert found.outcome == "conforms", found.text()
        assert found.setting["reduction"] == "mean"

    def test_the_worst_case_held_fixed_has_the_right_gradient_too(self):
        """The label distribution that is worst may be a constant: the derivative of a maximum."""
        torch = self.torch()

        def robust(s, y):
            d = self.gaps(s, y)
            q = torch.softmax(d / 0.5, dim=1).detach()
            return (q * d).sum(dim=1) - 0.5 * torch.special.xlogy(q, q * s.shape[1]).sum(dim=1)

        found = conform(robust, references.LDR_KL, library="torch")
        assert {item.check: item.outcome for item in found.findings}["gradient"] == "agrees", found.text()

    def test_the_divergence_forgotten_is_no_such_loss(self):
        torch = self.torch()

        def reward(s, y):
            d = self.gaps(s, y)
            return (torch.softmax(d / 0.5, dim=1).detach() * d).sum(dim=1)

        assert conform(reward, references.LDR_KL, library="torch").outcome == "differs"

    def test_the_temperature_of_aldr_needs_the_margin(self):
        wrong = conform(lambda s, y: self.temperature(s, y, 0.0), references.ALDR_TEMPERATURE, library="torch")
        assert wrong.diagnosis == [
            "the divergence is that of softmax(f/lam), without the margin, as in the published code"
        ]
