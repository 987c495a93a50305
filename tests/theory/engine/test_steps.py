import pytest

from theory.engine.evidence import Budget, Certificate
from theory.engine.steps import grows_twice
from theory.engine.words import Domain, ForAll, chain


def decided(text, f, by):
    domain = Domain(text)
    (x,) = domain
    found = chain(lambda k: grows_twice(k, f(x), x, by(k, x))).decide(ForAll(domain, f(x), ">=", 0), Budget())
    return isinstance(found, Certificate)


@pytest.mark.parametrize(
    ("text", "f", "proved"),
    [
        ("x in [0,oo)", lambda x: x**3 + x**2, True),
        ("x in [1,oo)", lambda x: x**3 - 1, True),  # both f and f' are at least 0 at the end
        ("x in [0,oo)", lambda x: x**3 - x, False),  # f' is negative there: false at 1/2
        ("x in (0,oo)", lambda x: x**3 + x**2, False),  # no closed end to begin at
    ],
)
def test_it_takes_a_closed_end_and_a_slope_that_is_not_negative_there(text, f, proved):
    assert decided(text, f, lambda k, x: [k.sign(f(x).diff(x, 2), ">=")]) is proved


def test_it_needs_the_second_derivative():
    def f(x):
        return x**4 - 2 * x**3 + 2 * x**2  # f'' = 3 (2x - 1)^2 + 1

    assert decided("x in [0,oo)", f, lambda k, x: [(3, k.sign((2 * x - 1) ** 2, ">="))])
    assert not decided("x in [0,oo)", f, lambda k, x: [k.sign(1 + x, ">=")])
