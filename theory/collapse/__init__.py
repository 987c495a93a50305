"""Neural collapse: what the last-layer features and the classifier of a regularised network converge to.

The geometry of the global minimisers (`theory.collapse.deep_linear`), metrics for saved features
(`theory.collapse.metrics`, also as the command ``lossproof nc``) and gradients of a distillation loss at collapsed
features (`theory.collapse.dual_head`). The names below are loaded when they are first used.

Examples
--------
>>> from theory.collapse import scalar_minimizer, threshold
>>> threshold(2), scalar_minimizer(0.25, 1)
(0.5, (1.0, 0.75))
"""

from __future__ import annotations

from theory.lazy import lazily

_HOMES = {
    ".deep_linear.geometry": (
        "angles",
        "cosines",
        "etf_distance",
        "frame_distance",
        "general_orthogonal_frame",
        "orthogonal_frame",
        "orthogonality_distance",
        "simplex_etf",
    ),
    ".deep_linear.scalar": (
        "local_minimizer",
        "local_minimum_limit",
        "scalar_minimizer",
        "scalar_objective",
        "threshold",
    ),
    ".deep_linear.minimum": (
        "GlobalMinimum",
        "LimitGeometry",
        "global_minimum",
        "minority_size",
        "vanishing_decay_geometry",
    ),
    ".deep_linear.cross_entropy": (
        "balanced_minimum",
        "best_scale",
        "cross_entropy_minority_size",
        "cross_polytope_code",
        "cross_polytope_margin",
        "minority_ratio",
        "simplex_code",
    ),
    ".metrics": ("CollapseMetrics", "nc_metrics"),
}

__all__ = sorted(name for names in _HOMES.values() for name in names)  # noqa: PLE0605 (the table is the list)
__getattr__, __dir__ = lazily(__name__, _HOMES)
