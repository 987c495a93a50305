"""Test error on a real table against the bag size: bag, instance and interpolating loss, and ridge on single labels.

The table is one that scikit-learn ships: no download. `data` computes, `draw` draws.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.bag_regression.comparison import (
    BAG,
    BEST_RHO,
    BEST_RIDGE,
    INDIVIDUAL,
    INSTANCE,
    MEAN,
    compare,
    training_rows,
)
from experiments.bag_regression.table_files import bundled
from paper_figs.style import BLACK, BLUE, GREEN, GREY, PURPLE, VERMILION, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PAPERS = ("aggregate",)

SIZES = (1, 2, 3, 5, 8, 12, 20, 30, 40, 60)
RULES = {
    BAG: ("bag loss", VERMILION, "o"),
    INSTANCE: ("instance loss", BLUE, "s"),
    BEST_RHO: ("best rho, no ridge", GREEN, "^"),
    BEST_RIDGE: ("bag loss, best ridge", PURPLE, "D"),
}
FLAT = {MEAN: ("mean prediction", ":"), INDIVIDUAL: ("ridge on individual labels", "--")}


def data(name: str = "diabetes", sizes: tuple[int, ...] = SIZES, repeats: int = 40, seed: int = 0) -> dict[str, Any]:
    """Return test errors over random splits, the same for all bag sizes.

    Parameters
    ----------
    name : str
        Of a table that scikit-learn ships (see `experiments.bag_regression.table_files.bundled`).
    sizes : tuple of int
        Bag sizes.
    repeats : int
        Number of splits.
    seed : int

    Returns
    -------
    dict
        ``name``, ``repeats``, ``training`` (rows), ``features`` (their number), ``sizes``; ``rules``: name of a rule ->
        ``mean`` and ``se`` (len(sizes),) of the mean squared error on test rows. Rules are the constants of
        `experiments.bag_regression.comparison`; the mean prediction and the reference are those of the first bag size.

    Raises
    ------
    BadInput
        If there is no such table.
    ValueError
        If a bag size or the number of splits is out of range.
    """
    X, y = bundled(name).split()
    found = [{rule.rule: rule for rule in compare(X, y, size, repeats=repeats, seed=seed)} for size in sizes]
    rules = {
        rule: {
            "mean": np.asarray([size[rule].mean for size in found]),
            "se": np.asarray([size[rule].standard_error for size in found]),
        }
        for rule in (*RULES, *FLAT)
    }
    return {
        "name": name,
        "repeats": repeats,
        "training": training_rows(len(y)),
        "features": X.shape[1],
        "sizes": list(sizes),
        "rules": rules,
    }


@styled
def draw(found: dict[str, Any]) -> Figure:
    """Draw what `data` found, on logarithmic axes."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 4.4))
    axes = figure.subplots()
    for rule, (label, style) in FLAT.items():
        axes.axhline(found["rules"][rule]["mean"][0], color=BLACK, ls=style, lw=1.1, label=label)
    for rule, (label, colour, mark) in RULES.items():
        curve = found["rules"][rule]
        bars = 2 * curve["se"]
        axes.errorbar(
            found["sizes"], curve["mean"], bars, color=colour, marker=mark, ms=4.5, lw=1.3, capsize=2, label=label
        )
    peak = found["training"] / (found["features"] + 1)
    axes.axvline(peak, color=GREY, lw=1, ls="--", label="as many bags as coefficients")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xticks(found["sizes"], [str(size) for size in found["sizes"]])
    axes.tick_params(axis="x", which="minor", length=0)
    axes.set_xlabel("bag size m")
    axes.set_ylabel("test error: mean square, units of the target squared")
    axes.set_title(f"{found['name']}: {found['training']} training rows, {found['features']} features")
    axes.legend(loc="upper left", title="best: by held-out bags")
    figure.suptitle(f"Mean over {found['repeats']} random splits, bars two standard errors")
    return figure
