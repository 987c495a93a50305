"""The references of the classical losses: their claims, and implementations held against them."""

from __future__ import annotations

import fnmatch

import numpy as np
import pytest

from theory.classification import margin
from theory.classification.background import margin_references as module
from theory.engine.conformance.conform import conform
from theory.engine.conformance.reference import Reference
from theory.engine.discovery import collect

REFERENCES = [getattr(module, name) for name in module.__all__]
PAPERS = ("bartlett", "hcons_binary", "hcons_multiclass", "osokin", "steinwart", "tewari_bartlett")


def about(reference):
    return {name for name in collect().claims if any(fnmatch.fnmatchcase(name, glob) for glob in reference.claims)}


def test_all_are_references_of_their_own():
    assert all(isinstance(item, Reference) for item in REFERENCES)
    assert len({item.id for item in REFERENCES}) == len(REFERENCES) == 13


@pytest.mark.parametrize("reference", REFERENCES, ids=lambda item: item.id)
def test_every_pattern_finds_claims(reference):
    for pattern in reference.claims:
        assert fnmatch.filter(collect().claims, pattern), pattern


def test_a_claim_is_about_one_loss_at_most():
    names = [name for reference in REFERENCES for name in about(reference)]
    assert len(names) == len(set(names))
    assert "growth.quadratic_loss" not in names  # a parabola, not the squared hinge


def test_the_claims_of_a_loss_are_found():
    claims = collect().claims
    words = {"hinge": module.HINGE, "sigmoid": module.SIGMOID, "rho_margin": module.RHO_MARGIN}
    for word, reference in words.items():
        named = {name for name in claims if name.startswith(("steinwart.", "hcons_binary.")) and f".{word}_" in name}
        assert named <= about(reference)
    left = {name for name in claims if name.startswith("hcons_multiclass.constrained_")}
    for reference in (module.CONSTRAINED_HINGE, module.CONSTRAINED_SQUARED_HINGE, module.CONSTRAINED_EXPONENTIAL):
        left -= about(reference)
    assert not left


@pytest.mark.parametrize("name", ["hinge", "logistic", "exponential", "quadratic", "sigmoid", "rho_margin"])
def test_the_numeric_margin_losses_conform(name):
    loss = margin.LOSSES[name.replace("_", "-")]()
    found = conform(lambda scores, labels: loss(scores * labels), f"hcons_binary.{name}")
    assert found.outcome == "conforms", found.text()


def constrained(phi):
    def loss(scores, labels):
        terms = np.array(phi(-scores))
        terms[np.arange(len(labels)), labels] = 0  # subtracted from the sum it would cancel
        return terms.sum(axis=1)

    return loss


@pytest.mark.parametrize(
    ("name", "phi"),
    [("hinge", margin.hinge()), ("squared_hinge", margin.quadratic()), ("exponential", margin.exponential())],
)
def test_constrained_losses_conform_and_centred_scores_are_named(name, phi):
    found = conform(constrained(phi), f"hcons_multiclass.constrained_{name}")
    assert found.outcome == "conforms", found.text()

    def centred(scores, labels):
        return constrained(phi)(scores - scores.mean(axis=1, keepdims=True), labels)

    diagnosis = conform(centred, f"hcons_multiclass.constrained_{name}").diagnosis
    assert diagnosis == ["the scores are centred first; on scores of sum zero it is the loss"]


def test_the_quadratic_surrogate():
    def loss(scores, labels):
        target = np.ones_like(scores)
        target[np.arange(len(labels)), labels] = 0
        return ((scores + target) ** 2).sum(axis=1) / (2 * scores.shape[1])

    assert conform(loss, "osokin.quadratic_surrogate").outcome == "conforms"
    summed = conform(lambda scores, labels: loss(scores, labels) * scores.shape[1], "osokin.quadratic_surrogate")
    assert summed.diagnosis == ["the factor 1/k is missing: the calibration function is then eps^2/4 for every k"]
