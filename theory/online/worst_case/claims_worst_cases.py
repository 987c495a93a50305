"""Worst cases of first-order methods for named N: multipliers in closed form and the worst function, both exact."""

from __future__ import annotations

from fractions import Fraction

from theory.engine.claim import Constant, Stated, claim
from theory.online.worst_case import gradient_descent, optimised_gradient, projected_descent, proximal_point
from theory.online.worst_case.problem import Problem
from theory.online.worst_case.projected import closed_form, root_weights

_LESS, _MORE = Fraction(99, 100), Fraction(101, 100)
_SCALED = ("L = 1 and |x0 - x*| <= 1 without loss of generality: both sides scale",)
_BRANCHES = r"\max\bigl\{\tfrac1{4Nh+2},\tfrac{(1-h)^{2N}}2\bigr\}"


def _stated(problem: Problem, relation: str, value: Fraction) -> Stated:
    return problem.statement(relation, value), problem.prover()


@claim(
    paper="drori_teboulle",
    where="tight bound of gradient descent, N = 20, step size 1/L",
    says=r"\sup\,(f(x_{20})-f_\star)=\tfrac1{82}\quad(L=\lVert x_0-x_\star\rVert=1)",
    expected="certified",
    strength="tight",
    form="as usually quoted",
    assumptions=_SCALED,
)
def twenty_steps_of_gradient_descent(factor: Constant = 1) -> Stated:
    """The chain of multipliers i/(2N+1-i) and a Huber function."""
    return _stated(gradient_descent(20), "==", factor * Fraction(1, 82))


twenty_steps_of_gradient_descent.false_if("the bound were 1 % smaller", factor=_LESS)
twenty_steps_of_gradient_descent.false_if("the worst case were 1 % larger", factor=_MORE)


@claim(
    paper="drori_teboulle",
    where="gradient descent, the first branch alone, for a step size near 2/L",
    says=r"h<2\ \Rightarrow\ f(x_N)-f_\star\le\tfrac1{4Nh+2}\quad(N=3,\ h=\tfrac95)",
    expected="refuted",
    strength="upper",
    form="derived",
    assumptions=_SCALED,
)
def first_branch_for_every_step_size(step_size: Constant = Fraction(9, 5)) -> Stated:
    """Read for all h < 2 the first branch is false: a parabola oscillates."""
    return _stated(gradient_descent(3, step_size), "<=", 1 / (12 * Fraction(step_size) + 2))


first_branch_for_every_step_size.true_if("the step size were 1/L", step_size=1)
first_branch_for_every_step_size.true_if("the step size were 8/(5 L), before the crossover", step_size=Fraction(8, 5))


@claim(
    paper="drori_teboulle",
    where="gradient descent, the second branch, N = 3, step size 9/(5 L)",
    says=rf"\sup\,(f(x_N)-f_\star)={_BRANCHES}=\tfrac{{2048}}{{15625}}\quad(N=3,\ h=\tfrac95)",
    expected="certified",
    strength="tight",
    form="as usually quoted",
    corrects="drori_teboulle.first_branch_for_every_step_size",
    assumptions=_SCALED,
)
def second_branch_of_gradient_descent(factor: Constant = 1) -> Stated:
    """The chain of multipliers |1-h|^(2(N-i)+1) and a parabola."""
    return _stated(gradient_descent(3, Fraction(9, 5)), "==", factor * Fraction(4, 5) ** 6 / 2)


second_branch_of_gradient_descent.false_if("the bound were 1 % smaller", factor=_LESS)
second_branch_of_gradient_descent.false_if("the worst case were 1 % larger", factor=_MORE)


@claim(
    paper="drori_teboulle",
    where="gradient descent near the crossover of the branches, N = 5, step size 17/(10 L)",
    says=rf"\sup\,(f(x_N)-f_\star)={_BRANCHES}=\tfrac1{{36}}\quad(N=5,\ h=\tfrac{{17}}{{10}})",
    expected="certified",
    strength="tight",
    form="as usually quoted",
    assumptions=_SCALED,
)
def crossover_of_gradient_descent(factor: Constant = 1) -> Stated:
    """The chain does not suffice here; multipliers of all pairs are found on the face of a Huber function."""
    return _stated(gradient_descent(5, Fraction(17, 10)), "==", factor * Fraction(1, 36))


crossover_of_gradient_descent.false_if("the bound were 1 % smaller", factor=_LESS)
crossover_of_gradient_descent.false_if("the worst case were 1 % larger", factor=_MORE)


@claim(
    paper="optimized_gradient",
    where="worst case of the optimised gradient method, N = 5",
    says=r"\sup\,(f(x_5)-f_\star)\le\tfrac1{2S_5}=0.018588\ldots\quad(L=\lVert x_0-x_\star\rVert=1)",
    expected="certified",
    strength="upper",
    form="derived",
    assumptions=(
        *_SCALED,
        "weights rounded down to 14 digits, S_5 their sum, the last counted once and the others twice",
    ),
)
def five_steps_of_the_optimised_method(factor: Constant = 1) -> Stated:
    """Known multipliers; the slack is a sum of squares for any weights with theta^2 <= S."""
    problem = optimised_gradient(5)
    return _stated(problem, "<=", factor * problem.solution.upper)


five_steps_of_the_optimised_method.false_if("the bound were a part in 10^12 smaller", factor=1 - Fraction(1, 10**12))


@claim(
    paper="drori_teboulle",
    where="proximal point method, N = 4, one step size",
    says=r"\sup\,(f(x_N)-f_\star)=\frac{\lVert x_0-x_\star\rVert^2}{4N\alpha}=\tfrac1{16}\quad(N=4,\ \alpha=1)",
    expected="certified",
    strength="tight",
    form="as usually quoted",
    assumptions=("f convex, not necessarily differentiable", "|x0 - x*| <= 1 without loss of generality"),
)
def proximal_point_of_one_step_size(factor: Constant = 1) -> Stated:
    """The chain of multipliers (i-1)/(2N+1-i) and a norm."""
    return _stated(proximal_point(4), "==", factor * Fraction(1, 16))


proximal_point_of_one_step_size.false_if("the bound were 1 % smaller", factor=_LESS)
proximal_point_of_one_step_size.false_if("the worst case were 1 % larger", factor=_MORE)


@claim(
    paper="drori_teboulle",
    where="proximal point method, three step sizes",
    says=r"\sup\,(f(x_3)-f_\star)=\frac{\lVert x_0-x_\star\rVert^2}{4\sum_k\alpha_k}=\tfrac3{40}"
    r"\quad(\alpha=(1,2,\tfrac13))",
    expected="certified",
    strength="tight",
    form="as usually quoted",
    assumptions=("f convex, not necessarily differentiable", "|x0 - x*| <= 1 without loss of generality"),
)
def proximal_point_of_several_step_sizes(factor: Constant = 1) -> Stated:
    """Only the sum of the step sizes counts."""
    return _stated(proximal_point(3, [1, 2, Fraction(1, 3)]), "==", factor * Fraction(3, 40))


proximal_point_of_several_step_sizes.false_if("the bound were 1 % smaller", factor=_LESS)
proximal_point_of_several_step_sizes.false_if("the worst case were 1 % larger", factor=_MORE)


@claim(
    paper="zinkevich",
    where="projected online gradient descent, constant step size, T = 8",
    says=r"\sup\sum_{t\le T}\langle g_t,x_t-u\rangle=DM\sqrt T\quad(\eta=D/(M\sqrt T),\ T=8)",
    expected="certified",
    strength="tight",
    form="as usually quoted",
    assumptions=("linear losses; in units of D M sqrt(T), where all data are rational",),
)
def constant_steps_cost_the_root(factor: Constant = 1) -> Stated:
    """Orthogonal gradients lead straight to the comparator."""
    return _stated(projected_descent(8), "==", factor * Fraction(1))


constant_steps_cost_the_root.false_if("the bound were 1 % smaller", factor=_LESS)
constant_steps_cost_the_root.false_if("the worst case were 1 % larger", factor=_MORE)


@claim(
    paper="zinkevich",
    where="projected online gradient descent, step sizes D / (M sqrt t), T = 5",
    says=r"\sup\sum_{t\le T}\langle g_t,x_t-u\rangle\le DM\Bigl(\tfrac{\sqrt{T-1}}2+\tfrac1{2\sqrt{T-1}}"
    r"+\tfrac12\sum_{t<T}t^{-1/2}\Bigr)\quad(T=5)",
    expected="certified",
    strength="upper",
    form="derived",
    assumptions=(
        "in units of D M; roots are rounded down to 14 digits, which moves the supremum by less than 1e-13",
        "better than the textbook's 3/2 D M sqrt(T) = 3.354 D M: it is 2.6422 D M",
    ),
)
def anytime_steps_cost_less(factor: Constant = 1) -> Stated:
    """The step after the last gradient is free."""
    weights = root_weights(5)
    bound, _ = closed_form(weights, [Fraction(1, t) for t in range(1, 6)])
    return _stated(projected_descent(5, "anytime"), "<=", factor * bound)


anytime_steps_cost_less.false_if("the bound were a part in 10^9 smaller", factor=1 - Fraction(1, 10**9))


@claim(
    paper="zinkevich",
    where="projected online gradient descent, step sizes D / (M sqrt t), T = 4: the usual constant as a worst case",
    says=r"\sup\sum_{t\le T}\langle g_t,x_t-u\rangle\ge\tfrac32DM\sqrt T\quad(T=4)",
    expected="refuted",
    strength="tight",
    form="derived",
    assumptions=("the usual 3/2 D M sqrt(T) is an upper bound only; in units of D M",),
)
def usual_constant_is_attained(share: Constant = 1) -> Stated:
    """The bound in closed form is smaller."""
    return _stated(projected_descent(4, "anytime"), ">=", share * Fraction(3))


usual_constant_is_attained.true_if("three quarters of it were claimed", share=Fraction(3, 4))
