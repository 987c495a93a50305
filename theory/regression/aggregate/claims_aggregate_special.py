r"""Special cases of the asymptotic risk: bag-level loss, instance-level loss, bags of one, few features.

Each root is put into the equation ``F(s) = 1`` and then into bias and variance, so that the closed forms are those of
the general ones in `theory.regression.aggregate.aggregate_expressions`.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, chain
from theory.regression.aggregate.aggregate_expressions import bias_factor, delta, instance_risk, level, variance_factor

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "aggregate"
_BAG, _INSTANCE = "bag-level loss without ridge", "instance-level loss without ridge"
_ONE, _NONE = "bags of one unit", "many units for every feature"
_MORE = Fraction(101, 100)


def _equal(domain: Domain, left: Any, right: Any, claimed: Any) -> Stated:
    """State ``left == claimed`` and show ``left == right``."""
    return ForAll(domain, left, "==", claimed), chain(lambda k: k.identity(left, right))


def _over_delta(domain: Domain, left: Any, right: Any, claimed: Any, below: Any, value: Any) -> Stated:
    """Likewise, after it is shown that Delta, ``below``, is ``value``, which is positive."""

    def proof(k: Proof) -> Any:
        k.show(below, ">", 0, by=[k.identity(below, value), k.sign(value, ">")])
        return k.identity(left, right)

    return ForAll(domain, left, "==", claimed), chain(proof)


def _bags() -> tuple[Domain, Any, Any, Any, Any, Any]:
    """Return beta, q, psi = q beta < beta, the root for rho = lam = 0, and 0."""
    import sympy

    domain = Domain("beta in (0,1], q in (0,1)")
    beta, q = domain
    return domain, beta, q, q * beta, 1 / (beta * (1 - q)), sympy.Integer(0)


def _units() -> tuple[Domain, Any, Any, Any, Any, Any]:
    """Return beta, psi < 1, the root for rho = 1 and lam = 0, and 0 and 1."""
    import sympy

    domain = Domain("beta in (0,1], psi in (0,1)")
    beta, psi = domain
    return domain, beta, psi, 1 / (1 - psi), sympy.Integer(0), sympy.Integer(1)


@claim(
    paper=_PAPER, where=_BAG, expected="proved", strength="identity",
    says=r"\rho=\lambda=0,\ \psi m<1:\quad s=\frac1{\beta-\psi}\ \Rightarrow\ F(s)=1",
)  # fmt: skip
def bag_level_root(factor: Constant = 1) -> Stated:
    """Put it in; psi = q beta."""
    domain, beta, _, psi, s, zero = _bags()
    return _equal(domain, level(factor * s, zero, beta, zero, psi), zero + 1, zero + 1)


@claim(
    paper=_PAPER, where=_BAG, expected="proved", strength="identity", uses=("aggregate.bag_level_root",),
    says=r"\rho=\lambda=0,\ \psi m<1,\ s=\frac1{\beta-\psi}:\quad\mathrm{Var}=\frac{\sigma^2\psi m}{1-\psi m}",
)  # fmt: skip
def bag_level_variance(factor: Constant = 1) -> Stated:
    """Over sigma^2; psi m = q."""
    domain, beta, q, psi, s, zero = _bags()
    left, below = variance_factor(s, beta, zero, psi), delta(s, beta, zero, psi)
    return _over_delta(domain, left, q / (1 - q), factor * q / (1 - q), below, beta**2 * (1 - q) ** 3)


@claim(
    paper=_PAPER, where=_BAG, expected="proved", strength="identity", uses=("aggregate.bag_level_root",),
    says=r"\rho=\lambda=0,\ \psi m<1,\ s=\frac1{\beta-\psi}:\quad\mathrm{Bias}=0",
)  # fmt: skip
def bag_level_has_no_bias(factor: Constant = 1) -> Stated:
    """1 - 2 + 1; the control has another root."""
    domain, beta, q, psi, s, zero = _bags()
    left, below = bias_factor(factor * s, beta, zero, psi), delta(s, beta, zero, psi)
    return _over_delta(domain, left, zero, zero, below, beta**2 * (1 - q) ** 3)


def _beyond() -> tuple[Domain, Any, Any, Any, Any, Any, Any]:
    """Return beta, psi above it, w = 1/s, and Delta with its value, for rho = 0."""
    import sympy

    domain = Domain("beta in (0,1], e in (0,oo), w in (0,oo)")
    beta, e, w = domain
    psi = beta * (1 + e)
    value = w**2 * (w**2 + 2 * w * psi + beta**2 * e * (1 + e)) / (w + psi) ** 2
    return domain, beta, psi, w, sympy.Integer(0), delta(1 / w, beta, sympy.Integer(0), psi), value


_LIMIT = (
    "without ridge the limit lam -> 0 is meant: there w -> 0, lam/w -> 1 - beta/psi, and what stands with w is gone",
)


@claim(
    paper=_PAPER, where=_BAG, expected="proved", strength="identity", assumptions=_LIMIT,
    says=r"\rho=0,\ \psi m>1,\ w=\frac1s:\quad"
    r"\mathrm{Var}=\frac{\sigma^2}{\psi m-1}\cdot\frac{\psi(\psi-\beta)}{\psi(\psi-\beta)+2w\psi+w^2}",
)  # fmt: skip
def least_norm_variance(factor: Constant = 1) -> Stated:
    """Over sigma^2; the last factor is 1 at w = 0, the least-norm solution. psi = (1 + e) beta."""
    domain, beta, psi, w, zero, below, value = _beyond()
    rest = psi * (psi - beta)
    left, right = variance_factor(1 / w, beta, zero, psi), beta / (psi - beta) * rest / (w**2 + 2 * w * psi + rest)
    return _over_delta(domain, left, right, factor * right, below, value)


@claim(
    paper=_PAPER, where=_BAG, expected="proved", strength="identity", assumptions=_LIMIT,
    says=r"\rho=0,\ \psi m>1,\ w=\frac1s:\quad"
    r"\mathrm{Bias}=r^2\Bigl(1-\frac1{\psi m}+\frac{\beta w^2}{\psi(\psi(\psi-\beta)+2w\psi+w^2)}\Bigr)",
)  # fmt: skip
def least_norm_bias(factor: Constant = 1) -> Stated:
    """Over r^2; the last part is 0 at w = 0, the least-norm solution. psi = (1 + e) beta."""
    domain, beta, psi, w, zero, below, value = _beyond()
    rest = beta * w**2 / (psi * (w**2 + 2 * w * psi + psi * (psi - beta)))
    left, right = bias_factor(1 / w, beta, zero, psi), 1 - beta / psi + rest
    return _over_delta(domain, left, right, right + (factor - 1) * rest, below, value)


@claim(
    paper=_PAPER, where=_INSTANCE, expected="proved", strength="identity",
    says=r"\rho=1,\ \lambda=0,\ \psi<1:\quad s=\frac1{1-\psi}\ \Rightarrow\ F(s)=1",
)  # fmt: skip
def instance_level_root(factor: Constant = 1) -> Stated:
    """Put it in; the size of the bags does not enter."""
    domain, beta, psi, s, zero, one = _units()
    return _equal(domain, level(factor * s, zero, beta, one, psi), one, one)


@claim(
    paper=_PAPER, where=_INSTANCE, expected="proved", strength="identity", uses=("aggregate.instance_level_root",),
    says=r"\rho=1,\ \lambda=0,\ \psi<1,\ s=\frac1{1-\psi}:\quad\mathrm{Var}=\frac{\sigma^2\beta\psi}{1-\psi}",
)  # fmt: skip
def instance_level_variance(factor: Constant = 1) -> Stated:
    """Over sigma^2: the variance of bags of one, over m."""
    domain, beta, psi, s, _, one = _units()
    right = beta * psi / (1 - psi)
    left, below = variance_factor(s, beta, one, psi), delta(s, beta, one, psi)
    return _over_delta(domain, left, right, factor * right, below, (1 - psi) ** 3)


@claim(
    paper=_PAPER, where=_INSTANCE, expected="proved", strength="identity", uses=("aggregate.instance_level_root",),
    says=r"\rho=1,\ \lambda=0,\ \psi<1,\ s=\frac1{1-\psi}:\quad"
    r"\mathrm{Bias}=r^2\Bigl((1-\beta)^2+\beta(1-\beta)\frac\psi{1-\psi}\Bigr)",
)  # fmt: skip
def instance_level_bias(factor: Constant = 1) -> Stated:
    """Over r^2; it vanishes for bags of one."""
    import sympy

    domain, beta, psi, s, zero, one = _units()
    left, kappa = bias_factor(s, beta, one, psi), psi / (1 - psi)
    right, claimed = (instance_risk(beta, sympy.sympify(times) * kappa, one, zero, zero) for times in (1, factor))
    return _over_delta(domain, left, right, claimed, delta(s, beta, one, psi), (1 - psi) ** 3)


@claim(
    paper=_PAPER, where=_ONE, expected="proved", strength="identity",
    says=r"m=1:\quad F(s)\ \text{is the same for}\ \rho\ \text{and for}\ \rho'",
)  # fmt: skip
def bags_of_one_have_no_regulariser(m: Constant = 1) -> Stated:
    """Its weight is 1 - 1/m; so it is in Delta, and nothing else in bias and variance has rho in it."""
    import sympy

    domain = Domain("lam in [0,oo), psi in (0,oo), rho in [0,oo), tau in [0,oo), s in (0,oo)")
    lam, psi, rho, tau, s = domain
    beta = sympy.Integer(1) / m
    left, right = (level(s, lam, beta, weight, psi) for weight in (rho, tau))
    return _equal(domain, left, right, right)


@claim(
    paper=_PAPER, where=_ONE, expected="proved", strength="identity",
    uses=("aggregate.bags_of_one_have_no_regulariser",),
    says=r"m=1,\ \lambda=0,\ \psi<1,\ s=\frac1{1-\psi}:\quad\mathrm{Bias}+\mathrm{Var}=\frac{\sigma^2\psi}{1-\psi}"
    r"\ \text{for all}\ \rho",
)  # fmt: skip
def bags_of_one_are_least_squares(factor: Constant = 1) -> Stated:
    """The risk of least squares, whatever rho."""
    import sympy

    domain = Domain("psi in (0,1), rho in [0,oo), noise in [0,oo), power in [0,oo)")
    psi, rho, noise, power = domain
    s, one = 1 / (1 - psi), sympy.Integer(1)
    left = power * bias_factor(s, one, rho, psi) + noise * variance_factor(s, one, rho, psi)
    right = noise * psi / (1 - psi)
    return _over_delta(domain, left, right, factor * right, delta(s, one, rho, psi), (1 - psi) ** 3)


@claim(
    paper=_PAPER, where=_NONE, expected="proved", strength="identity",
    assumptions=("the formulas at psi = 0, where they are continuous; the root there is the first one below",),
    says=r"\psi=0,\ s=\frac1{\lambda+\beta+(1-\beta)\rho}:\quad"
    r"\mathrm{Bias}=r^2\Bigl(1-\frac\beta{\beta+\rho(1-\beta)+\lambda}\Bigr)^2",
)  # fmt: skip
def shrinkage_with_many_units(factor: Constant = 1) -> Stated:
    """Over r^2: the estimator is theta_0 times beta/(beta + rho (1 - beta) + lam), 1/m for the instance-level loss."""
    import sympy

    domain = Domain("lam in [0,oo), beta in (0,1], rho in [0,oo)")
    lam, beta, rho = domain
    total = lam + beta + (1 - beta) * rho
    left = bias_factor(1 / total, beta, rho, sympy.Integer(0))
    return _equal(domain, left, (1 - beta / total) ** 2, (1 - factor * beta / total) ** 2)


@claim(
    paper=_PAPER, where=_NONE, expected="proved", strength="identity",
    says=r"\psi=0:\quad s=\frac1{\lambda+\beta+(1-\beta)\rho}\ \Rightarrow\ F(s)=1",
)  # fmt: skip
def root_with_many_units(factor: Constant = 1) -> Stated:
    """F is linear there."""
    import sympy

    domain = Domain("lam in [0,oo), beta in (0,1], rho in [0,oo)")
    lam, beta, rho = domain
    total = lam + beta + (1 - beta) * rho
    one = sympy.Integer(1)
    return _equal(domain, level(factor / total, lam, beta, rho, sympy.Integer(0)), one, one)


bag_level_root.false_if("it were 1 % larger", factor=_MORE)
bag_level_variance.false_if("it were 1 % larger", factor=_MORE)
bag_level_has_no_bias.false_if("the root were 1 % larger", factor=_MORE)
least_norm_variance.false_if("it were 1 % larger", factor=_MORE)
least_norm_bias.false_if("its last part were 1 % larger", factor=_MORE)
instance_level_root.false_if("it were 1 % larger", factor=_MORE)
instance_level_variance.false_if("it were 1 % larger", factor=_MORE)
instance_level_bias.false_if("its second part were 1 % larger", factor=_MORE)
bags_of_one_have_no_regulariser.false_if("bags had two units", m=2)
bags_of_one_are_least_squares.false_if("it were 1 % larger", factor=_MORE)
shrinkage_with_many_units.false_if("it shrank by 1 % more", factor=_MORE)
root_with_many_units.false_if("it were 1 % larger", factor=_MORE)
