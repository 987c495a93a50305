import itertools
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.optimisation.rpo.collapse import collapse, dpo_loss, solve_by_cvxpy
from theory.optimisation.rpo.enclosure import enclose
from theory.optimisation.rpo.preferences import Preferences

PROBLEM = Preferences((0.5, 0.25, 0.25), (0.5, 0.5, 0.0), ((0, 2, 0), (1, 0, 0), (1, 0, 0)), 0.5, 1.0, 2.0)


@st.composite
def problems(draw):
    K = draw(st.integers(2, 5))
    reference, base = ([draw(st.integers(1, 9)) for _ in range(K)] for _ in range(2))
    wins = tuple(tuple(draw(st.integers(0, 3)) for _ in range(K)) for _ in range(K))
    return Preferences(
        tuple(p / sum(reference) for p in reference), tuple(p / sum(base) for p in base), wins,
        draw(st.sampled_from([0.01, 0.2, 1.0])), draw(st.sampled_from([0.05, 0.3, 1.0])),
        draw(st.sampled_from([0.5, 1.5, 4.0])),
    )  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(problems())
def test_both_values_agree_and_lie_between_the_rationals(problem):
    found = collapse(problem)
    low, high = found.enclose()
    assert 0 <= found.gap <= 1e-8
    assert low <= high <= low + Fraction(1, 10**8)
    assert float(low) - 1e-12 <= found.max_min <= found.min_max <= float(high) + 1e-12


@settings(max_examples=40, deadline=None)
@given(problems(), st.integers(0, 2**32 - 1))
def test_no_reward_and_no_policy_does_better(problem, seed):
    found, rng = collapse(problem), np.random.default_rng(seed)
    reward = rng.uniform(-problem.bound, problem.bound, len(problem.base))
    policy = rng.dirichlet(np.full(len(problem.base), 0.3))
    assert problem.objective(found.policy, reward) >= found.max_min - 1e-10
    assert problem.objective(policy, found.reward) <= found.min_max + 1e-10
    assert problem.inner_maximum(reward) >= found.max_min - 1e-10
    assert problem.objective(found.policy, found.reward) == pytest.approx(found.min_max, abs=1e-10)


@settings(max_examples=30, deadline=None)
@given(problems(), st.integers(0, 2**32 - 1))
def test_gradient_and_hessian_are_those_of_the_inner_maximum(problem, seed):
    reward = np.random.default_rng(seed).uniform(-0.4, 0.4, len(problem.base)) * problem.beta
    small = 1e-5 * problem.beta
    for number, unit in enumerate(np.eye(len(reward)) * small):
        rise = problem.inner_maximum(reward + unit) - problem.inner_maximum(reward - unit)
        assert rise / (2 * small) == pytest.approx(problem.gradient(reward)[number], abs=1e-8)
        bend = problem.gradient(reward + unit) - problem.gradient(reward - unit)
        assert bend / (2 * small) == pytest.approx(problem.hessian(reward)[number], abs=1e-6 / problem.beta)


@settings(max_examples=30, deadline=None)
@given(problems(), st.integers(0, 2**32 - 1))
def test_the_policy_loss_is_the_inner_maximum_for_every_reward(problem, seed):
    reward = np.random.default_rng(seed).uniform(-1, 1, len(problem.base))
    policy = problem.best_response(reward)
    assert dpo_loss(problem, policy) == pytest.approx(problem.inner_maximum(reward), abs=1e-10)


@pytest.mark.parametrize("bound", [0.1, 2.0])
def test_a_general_solver_agrees(bound):
    problem = replace(PROBLEM, bound=bound)
    value, reward = solve_by_cvxpy(problem)
    assert value == pytest.approx(collapse(problem).min_max, abs=1e-7)
    assert problem.inner_maximum(reward) >= collapse(problem).max_min - 1e-9


def test_two_actions_by_hand():
    """The gradient is q - 1/2 - (3/4 odds - 1/4)/(1 + odds) up to factors: zero at the odds 2 of the policy."""
    found = collapse(Preferences((0.5, 0.5), (0.5, 0.5), ((0, 3), (1, 0)), eta=0.5, beta=1.0, bound=2.0))
    assert found.policy == pytest.approx([2 / 3, 1 / 3], abs=1e-8)
    expected = 0.5 * (np.log(1.5) - 0.5 * np.log(2)) + 0.75 * np.log(1.5) + 0.25 * np.log(3)
    assert found.min_max == pytest.approx(expected, abs=1e-9)


@st.composite
def extreme_problems(draw):
    """Tiny probabilities, weights over many orders of magnitude, preferences on one side alone or none."""
    K = draw(st.integers(2, 4))
    reference = [10.0 ** draw(st.integers(-200, 0)) for _ in range(K)]
    base = [draw(st.sampled_from([0.0, 1e-9, 1.0, 3.0])) for _ in range(K - 1)] + [1.0]
    wins = tuple(tuple(draw(st.sampled_from([0, 0, 1, 10**6])) for _ in range(K)) for _ in range(K))
    eta, beta, bound = (10.0 ** draw(st.integers(low, 6)) for low in (-6, -8, -6))
    found = Preferences(
        tuple(p / sum(reference) for p in reference), tuple(p / sum(base) for p in base), wins, eta, beta, bound
    )
    return found, [Fraction(bound) * Fraction(draw(st.integers(-8, 8)), 8) for _ in range(K)]


def in_many_digits(problem, reward):
    """Phi and its Frank-Wolfe gap once more, the largest slope by enumeration of the corners."""
    import mpmath

    def exact(numbers):
        return [mpmath.mpf(Fraction(n).numerator) / Fraction(n).denominator for n in numbers]

    with mpmath.workdps(700):
        reference, base, r = exact(problem.reference), exact(problem.base), exact(reward)
        eta, beta, bound = exact([problem.eta, problem.beta, problem.bound])
        raised = [p / sum(reference) * mpmath.exp((s - max(r)) / beta) for p, s in zip(reference, r, strict=True)]
        base = [b / sum(base) for b in base]
        value = eta * (beta * mpmath.log(sum(raised)) + max(r) - sum(b * s for b, s in zip(base, r, strict=True)))
        slope = [eta * (w / sum(raised) - b) for w, b in zip(raised, base, strict=True)]
        pairs = [(i, j) for i in range(len(r)) for j in range(len(r)) if i != j]
        total = sum(problem.wins[i][j] for i, j in pairs)
        for i, j in pairs if total else []:
            share = mpmath.mpf(problem.wins[i][j]) / total
            value += share * mpmath.log(1 + mpmath.exp(r[j] - r[i]))
            slope[j] += share / (1 + mpmath.exp(r[i] - r[j]))
            slope[i] -= share / (1 + mpmath.exp(r[i] - r[j]))
        corners = itertools.product((-bound, bound), repeat=len(r))
        gap = max(sum(g * (s - c) for g, s, c in zip(slope, r, corner, strict=True)) for corner in corners)
        return tuple(Fraction(*mpmath.libmp.to_rational(number._mpf_)) for number in (value, gap))


@settings(max_examples=40, deadline=None)
@given(extreme_problems(), st.sampled_from([16, 64, 512]))
def test_the_enclosure_is_one_at_every_reward_and_precision(given_, bits):
    problem, reward = given_
    value, gap = in_many_digits(problem, reward)
    low, high = enclose(problem, reward, bits)
    scale = Fraction(problem.eta) * Fraction(problem.beta + problem.bound) + Fraction(problem.bound) + 1
    digits = scale / 10**600  # of the reference
    assert low - digits <= value - gap
    assert value <= high + digits
    if bits == 512:
        assert low > value - gap - scale / 10**30
        assert high < value + scale / 10**30


@settings(max_examples=60, deadline=None)
@given(extreme_problems())
def test_what_is_returned_lies_between_the_rationals_or_an_error_says_why(given_):
    problem = given_[0]
    if problem.eta * problem.bound > 1e3:
        return  # rounding alone is more than the gap
    try:
        found = collapse(problem)
    except ArithmeticError as error:
        assert "the gap is" in str(error)  # noqa: PT017 -- either of two outcomes
        return
    low, high = found.enclose(512)
    assert high - low < Fraction(2, 10**9)
    assert float(low) - 1e-9 <= found.max_min <= found.min_max <= float(high) + 1e-9


def test_a_large_divergence_weight_keeps_the_digits():
    """The inner maximum is a small difference of numbers of size eta beta = 1e12."""
    problem = Preferences((0.1, 0.2, 0.7), (0.7, 0.2, 0.1), ((0, 2, 0), (1, 0, 0), (1, 0, 0)), 1e3, 1e9, 1e-3)
    found = collapse(problem)
    low, high = found.enclose()
    assert high - low < Fraction(1, 10**9)
    assert found.min_max == pytest.approx(float(high), abs=1e-12)


def test_policies_are_divided_by_their_sums():
    """Three times 1/3 is not 1 in floats; beta would make much of the rest."""
    third = (1 / 3,) * 3
    low, high = collapse(Preferences(third, third, ((0,) * 3,) * 3, 1.0, 1e12, 2.0)).enclose()
    assert -Fraction(1, 10**20) < low <= 0 <= high < Fraction(1, 10**20)


def test_counts_of_any_size_are_shares():
    small = collapse(PROBLEM)
    large = collapse(replace(PROBLEM, wins=tuple(tuple(5e307 * n for n in row) for row in PROBLEM.wins)))
    assert large.min_max == pytest.approx(small.min_max, abs=1e-12)


def test_the_last_weight_is_solved_to_its_end():
    """The decrement is small where the curvature eta/beta is large, long before the gradient is."""
    found = collapse(Preferences((0.5, 0.5), (1 / 3, 2 / 3), ((0, 0), (0, 0)), 1.0, 0.05, 4.0))
    assert found.gap < 1e-10
    assert found.reward[0] - found.reward[1] == pytest.approx(-0.05 * np.log(2), abs=1e-9)


def test_a_bound_beyond_all_others_is_no_reason_for_a_singular_matrix():
    found = collapse(Preferences((0.5, 0.5), (0.5, 0.5), ((0, 3), (1, 0)), 0.0, 1.0, 1e6))
    assert found.reward[0] - found.reward[1] == pytest.approx(np.log(3), abs=1e-7)


def test_a_poor_reward_has_a_wide_enclosure_that_still_holds():
    best = collapse(PROBLEM)
    low, high = enclose(PROBLEM, [Fraction(1), Fraction(-1), Fraction(0)], 64)
    assert float(low) < best.max_min <= best.min_max < float(high)
    assert high - low > Fraction(1, 100)
    with pytest.raises(ValueError, match="must be 3 rewards"):
        enclose(PROBLEM, [Fraction(0)], 64)
    with pytest.raises(ValueError, match="must be in"):
        enclose(PROBLEM, [Fraction(3), Fraction(0), Fraction(0)], 64)


def test_without_convexity_the_values_differ():
    """Two rewards, no preferences: minimax is ln cosh(a/2), and no policy guarantees more than 0."""
    problem = Preferences((0.5, 0.5), (0.5, 0.5), ((0, 0), (0, 0)), 1.0, 1.0, 2.0)
    rewards = [np.array([1.0, 0.0]), np.array([0.0, 1.0])]
    minimax = min(problem.inner_maximum(reward) for reward in rewards)
    policies = [np.array([p, 1 - p]) for p in np.linspace(0, 1, 101)]
    maximin = max(min(problem.objective(policy, reward) for reward in rewards) for policy in policies)
    assert minimax == pytest.approx(np.log(np.cosh(0.5)))
    assert maximin == pytest.approx(0.0, abs=1e-15)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"reference": (1.0, 0.0, 0.0)}, "reference must have positive"),
        ({"base": (0.5, 0.6, 0.0)}, "base must have nonnegative"),
        ({"wins": ((0, -1, 0), (1, 0, 0), (1, 0, 0))}, "wins must be"),
        ({"wins": ((0, 1), (1, 0))}, "wins K rows"),
        ({"beta": 0.0}, "beta and bound > 0"),
        ({"eta": -1.0}, "eta must be >= 0"),
        ({"eta": 0.0, "wins": ((5, 0, 0), (0, 0, 0), (0, 0, 0))}, "got none"),
    ],
)
def test_wrong_problems_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        replace(PROBLEM, **change)


def test_a_tolerance_below_rounding_is_refused():
    hard = Preferences((0.25, 0.3, 0.45), (0.2, 0.1, 0.7), ((0, 2, 5), (1, 0, 3), (1, 4, 0)), 0.3, 0.7, 2.0)
    assert collapse(hard).gap < 1e-9
    with pytest.raises(ArithmeticError, match="the gap is"):
        collapse(hard, tolerance=1e-21)
    with pytest.raises(ValueError, match="tolerance must be positive"):
        collapse(hard, tolerance=0.0)


def test_actions_that_are_never_compared_stay_in_the_middle():
    found = collapse(replace(PROBLEM, eta=0.0, wins=((0, 2, 0), (1, 0, 0), (0, 0, 0))))
    assert found.reward[2] == pytest.approx(0.0, abs=1e-12)
    assert found.reward[0] - found.reward[1] == pytest.approx(np.log(2), abs=1e-4)
