import pytest
import sympy

from theory.classification.posteriors import OF_MANY, OF_TWO, entropy, log_posterior


@pytest.mark.parametrize("p", [*OF_TWO, *OF_MANY])
def test_no_two_classes_are_equally_probable(p):
    assert sum(p) == 1
    assert len(set(p)) == len(p)
    assert min(p) > 0


@pytest.mark.parametrize("p", OF_MANY)
def test_the_entropy_is_the_least_logarithmic_risk(p):
    def risk(scores):
        total = sympy.Add(*map(sympy.exp, scores))
        return sympy.Add(*[x * (sympy.log(total) - score) for x, score in zip(p, scores, strict=True)])

    best = log_posterior(p)
    assert abs((risk(best) - entropy(p)).evalf(30)) < 1e-25
    for k in range(len(p)):
        moved = [score + sympy.Rational(j == k, 100) for j, score in enumerate(best)]
        assert (risk(moved) - entropy(p)).evalf(30) > 0
