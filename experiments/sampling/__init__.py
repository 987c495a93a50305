"""Claims about expectations and rates that are decided by sampling: the words that they are written in.

A claim says what is drawn (a `Sampler`), what is claimed of it (`Mean`, `MeanWithin` or `Slope`), and with which
share of the run's total false-alarm probability it is tested (`sampling`). Nobody chooses a seed: it is the digest of
what is drawn and claimed, not of words, share or cap. Who changes a parameter gets other numbers, though, and variants
of a statement that were tried and dropped are in nobody's count: state first, sample once.

A module of claims that imports this package imports neither NumPy nor SciPy before a claim is decided.

>>> def coin(stream, replicates, *, heads):  # at the top of a module, so that its name says which function it is
...     return (stream.uniform(replicates) < heads).astype(float)
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from experiments.sampling.statements import Mean, MeanWithin, Sampler, Slope

if TYPE_CHECKING:
    from experiments.sampling.prover import Sampling

__all__ = ["Mean", "MeanWithin", "Sampler", "Slope", "sampling"]


def sampling(*, share: float | Fraction, cap: int) -> Sampling:
    """Decide by a sequential test; see `experiments.sampling.prover.Sampling`.

    Parameters
    ----------
    share
        Probability of a wrong verdict on the statement. Each control spends as much again.
    cap
        Most observations (means) or batches (slopes); a larger cap continues the same numbers.
    """
    from experiments.sampling.prover import Sampling

    return Sampling(share=float(share), cap=cap)
