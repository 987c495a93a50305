r"""Cross-entropy of a time-frequency bin as a reference for `lossproof conform`: a score and the ideal binary mask.

One bin is one example; a spectrogram is a batch of its bins.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from theory.classification.posteriors import OF_TWO, entropy
from theory.classification.singing_voice_separation_using import binary_mask_expressions as exact
from theory.engine.conformance.cases import swap_signs
from theory.engine.conformance.reference import Input, Minimum, Reference, Slip

__all__ = ["MASK_CROSS_ENTROPY"]


def _of_bin(function: Callable[..., Any]) -> Callable[..., Any]:
    def loss(score: Any, mask: int) -> Any:
        return function((score,), mask)

    return loss


def _log_odds(p: tuple[Any, Any]) -> tuple[Any]:
    import sympy

    return (sympy.log(p[1] / p[0]),)


MASK_CROSS_ENTROPY = Reference(
    paper="singing_voice_separation_using",
    name="mask_cross_entropy",
    where="cross-entropy against the ideal binary mask",
    says=r"-m\log\sigma(u)-(1-m)\log(1-\sigma(u))",
    inputs=(Input("scores", "real", differentiated=True), Input("masks", "bit")),
    loss=_of_bin(exact.mask_cross_entropy),
    invariances=(swap_signs(),),
    minimum=Minimum("the entropy of P(mask), at its log-odds", _log_odds, entropy, OF_TWO),
    slips=tuple(Slip.of(function, _of_bin) for function in (
        exact.mask_entropy_of_kept_bins, exact.mask_entropy_with_swapped_mask, exact.mask_entropy_of_double_sigmoid,
        exact.mask_entropy_in_bits, exact.mask_squared_error,
    )),
    claims=("singing_voice_separation_using.cross_entropy_learns_*",),
)  # fmt: skip
