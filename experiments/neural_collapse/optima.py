"""Best minima of many starts beside the closed forms: imbalance, minority collapse, and codes in depth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from experiments.arrays import Backend
from experiments.neural_collapse.energy import Architecture, Setting
from experiments.neural_collapse.starts import best_of_starts
from theory.collapse.deep_linear.cross_entropy import best_scale, cross_polytope_code, minority_ratio, simplex_code
from theory.collapse.deep_linear.geometry import angles
from theory.collapse.deep_linear.minimum import global_minimum

__all__ = ["codes", "minority_angles", "row_norms"]

Floats = NDArray[np.float64]


def row_norms(
    sizes: list[int], depth: int, decays: list[float], *, starts: int, seed: int, backend: Backend | None = None
) -> dict[str, Floats]:
    """Return squared norms of the rows of the classifier at the best of the starts; squared loss without a bias.

    Parameters
    ----------
    sizes
        Samples of the classes.
    depth
    decays
        Each is that of all layers and of the features.

    Returns
    -------
    dict
        ``norms`` and ``theory``, (decays, classes); ``value`` and ``minimum``, (decays,); ``hit``, the fraction of
        starts within 1e-9 of the minimum.
    """
    settings = [Setting(tuple(sizes), (decay,) * depth, decay) for decay in decays]
    architecture = Architecture(len(sizes), depth, len(sizes))
    found = best_of_starts(architecture, settings, starts=starts, seed=seed, spread=1.5, backend=backend)
    exact = [global_minimum(sizes, depth, decay, decay) for decay in decays]
    return {
        "norms": np.stack([np.sum(best.classifier**2, axis=1) for best in found]),
        "theory": np.stack([minimum.row_norms[0] ** 2 for minimum in exact]),
        "value": np.asarray([best.value for best in found]),
        "minimum": np.asarray([minimum.objective for minimum in exact]),
        "hit": np.asarray(
            [np.mean(best.values <= minimum.objective + 1e-9) for best, minimum in zip(found, exact, strict=True)]
        ),
    }


def minority_angles(
    minority: int,
    majorities: list[int],
    decay: float,
    *,
    classes: int,
    depth: int,
    starts: int,
    seed: int,
    bias: bool = False,
    backend: Backend | None = None,
) -> dict[str, Floats]:
    """Return angles at the best of the starts between rows of the classifier; half of the classes are the minority.

    Cross-entropy; the decay is that of all layers and of the features.

    Returns
    -------
    dict
        Over the sizes of a majority class: ``ratio``; ``within``, the largest angle between two minority classes, and
        ``between``, the largest between a minority and a majority class, in degrees, not a number where the rows of the
        minority vanish (norms below 1e-4 of the largest, as happens with a bias); ``value``; ``norm``, the largest norm
        of a minority row. And ``collapse``, the ratio from which the minority collapses for one layer.
    """
    half = classes // 2
    settings = [Setting((size,) * half + (minority,) * half, (decay,) * depth, decay) for size in majorities]
    architecture = Architecture(classes, depth, classes, "cross-entropy", bias)
    found = best_of_starts(architecture, settings, starts=starts, seed=seed, spread=1.0, most=20_000, backend=backend)
    rows = np.stack([best.classifier for best in found])
    norms = np.sqrt(np.sum(rows**2, axis=2))
    norm = norms[:, half:].max(axis=1)
    turned = np.degrees(angles(rows))
    turned[norm < 1e-4 * norms.max(axis=1)] = np.nan
    return {
        "ratio": np.asarray(majorities) / minority,
        "within": turned[:, half:, half:].max(axis=(1, 2)),
        "between": turned[:, :half, half:].max(axis=(1, 2)),
        "norm": norm,
        "value": np.asarray([best.value for best in found]),
        "collapse": np.asarray(float(minority_ratio(classes, minority, decay, decay))),
    }


def codes(
    classes: int, depth: int, decays: list[float], *, starts: int, seed: int, backend: Backend | None = None
) -> dict[str, Floats]:
    """Return the best value of the starts beside those of the simplex ETF and the cross-polytope at their best scales.

    Cross-entropy, one sample a class; each decay is that of all layers and of the features.

    Returns
    -------
    dict
        Over the decays: ``best``, ``simplex``, ``polytope``; ``rank``, of the logits of the best, and ``below``, the
        fraction of starts that end below the simplex ETF.
    """
    settings = [Setting((1,) * classes, (decay,) * depth, decay) for decay in decays]
    architecture = Architecture(classes, depth, classes, "cross-entropy")
    found = best_of_starts(architecture, settings, starts=starts, seed=seed, spread=1.5, backend=backend)
    simplex, polytope = (
        np.asarray([best_scale(code, 1, depth, decay, decay).objective for decay in decays])
        for code in (simplex_code(classes), cross_polytope_code(classes))
    )
    singular = np.linalg.svd(np.stack([best.classifier @ best.features for best in found]), compute_uv=False)
    return {
        "best": np.asarray([best.value for best in found]),
        "simplex": simplex,
        "polytope": polytope,
        "rank": np.sum(singular > 1e-3 * singular[:, :1], axis=1),
        "below": np.asarray([np.mean(best.values < value - 1e-9) for best, value in zip(found, simplex, strict=True)]),
    }
