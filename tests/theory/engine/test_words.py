import subprocess
import sys

from theory.engine import words
from theory.engine.evidence import Budget, Evidence


def test_every_word_is_there_and_loads_nothing_heavy():
    heavy = ("sympy", "flint", "scipy", "cvxpy")
    code = f"import sys, theory.engine.words; print([m for m in {heavy} if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "[]"
    assert all(hasattr(words, name) for name in words.__all__)


def test_methods_are_those_of_the_provers():
    from theory.engine.provers.enclosure import Boxes
    from theory.engine.provers.exponential_cone import ExponentialConeProver
    from theory.engine.provers.newton import Newton

    proof = words.chain(lambda k: k.sign(k.context.symbol("x"), ">="))
    assert proof.evidence is Evidence.PROVED
    assert words.boxes(cells=7) == Boxes(cells=7)
    assert isinstance(words.newton(precision=100), Newton)
    assert isinstance(words.exponential_cone(), ExponentialConeProver)


def test_sums_are_the_kernel_s_sums():
    from theory.engine.functions import Sig

    (p,) = words.Domain("p in [0,1]")
    assert words.Sig(p) == Sig(p)


def three():
    return range(3)


def is_not_two(m):
    return m != 2


def test_finite_worlds_are_counted_and_enumerated():
    statement, method = words.every(three, is_not_two, over="m < 3", says=r"m\ne2")
    assert statement.scope() == "3 items: m < 3"
    assert statement.latex().endswith(r"m\ne2")
    assert method.refute(statement, Budget()).data["item"] == "2"
    assert words.every(three, is_not_two, over="m < 3", says="m", size=4)[0].size == 4
