r"""Exact worst cases of methods: performance estimation with rational certificates, and an exact adversary.

A method that takes N steps on a function meets finitely many points, gradients and values. Interpolation conditions
say which of them come from a function of the class, in any dimension; the largest value of a performance under them is
a semidefinite program in the Gram matrix of the vectors, and its optimum is the worst case (Drori and Teboulle 2014;
Taylor, Hendrickx and Glineur 2017, both as usually quoted). Packages such as PEPit answer it in floats. Here the answer
is two rationals with what proves them:

* ``upper``, that no function of the class exceeds, by ``multipliers`` of named conditions: the objective less their
  combination is minus a sum of squares, exactly;
* ``lower``, that ``function`` attains: points, gradients and values in exact coordinates that meet all conditions.

`problem.Problem.certify` returns them as a `problem.WorstCaseResult` after the independent checker has accepted both;
``recheck()`` checks them again without any solver. Where a closed form is known the two agree (``exact``) and no solver
is called; elsewhere the central path is followed to a gap of 1e-9 or what ``accuracy`` asks.

>>> result = gradient_descent(3, 1).certify()
>>> print(result)
gradient descent, N = 3, h = 1: worst case = 1/14 L R^2 (8 multipliers)
>>> result.multipliers["Q(x0, x1)"], result.residuals["gap"]
(Fraction(1, 6), Fraction(0, 1))
>>> {name: str(x[0]) for name, x in result.function.points.items()}
{'x*': '0', 'x0': '1', 'x1': '6/7', 'x2': '5/7', 'x3': '4/7'}

What is solved, with L, R, D and M for smoothness, initial distance, diameter and gradient length:

=================================  ============================================  =====================================
method                             worst case                                    solved by
=================================  ============================================  =====================================
`gradient_descent`, 0 < h < 2      L R^2 max(1/(4Nh+2), (1-h)^(2N)/2)            closed form; a search on a face near
                                                                                 the crossover of the branches
`optimised_gradient`               L R^2/(2 theta_N^2)                           closed form, rounded weights
`proximal_point`                   R^2/(4 (alpha_1 + ... + alpha_N))             closed form
`projected_descent`, constant      D M sqrt(T)                                   closed form
`projected_descent`, anytime       1, 1.5, 1.914214, 2.296930, 2.642229 D M      bound in closed form, central path
                                   for T = 1 to 5; 3.483236 at T = 8, 3.973705
                                   at T = 10, 5.903570 at T = 20
=================================  ============================================  =====================================

`orthogonal_adversary` plays against any learner on the unit ball, in dimension 3 or more: its regret is sqrt(T).

Claims: ``claims_worst_cases`` (named N and T, by certificates), ``claims_rounds`` (one round or step of the adversary
and of the optimised method, and the adversary's regret for every T), ``claims_projected_rounds`` (projected descent
with steps D/(M sqrt t): a bound for every T, at most (3/2) D M sqrt(T-1), and the values it compares with). The results
behind the numbers (Drori and Teboulle; Kim and Fessler 2016; Zinkevich 2003; Abernethy et al. 2008) were not read in
print; a claim that states one says "as usually quoted". That interpolation conditions are necessary and sufficient is
taken from the literature and not decided here.

A method of one's own is its points, the conditions of the class, and what is measured. The heavy ball:

>>> def heavy_ball(steps, step_size, momentum):
...     (point,) = vectors("x0")
...     before, visited = point, []
...     for k in range(steps + 1):
...         visited.append(visit(str(k), point))  # with gradient gk and value fk
...         step = momentum * (point - before) - step_size * visited[-1].gradient
...         point, before = point + step, point
...     conditions = smooth_convex([MINIMISER, *visited], 1)
...     conditions[START] = within(1, visited[0])
...     return Problem("heavy ball", "L R^2", [MINIMISER, *visited], visited[-1].value, conditions)
>>> found = heavy_ball(2, 1, "1/4").certify()
>>> round(found.value, 8), float(found.upper - found.lower) < 1e-9, found.residuals["violation"]
(0.09090909, True, Fraction(0, 1))

That is 1/11, against 1/10 for gradient descent after as many steps. Step sizes that change, other classes
(`convex`, `convex_set`), several functions or another performance (``visited[-1].gradient @ visited[-1].gradient``) are
written the same way; the conditions are inequalities between expressions that are linear in inner products and scalars.
Every visited point needs a name of its own, also among the points of several functions: their conditions are joined by
``|``, which refuses to lose one. What a result says is read off the statements and certificates that were checked.
"""

from theory.engine.statements.gram import scalars, vectors
from theory.online.worst_case.adversary import orthogonal_adversary
from theory.online.worst_case.descent import START, gradient_descent, visit
from theory.online.worst_case.interpolation import MINIMISER, Visited, convex, convex_set, smooth_convex, within
from theory.online.worst_case.optimised import optimised_gradient
from theory.online.worst_case.problem import Problem, WorstCaseResult
from theory.online.worst_case.projected import projected_descent
from theory.online.worst_case.proximal import proximal_point

__all__ = [
    "MINIMISER",
    "START",
    "Problem",
    "Visited",
    "WorstCaseResult",
    "convex",
    "convex_set",
    "gradient_descent",
    "optimised_gradient",
    "orthogonal_adversary",
    "projected_descent",
    "proximal_point",
    "scalars",
    "smooth_convex",
    "vectors",
    "visit",
    "within",
]
