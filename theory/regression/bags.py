"""Regression from bag averages: risks in the limit and at every size, best penalties and bag sizes under privacy.

What is claimed, derived and decided: `theory.regression.aggregate`.

>>> round(asymptotic_risk(0.25, 2, 1.0, 0.0, 1.0).risk, 12)
0.5
"""

from theory.regression.aggregate.bag_size import BagSizeOptimum, optimal_bag_size
from theory.regression.aggregate.bags import (
    AsymptoticRisk,
    asymptotic_risk,
    bag_level_variance,
    instance_level_variance,
    ridge_risk,
)
from theory.regression.aggregate.finite_size import (
    bag_level_bias,
    bag_level_risk,
    instance_level_bias,
    instance_level_risk,
)
from theory.regression.aggregate.optima import BestPenalty, best_rho, best_ridge, effective_noise, joint_optimum

__all__ = [
    "AsymptoticRisk",
    "BagSizeOptimum",
    "BestPenalty",
    "asymptotic_risk",
    "bag_level_bias",
    "bag_level_risk",
    "bag_level_variance",
    "best_rho",
    "best_ridge",
    "effective_noise",
    "instance_level_bias",
    "instance_level_risk",
    "instance_level_variance",
    "joint_optimum",
    "optimal_bag_size",
    "ridge_risk",
]
