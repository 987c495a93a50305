import numpy as np
import pytest
import sympy

from theory.engine.conformance.cases import make
from theory.engine.conformance.conform import conform as hold
from theory.engine.conformance.implementation import Failed, reduced
from theory.engine.conformance.implementation import make as implement
from theory.engine.conformance.libraries import NumPy
from theory.engine.conformance.reference import SCORE_SIGN, SCORES_LABEL, Reference
from theory.engine.errors import BadInput

SCORES = Reference("demo", "own", "", "", SCORES_LABEL, lambda s, y, lam=1: s[y], parameters={"lam": 1})
SIGNS = Reference("demo", "margin", "", "", SCORE_SIGN, lambda s, y: sympy.exp(-y * s))


def own(scores, labels):
    return scores[np.arange(len(labels)), labels]


def wrong_shape(scores, labels):
    return scores


def integers(scores, labels):
    return labels


def nothing(scores, labels):
    return None


def raises(scores, labels):
    raise RuntimeError("mat1 and mat2\nsecond line")


def leaves(scores, labels):
    raise SystemExit(3)


def complex_numbers(scores, labels):
    return own(scores, labels) + 0j


def not_a_number(scores, labels):
    return own(scores, labels) * np.nan


def random_numbers(scores, labels, generator=np.random.default_rng(0)):  # noqa: B008
    return own(scores, labels) + generator.normal()


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (wrong_shape, "returned shape (7, 3)"),
        (integers, "returned an array of int64"),
        (nothing, "returned NoneType None; a NumPy array or a float is needed"),
        (raises, "raised RuntimeError: mat1 and mat2"),
        (leaves, "raised SystemExit: 3"),
        (complex_numbers, "returned an array of complex128"),
        (not_a_number, "nan where the loss is"),
        (random_numbers, "a second call with the same tensors returns other numbers"),
    ],
)
def test_what_cannot_be_compared_differs_and_says_why(function, says):
    found = hold(function, SCORES)
    assert found.outcome == "differs"
    assert found.exit_status == 1
    assert says in found.findings[0].detail
    assert "\n" not in found.findings[0].detail


def test_labels_are_encoded_as_asked():
    batch = make(SCORES, 3)
    onehot = implement(lambda s, y: (s * y).sum(axis=1), NumPy(), SCORES, labels="onehot")
    index = implement(own, NumPy(), SCORES)
    assert np.array_equal(onehot.values(batch, "float64", {}), index.values(batch, "float64", {}))
    signs = make(SIGNS)
    by_sign = implement(lambda s, y: np.exp(-y * s), NumPy(), SIGNS)
    by_bit = implement(lambda s, y: np.exp(-(2 * y - 1) * s), NumPy(), SIGNS, labels="zero-one")
    assert np.array_equal(by_sign.values(signs, "float64", {}), by_bit.values(signs, "float64", {}))


def test_the_order_of_the_arguments_is_as_asked():
    turned = implement(lambda y, s: own(s, y), NumPy(), SCORES, order=("labels", "scores"))
    batch = make(SCORES, 3)
    assert np.array_equal(
        turned.values(batch, "float64", {}), implement(own, NumPy(), SCORES).values(batch, "float64", {})
    )


def test_a_parameter_is_passed_by_its_keyword():
    scaled = implement(
        lambda s, y, temperature: own(s, y) * temperature, NumPy(), SCORES, passes={"lam": "temperature"}
    )
    batch = make(SCORES, 3)
    assert np.allclose(
        scaled.values(batch, "float64", {"lam": 3}), 3 * own(batch.floats("scores"), batch.columns["labels"])
    )


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"order": ("scores",)}, "takes scores, labels"),
        ({"labels": "sign"}, "allowed for demo.own: index, onehot"),
        ({"passes": {"tau": "t"}}, "has no parameter 'tau'; its parameters: lam"),
    ],
)
def test_an_unknown_convention_is_refused(options, says):
    with pytest.raises(BadInput, match=says):
        implement(own, NumPy(), SCORES, **options)


def test_a_column_of_values_is_accepted_and_a_scalar_too():
    batch = make(SCORES, 3)
    assert implement(lambda s, y: own(s, y)[:, None], NumPy(), SCORES).values(batch, "float64", {}).shape == (7,)
    assert implement(lambda s, y: float(own(s, y).mean()), NumPy(), SCORES).values(batch, "float64", {}).shape == ()


def test_a_gradient_that_fails_says_so():
    def fails_on_copies(scores, labels):
        if scores.base is None:
            raise ValueError("no copies")
        return own(scores, labels)

    with pytest.raises(Failed, match="no copies"):
        implement(fails_on_copies, NumPy(), SCORES).gradients(make(SCORES, 3), "float64", {})


def test_reductions():
    assert reduced([1, 2, 6], "none") == [1, 2, 6]
    assert reduced([1, 2, 6], "sum") == [9]
    assert reduced([1, 2, 6], "mean") == [3]
