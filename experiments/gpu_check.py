"""Whether a GPU computes what the processor does: ``python -m experiments.gpu_check``, a table and an exit status.

Every simulator that takes a back end computes a small cell of each kind on NumPy and on the back end, from the same
streams; every sequential kernel plays a few rounds on CUDA and by array operations on the processor. Runs with NumPy,
SciPy, Numba, CuPy and array-api-compat; nothing that only decides claims is imported. Numba compiles its kernels by
libnvvm, which comes with a CUDA toolkit and not with CuPy. Without a GPU, ``--backend torch`` or ``strict`` goes
through the same code for the simulators, and NUMBA_ENABLE_CUDASIM=1 for the kernels.

Exit status: 0 all that were compared agree, 1 something differs or fails, 2 nothing was compared, or on a GPU the
kernels were not.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from experiments.arrays import Backend, BackendMissing, backend
from experiments.comparing import array_simulators, distance, kinds_of, tolerance_of
from experiments.kernels import no_cuda
from experiments.simulator import Simulator

__all__ = ["KERNELS", "Check", "check_kernels", "check_simulators", "main"]


@dataclass(frozen=True)
class Check:
    """One comparison.

    Attributes
    ----------
    name : str
    cells : int
        How many were compared.
    apart : float or None
        Largest `experiments.comparing.distance`; None if it was not run.
    allowed : float
    note : str
        The kind of cell that these are of, which is nearest to its limit; or why there is none.
    broken : bool
        Whether it failed to run, although it should have.
    """

    name: str
    cells: int
    apart: float | None
    allowed: float
    note: str = ""
    broken: bool = False

    @property
    def ok(self) -> bool:
        """Whether it agrees, or was left out for a reason."""
        return not self.broken and (self.apart is None or self.apart <= self.allowed)

    @property
    def verdict(self) -> str:
        """Return one or two words."""
        if self.broken:
            return "FAILED"
        return "not run" if self.apart is None else "agrees" if self.ok else "DIFFERS"


def check_simulators(where: Backend, chosen: tuple[str, ...] = ()) -> Iterator[Check]:
    """Yield a check of each simulator that takes a back end, or of the chosen ones."""
    for simulator in array_simulators():
        if chosen and simulator.name not in chosen:
            continue
        try:
            yield _checked(simulator, where)
        except Exception as error:  # noqa: BLE001 -- each library has errors of its own; all others are still compared
            yield Check(simulator.name, 0, None, 0.0, f"{type(error).__name__}: {error}", broken=True)


def _checked(simulator: Simulator, where: Backend) -> Check:
    """Return the check of the cell that is nearest to what is allowed for it, or furthest beyond."""
    cells, found = kinds_of(simulator), []
    for cell in cells:
        here, there = simulator.run(cell, backend=backend("numpy")), simulator.run(cell, backend=where)
        kind = ", ".join(value for value in cell.values() if isinstance(value, str))
        found.append((distance(there, here), tolerance_of(simulator.name, cell), kind))
    apart, allowed, kind = max(found, key=lambda item: item[0] / item[1])
    return Check(simulator.name, len(cells), apart, allowed, f"most: {kind}" if apart else "")


def streams() -> float:
    """Return how far numbers of the streams lie apart: device functions in a kernel, and arrays on the host.

    Infinity if those differ at all that must agree to the last bit.
    """
    from experiments.cuda_numbers import EXACT, LAWS, on_cuda, on_the_host
    from experiments.streams import Stream

    stream = Stream(0xA4093822299F31D0, 5)
    there, here = on_cuda(stream, 70, 9), on_the_host(stream, 70, 9)
    apart = {law: distance({"x": there[:, j]}, {"x": here[:, j]}) for j, law in enumerate(LAWS)}
    return math.inf if any(apart[law] for law in EXACT) else max(apart.values())


def exp3() -> float:
    """Return how far regrets of EXP3 lie apart: on CUDA, and by array operations."""
    from experiments.mirror_descent.arms import Arms
    from experiments.mirror_descent.exp3 import run_exp3

    most = 0.0
    for arms in (Arms.gap(3, 0.2), Arms.signs(3, 0.3, 7), Arms.switching(3, 0.4, 20)):
        found = []
        for engine in ("cuda", "array"):
            run = run_exp3(arms, horizon=40, replicates=range(2, 5), eta=0.7, seed=3, points=3, engine=engine)
            found.append({name: getattr(run, name) for name in ("pseudo", "realised", "least_slack")})
        most = max(most, distance(*found))
    return most


def linear_mdp() -> float:
    """Return how far regrets of learners of a linear process lie apart: on CUDA, and by array operations."""
    from experiments.linear_mdp.algorithms import Algorithm
    from experiments.linear_mdp.losses import Losses
    from experiments.linear_mdp.mdp import LinearMDP
    from experiments.linear_mdp.regret import run

    process, losses, most = LinearMDP.random(3, 4, 3, 3, seed=1), Losses.gap(3, 3, gap=0.2, amplitude=0.25), 0.0
    learners = (
        Algorithm("log barrier", eta=0.02, gamma=0.01, beta=1e-3),
        Algorithm("exponential weights", eta=0.02, gamma=0.01, beta=1e-3, reduced=True),
    )
    for learner in learners:
        found = []
        for engine in ("cuda", "array"):
            done = run(learner, process, losses, episodes=2, replicates=2, seed=4, points=2, engine=engine)
            found.append({name: getattr(done, name) for name in ("regret", "least_cost")})
        most = max(most, distance(*found))
    return most


def collapse() -> float:
    """Return how far ends of gradient flows lie apart: on CUDA, and by array operations."""
    from experiments.neural_collapse.energy import Architecture, Energy, Setting
    from experiments.neural_collapse.flow import flow
    from experiments.neural_collapse.starts import random_starts

    settings, most = [Setting((2, 2, 1), (0.02,) * 2, 0.02), Setting((3, 1, 1), (0.02,) * 2, 0.02)], 0.0
    for model in (Architecture(3, 2, 4), Architecture(3, 2, 2, "cross-entropy", bias=True)):
        energy = Energy.of(model, settings)
        starts, found = random_starts(energy, 2, seed=3), []
        for engine in ("cuda", "array"):
            *_, end = flow(energy, starts, [0.5, 2.0], engine=engine)
            found.append({name: getattr(end, name) for name in ("x", "values", "gradients", "steps", "tried")})
        most = max(most, distance(*found))
    return most


KERNELS: dict[str, tuple[Callable[[], float], float]] = {
    "experiments.philox.cuda": (streams, 1e-13),
    "experiments.mirror_descent.exp3_cuda": (exp3, 1e-12),
    "experiments.linear_mdp.cuda": (linear_mdp, 1e-11),
    "experiments.neural_collapse.flow_cuda": (collapse, 1e-11),
}
"""Module of a sequential kernel -> its comparison, and the allowed distance.

What rounds differently on a GPU are logarithms, powers, sines and fused sums, by some 1e-16 each. A number of a
stream takes a few of them; each of 40 rounds of EXP3, of two episodes of three layers with inverse matrices, and of
some 90 steps of a flow passes on what came before. A wrong bit of a stream or a wrong action changes results by more.
"""


def check_kernels(chosen: tuple[str, ...] = ()) -> Iterator[Check]:
    """Yield a check of each sequential kernel, or of the chosen ones."""
    reason = no_cuda()
    for name, (compare, allowed) in KERNELS.items():
        if chosen and name not in chosen:
            continue
        if reason:
            yield Check(name, 0, None, allowed, f"{reason}; NUMBA_ENABLE_CUDASIM=1 simulates a GPU")
            continue
        try:
            yield Check(name, 1, compare(), allowed)
        except Exception as error:  # noqa: BLE001 -- as above
            yield Check(name, 0, None, allowed, f"{type(error).__name__}: {error}", broken=True)


def main(arguments: list[str] | None = None) -> int:
    """Compare, print the table, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m experiments.gpu_check", description="Compare a GPU with the CPU.")
    parser.add_argument(
        "--backend", default="cupy", help="cupy (default), torch, torch:cuda, strict; numpy: kernels alone"
    )
    parser.add_argument("--only", metavar="NAME", action="append", default=[], help="a simulator or module of a kernel")
    options = parser.parse_args(arguments)
    only = tuple(options.only)
    try:
        where = backend(options.backend)
        known = {simulator.name for simulator in array_simulators()} | set(KERNELS)
    except (BackendMissing, ValueError) as error:
        sys.stderr.write(f"nothing was compared: {error}\n")
        return 2
    if not known.issuperset(only):
        unknown = ", ".join(map(repr, sorted(set(only) - known)))
        sys.stderr.write(f"nothing is called {unknown}; there are {', '.join(sorted(known))}\n")
        return 2
    sys.stdout.write(f"{'compared with numpy on ' + options.backend:40}{'cells':>6}{'apart':>10}{'allowed':>10}\n")
    checks = []
    simulators = check_simulators(where, only) if where.library != "numpy" else iter(())
    for part in (simulators, check_kernels(only)):
        for check in part:
            apart = "" if check.apart is None else f"{check.apart:.1e}"
            allowed = f"{check.allowed:.0e}" if check.allowed else ""
            line = f"{check.name:40}{check.cells:>6}{apart:>10}{allowed:>10}  {check.verdict:8} {check.note}"
            sys.stdout.write(line.rstrip() + "\n")
            sys.stdout.flush()
            checks.append(check)
    return _status(checks, on_a_gpu=where.library == "cupy")


def _status(checks: list[Check], *, on_a_gpu: bool) -> int:
    if not all(check.ok for check in checks):
        return 1
    left = [check.name for check in checks if check.apart is None]
    if len(left) == len(checks):
        sys.stderr.write("nothing was compared\n")
        return 2
    if on_a_gpu and left:
        sys.stderr.write(f"not compared: {', '.join(left)}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
