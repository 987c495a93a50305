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

from theory.lazy import lazily

_HOMES = {
    ".bags": ("Bags", "losses"),
    ".comparison": ("compare",),
    ".designs": ("Design",),
    ".settings": ("Setting",),
    ".simulation": ("simulate",),
    ".table_files": ("Table", "bundled", "read_table"),
    ".tables": ("bagged_regression",),
}

__all__ = sorted(name for names in _HOMES.values() for name in names)  # noqa: PLE0605 (the table is the list)
__getattr__, __dir__ = lazily(__name__, _HOMES)
