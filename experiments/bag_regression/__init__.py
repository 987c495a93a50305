"""Regression from averages over bags: bag-level, instance-level and interpolating squared loss, simulated and fitted.

The paper with the key ``aggregate`` compares L_bag, the squared error of bag means, with L_ins, where each member of a
bag is given the average label. Both are members of L_bag + rho R, where R is the spread of predictions within bags:
rho = 0 and rho = 1. Names are loaded when they are first used, so that the import costs nothing.

Examples
--------
>>> from experiments.bag_regression import Design, Setting, simulate
>>> found = simulate(Design(60, 10), [Setting(1), Setting(3), Setting(3, rho=0.2)], replicates=100)
>>> bool(found.mean[0] < found.mean[2] < found.mean[1])
True
"""

from __future__ import annotations

import importlib
from typing import Any

_HOMES = {
    "Bags": "experiments.bag_regression.bags",
    "Design": "experiments.bag_regression.designs",
    "Setting": "experiments.bag_regression.settings",
    "Table": "experiments.bag_regression.table_files",
    "bagged_regression": "experiments.bag_regression.tables",
    "bundled": "experiments.bag_regression.table_files",
    "compare": "experiments.bag_regression.comparison",
    "losses": "experiments.bag_regression.bags",
    "read_table": "experiments.bag_regression.table_files",
    "simulate": "experiments.bag_regression.simulation",
}

__all__ = sorted(_HOMES)  # noqa: PLE0605 (the table is the list)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
