r"""Learning without a simulator: covariances, Q and bonuses from the episodes that are played, by array operations.

A cover comes first: policies, each the greedy one of least-squares value iteration for the reward of being uncertain,
so that together they visit what can be visited. Then the policy is kept for epochs of W episodes. An episode explores
with probability delta: it follows a random policy of the cover up to and with a random layer, and the learner's from
there on. So layer h of an episode is of use if the episode does not explore, or explores up to h, with the weight 1 or
H: weighted losses from h on are unbiased for Q of the learner's policy. A random half of an epoch gives covariances,
the other the estimates

    Q = phi' S mean(c phi L),    B = b + phi' S mean(c phi D),   D_h = sum over i > h of (1 + 1/H)^(i-h) b_i,

where S is the inverse of covariance plus ridge: bonuses, like losses, have an expected sum that is linear in features.
Halves are random because losses may change within an epoch, and estimates are of the epoch's mean. What these steps
rest on is decided in ``theory.online.adversarial_mdp.claims_mdp_free_*``.

Source: key ``adversarial_mdp`` (simulator-free learning) and Luo, Wei, Lee (2021). The papers were not read: this is
the scheme as derived from their outline, for the log barrier or exponential weights.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Real

import numpy as np
from numpy.typing import NDArray

from experiments.linear_mdp.covers import Visits, cover, walk
from experiments.linear_mdp.losses import Losses
from experiments.linear_mdp.mdp import Floats, LinearMDP
from experiments.mirror_descent.horizons import Violation, require_memory, rows_of
from experiments.streams import Stream
from theory.online.log_barrier import ftrl_weights
from theory.shown import Shown

__all__ = ["EpochRegret", "SimulatorFree", "run_simulator_free", "scaled_free"]

LEARNERS = ("log barrier", "exponential weights")
TOLERANCE = 1e-9
_STREAM = "episodes without a simulator"
_LEAST_RIDGE = 1e-9
_FEWEST, _POLICIES = 40, 4
_STEP, _BONUS, _EXPLORE = 80.0, 0.01, 0.5  # times the orders of the lemmas


@dataclass(frozen=True)
class SimulatorFree:
    """A learner that plays in epochs.

    Parameters
    ----------
    learner : {"log barrier", "exponential weights"}
    eta : float, > 0
        Step of an epoch.
    gamma : float, >= 1e-9
        Ridge of the covariance: a smaller one would be lost in rounding where an epoch visits too few features.
    beta : float, >= 0
        The factor of the bonus.
    width : int, >= 2
        Episodes W of an epoch, even.
    explore : float in [0, 1]
        The probability delta of exploring.
    policies, visits : int, >= 1
        Policies of the cover, and the episodes that each is learned from.
    known : float, > 0
        States whose features all have a squared norm of at most this, in the inverse that the cover ends with, get
        bonuses; others get none.

    Raises
    ------
    ValueError
        If one is out of its range.
    """

    learner: str
    eta: float
    gamma: float
    beta: float
    width: int
    explore: float
    policies: int = 4
    visits: int = 50
    known: float = math.inf

    def __post_init__(self) -> None:
        if self.learner not in LEARNERS:
            raise ValueError(f"learner must be one of {', '.join(LEARNERS)}, got {self.learner!r}")
        for name in ("eta", "gamma", "beta", "explore", "known"):
            object.__setattr__(self, name, _number(name, getattr(self, name)))
        for name, fine, allowed in (
            ("eta", 0 < self.eta < math.inf, "positive and finite"),
            ("gamma", 0 < self.gamma < math.inf, "positive and finite"),
            ("gamma", self.gamma >= _LEAST_RIDGE, f"at least {_LEAST_RIDGE}, as rounding hides a smaller ridge"),
            ("beta", 0 <= self.beta < math.inf, "nonnegative and finite"),
            ("explore", 0 <= self.explore <= 1, "a probability"),
            ("known", self.known > 0, "positive"),
        ):
            if not fine:
                raise ValueError(f"{name} must be {allowed}, got {getattr(self, name)!r}")
        for name, least in (("width", 2), ("policies", 1), ("visits", 1)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise ValueError(f"{name} must be an int >= {least}, got {value!r}")
        if self.width % 2:
            raise ValueError(f"width must be even: halves of an epoch serve different estimates; got {self.width}")


@dataclass(frozen=True)
class EpochRegret(Shown):
    """What a run of R replicates found.

    Attributes
    ----------
    episodes : int array (E,)
        After the cover and after each epoch.
    regret : array (E, R)
        Expected loss of all episodes, those of the cover included, less that of the best fixed policy.
    least, least_cost : arrays (E, R)
        Least eta times estimate so far, resp. eta times estimate less bonus.
    least_slack : array (R,)
        Of the pathwise inequality of the log barrier in every state, relative to its terms; infinite for exponential
        weights.
    """

    episodes: NDArray[np.int64]
    regret: Floats
    least: Floats
    least_cost: Floats
    least_slack: Floats


@dataclass(frozen=True)
class Plan:
    """What the episodes of an epoch do.

    Attributes
    ----------
    until : int array (R, W)
        The layer up to and with which an episode follows the cover; -1 if it does not explore.
    which : int array (R, W)
        The policy of the cover.
    """

    until: NDArray[np.int64]
    which: NDArray[np.int64]

    @classmethod
    def drawn(cls, learner: SimulatorFree, length: int, points: Floats) -> Plan:
        """Return plans from uniforms (R, W, 3)."""
        until = np.floor(length * points[..., 1]).astype(np.int64)
        which = np.floor(learner.policies * points[..., 2]).astype(np.int64)
        return cls(np.where(points[..., 0] < learner.explore, until, -1), which)

    def weights(self, length: int) -> Floats:
        """Return the weights (R, W, H) of layers."""
        explored = length * (np.arange(length) == self.until[..., None])
        return np.where(self.until[..., None] >= 0, explored, 1.0)

    def chances(self, policy: Floats, cover: Floats, h: int, states: NDArray[np.int64]) -> Floats:
        """Return the chances (R, W, A) of actions; ``policy`` is (R, H, S, A), ``cover`` (R, N, H, S, A)."""
        rows = np.arange(len(states))[:, None]
        found = policy[rows, h, states]
        explores = self.until >= h
        where = np.nonzero(explores)
        found[where] = cover[where[0], self.which[where], h, states[where]]
        return found


def run_simulator_free(
    learner: SimulatorFree,
    mdp: LinearMDP,
    losses: Losses,
    *,
    epochs: int,
    replicates: int | range,
    seed: int = 0,
    memory: float = 2.0**32,
) -> EpochRegret:
    """Run a learner that has no simulator: ``policies visits`` episodes for the cover, then ``epochs width``.

    Raises
    ------
    ValueError
        If a number is out of range, the losses are adaptive or do not fit, or the run would need more memory.
    Violation
        If a path of the log barrier violates its inequality, with the epoch and the state.
    OverflowError
        If costs overflow: a step, ridge or bonus is too extreme.

    Examples
    --------
    >>> mdp, losses = LinearMDP.random(2, 3, 2, 2), Losses.gap(2, 2, gap=0.25)
    >>> learner = SimulatorFree("log barrier", eta=0.5, gamma=0.05, beta=0.001, width=20, explore=0.1)
    >>> found = run_simulator_free(learner, mdp, losses, epochs=5, replicates=3)
    >>> found.episodes.tolist()
    [200, 220, 240, 260, 280, 300]
    """
    rows = rows_of(replicates)
    if isinstance(epochs, bool) or not isinstance(epochs, int) or epochs < 1:
        raise ValueError(f"epochs must be an int >= 1, got {epochs!r}")
    for name, given, kind in (("learner", learner, SimulatorFree), ("mdp", mdp, LinearMDP), ("losses", losses, Losses)):
        if not isinstance(given, kind):
            raise ValueError(f"{name} must be {kind.__name__}, got {type(given).__name__}")
    if losses.shape != (mdp.shape[0], mdp.shape[3]):
        raise ValueError(f"losses have layers and features {losses.shape}, the process has {mdp.shape[::3]}")
    widest = max(learner.width, learner.policies * learner.visits)
    one = 8.0 * len(rows) * widest * (mdp.shape[0] * (10 + 3 * mdp.shape[3]) + 3 * mdp.shape[2])
    kept = 8.0 * len(rows) * math.prod(mdp.shape[:3]) * (learner.policies + 8)
    require_memory(one + kept + 24.0 * (epochs + 1) * len(rows), memory, learner.width * epochs)
    run = _Run(learner, mdp, losses, rows, seed, epochs)
    records = [(run.regret(), run.least, run.least_cost)]
    for epoch in range(epochs):
        run.epoch(epoch)
        records.append((run.regret(), run.least, run.least_cost))
    stops = learner.policies * learner.visits + learner.width * np.arange(epochs + 1)
    regret, least, least_cost = (np.stack(column) for column in zip(*records, strict=True))
    return EpochRegret(stops, regret, least, least_cost, run.least_slack)


def scaled_free(episodes: int, shape: tuple[int, int, int, int]) -> tuple[SimulatorFree, int]:
    """Return the log barrier with parameters of the order of the lemmas in K, and its number of epochs.

    Epochs are of sqrt K episodes, the ridge of 1/W, step and exploring of K^(-1/4)
    (`theory.online.adversarial_mdp.claims_mdp_free_epochs`); constants are chosen to show something early, and claim
    nothing: the ridge is below that of `claims_mdp_free_half`, and all states get bonuses. The cover takes some sqrt K
    episodes, and what whole epochs leave over.

    Parameters
    ----------
    episodes : int
        K, at least 40.
    shape
        The sizes (H, S, A, d) of the process.

    Raises
    ------
    ValueError
        If the episodes are too few, or the shape is not four sizes.

    Examples
    --------
    >>> learner, epochs = scaled_free(10_000, (3, 4, 3, 3))
    >>> learner.width, epochs, learner.policies * learner.visits + epochs * learner.width
    (100, 98, 10000)
    """
    if isinstance(episodes, bool) or not isinstance(episodes, int) or episodes < _FEWEST:
        raise ValueError(f"episodes must be an int >= {_FEWEST} without a simulator, got {episodes!r}")
    if len(shape) != 4 or min(shape) < 1:
        raise ValueError(f"shape must be the sizes (H, S, A, d), at least 1, got {shape!r}")
    width = 2 * max(1, math.isqrt(episodes) // 2)
    epochs = (episodes - 2 * math.isqrt(episodes)) // width
    rate = episodes**-0.25
    learner = SimulatorFree(
        "log barrier",
        eta=_STEP * rate / math.sqrt(shape[0]),
        gamma=1 / width,
        beta=_BONUS * rate,
        width=width,
        explore=_EXPLORE * rate,
        policies=_POLICIES,
        visits=(episodes - epochs * width) // _POLICIES,
    )
    return learner, epochs


class _Run:
    """A run under way; ``cover``, ``known`` (R, H, S) and the sums of losses and of costs (R, H, S, A)."""

    def __init__(
        self, learner: SimulatorFree, mdp: LinearMDP, losses: Losses, rows: range, seed: int, epochs: int
    ) -> None:
        self.learner, self.mdp, self.losses, self.rows, self.seed = learner, mdp, losses, rows, seed
        self.share = 1 / epochs
        self.played = learner.policies * learner.visits
        self.totals = np.zeros((len(rows), *mdp.shape[:3]))
        self.paid, self.spread = (np.zeros((len(rows), *mdp.shape[:2])) for _ in range(2))
        self.least, self.least_cost = np.zeros(len(rows)), np.zeros(len(rows))
        self.least_slack = np.full(len(rows), math.inf)
        points = self._uniforms("cover", 0, (self.played, mdp.shape[0], 2))
        self.cover, inverses = cover(mdp, points, learner.policies)
        norms = np.einsum("hsai,rhij,hsaj->rhsa", mdp.features, inverses, mdp.features)
        self.known = (norms <= learner.known).all(axis=-1)
        self.weights = np.zeros((len(rows), *losses.shape))
        self.value = np.zeros(len(rows))
        for i in range(learner.policies):
            low, high = i * learner.visits, (i + 1) * learner.visits
            theta = losses.weights(rows, range(low, high), seed=seed).sum(axis=1)
            self.value += mdp.policy_value(self.cover[:, i], theta)
            self.weights += theta

    def _uniforms(self, name: str, start: int, shape: tuple[int, ...]) -> Floats:
        """Return uniforms (R, *shape) of the episodes from ``start`` on; the first axis of the shape is episodes."""
        stream = Stream.named(self.seed, _STREAM, name)
        return np.asarray(stream.uniform(self.rows, shape, offset=start * math.prod(shape[1:])))

    def epoch(self, number: int) -> None:
        learner, mdp, start = self.learner, self.mdp, number * self.learner.width
        length, half = mdp.shape[0], learner.width // 2
        policy = self._policy()
        thetas = self.losses.weights(self.rows, range(self.played, self.played + learner.width), seed=self.seed)
        self._account(policy, thetas.sum(axis=1))
        plan = Plan.drawn(learner, length, self._uniforms("plans", start, (learner.width, 3)))
        weights = plan.weights(length)
        points = self._uniforms("walks", start, (learner.width, length, 2))
        visited = walk(mdp, lambda h, states: plan.chances(policy, self.cover, h, states), points)
        features = visited.of(mdp.features)
        covariance = np.einsum("rwh,rwhi,rwhj->rhij", weights[:, :half], features[:, :half], features[:, :half]) / half
        inverse = np.asarray(np.linalg.inv(covariance + learner.gamma * np.eye(features.shape[-1])))
        bonus = self._bonus(policy, inverse)
        weights, features = weights[:, half:], features[:, half:]
        later = Visits(visited.states[:, half:], visited.actions[:, half:])
        paid = (features * self._shuffled(start, thetas)[:, half:]).sum(axis=-1)
        estimates = self._estimate(inverse, weights, features, _from_here(paid, 1.0))
        own = later.of_rows(bonus)
        ahead = self._estimate(inverse, weights, features, _from_here(own, 1 + 1 / length) - own)
        self._record(number, policy, estimates, estimates - bonus - ahead)

    def _shuffled(self, start: int, thetas: Floats) -> Floats:
        """Return the weights of losses in the random order in which the trajectories of an epoch meet them."""
        order = np.argsort(self._uniforms("order", start, (self.learner.width,)), axis=1)
        return np.take_along_axis(thetas, order[..., None, None], axis=1)

    def _policy(self) -> Floats:
        if self.learner.learner == "log barrier":
            return np.asarray(ftrl_weights(self.totals, self.learner.eta))
        with np.errstate(over="ignore"):  # the exponential of minus infinity is 0
            grown = np.exp(-self.learner.eta * (self.totals - self.totals.min(axis=-1, keepdims=True)))
        return np.asarray(grown / grown.sum(axis=-1, keepdims=True))

    def _bonus(self, policy: Floats, inverse: Floats) -> Floats:
        norms = np.einsum("hsai,rhij,hsaj->rhsa", self.mdp.features, inverse, self.mdp.features)
        bonus: Floats = self.learner.beta * (norms + (policy * norms).sum(axis=-1, keepdims=True))
        return bonus * self.known[..., None]

    def _estimate(self, inverse: Floats, weights: Floats, features: Floats, sums: Floats) -> Floats:
        target = np.einsum("rwh,rwhi,rwh->rhi", weights, features, sums) / weights.shape[1]
        return np.einsum("hsai,rhij,rhj->rhsa", self.mdp.features, inverse, target)

    def _account(self, policy: Floats, theta: Floats) -> None:
        """Add the exact expected loss of an epoch: that of the learner's policy, and of each way to explore."""
        mdp, learner, length = self.mdp, self.learner, self.mdp.shape[0]
        value = (1 - learner.explore) * mdp.policy_value(policy, theta)
        if learner.explore:
            share = learner.explore / (length * learner.policies)
            for until in range(length):
                for i in range(learner.policies):
                    mixed = policy.copy()
                    mixed[:, : until + 1] = self.cover[:, i, : until + 1]
                    value = value + share * mdp.policy_value(mixed, theta)
        self.value += value
        self.weights += theta
        self.played += learner.width

    def _record(self, number: int, policy: Floats, estimates: Floats, costs: Floats) -> None:
        lost = ~np.isfinite(costs).all(axis=(1, 2, 3))
        if lost.any():
            given = f"eta {self.learner.eta!r}, gamma {self.learner.gamma!r}, beta {self.learner.beta!r}"
            row = self.rows[int(np.argmax(lost))]
            raise OverflowError(f"epoch {number}, replicate {row}: costs are too large for floats: {given}")
        eta = self.learner.eta
        self.least = np.minimum(self.least, (eta * estimates).min(axis=(1, 2, 3)))
        self.least_cost = np.minimum(self.least_cost, (eta * costs).min(axis=(1, 2, 3)))
        mean = (policy * costs).sum(axis=-1)
        self.paid += mean
        self.spread += self.learner.eta * (policy * (costs - mean[..., None]) ** 2).sum(axis=-1)
        self.totals += costs
        if self.learner.learner != "log barrier":
            return
        actions = costs.shape[-1]
        corner = -math.log1p(self.share / actions - self.share) - (actions - 1) * math.log(self.share / actions)
        allowance = (corner - actions * math.log(actions)) / self.learner.eta
        least = self.totals.min(axis=-1)
        right = allowance + self.spread / 4 + (1 - self.share) * least + self.share * self.totals.mean(axis=-1)
        slack = (right - self.paid) / (1 + abs(self.paid) + self.spread + abs(least))
        self.least_slack = np.minimum(self.least_slack, slack.min(axis=(1, 2)))
        if not (slack >= -TOLERANCE).all():
            row, layer, state = np.argwhere(~(slack >= -TOLERANCE))[0].tolist()
            at = f"epoch {number}, replicate {self.rows[row]}, layer {layer}, state {state}"
            raise Violation(f"{at}: the learner violates its inequality by {-slack[row, layer, state]!r} of its terms")

    def regret(self) -> Floats:
        """Return the regret so far (R,)."""
        return np.asarray(self.value - self.mdp.best_fixed_policy(self.weights)[1])


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise ValueError(f"{name} must be a number, got {value!r}")
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _from_here(values: Floats, factor: float) -> Floats:
    """Return ``sum over i >= h of factor^(i-h) values_i`` for values (R, W, H)."""
    sums = np.array(values)
    for h in range(values.shape[-1] - 2, -1, -1):
        sums[..., h] += factor * sums[..., h + 1]
    return sums
