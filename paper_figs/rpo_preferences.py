"""Suboptimality of preference optimisation by number of preferences: alone, and with an adversary of two weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from paper_figs.frames import handles_by_label, stored_rows
from paper_figs.style import BLACK, BLUE, GREEN, PURPLE, VERMILION, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from experiments.store import Store

SIMULATOR = "rpo"
TITLES = {"partial": "partial coverage: eight rare bad actions", "uniform": "uniform coverage (control)"}
STYLES = {0.0: (VERMILION, "^"), 0.25: (GREEN, "s"), 1.0: (BLUE, "o")}


def data(store: Store) -> dict[str, Any]:
    """Return the curves.

    Parameters
    ----------
    store : Store
        Of the simulator ``rpo``.

    Returns
    -------
    dict
        ``curves``: (coverage, scale of eta) -> results, with the ``numbers`` of preferences.

    Raises
    ------
    ValueError
        If the store is empty.
    """
    rows = stored_rows(store, "rpo")
    return {
        "curves": {(cell["coverage"], cell["scale"]): results | {"numbers": cell["numbers"]} for cell, results in rows}
    }


@styled
def draw(found: dict[str, Any]) -> Figure:
    """Draw what `data` found."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10.5, 4.9))
    kinds = [kind for kind in TITLES if any(kind == own for own, _ in found["curves"])]
    panels = figure.subplots(1, len(kinds), sharey=True, squeeze=False)[0]
    for axes, kind in zip(panels, kinds, strict=True):
        _draw_kind(axes, kind, found["curves"])
    panels[0].set_ylabel("reward lost against the best action")
    named = handles_by_label(panels)
    figure.legend(named.values(), named.keys(), loc="outside lower center", fontsize=9, ncols=3)
    return figure


def _draw_kind(axes: Any, kind: str, curves: dict[Any, Any]) -> None:
    for (own, scale), curve in sorted(curves.items()):
        if own == kind:
            colour, marker = STYLES.get(scale, (PURPLE, "x"))
            name = f"eta = {scale:g}/sqrt(N)" if scale else "eta = 0, preferences alone"
            axes.plot(curve["numbers"], curve["mean"], color=colour, marker=marker, ms=5, label=f"{name}: mean")
            axes.plot(curve["numbers"], curve["high"], color=colour, ls="-.", lw=1)
    curve = next(curve for (own, _), curve in sorted(curves.items()) if own == kind)
    axes.axhline(curve["base"], color=BLACK, ls="--", lw=1.2, label="base policy")
    axes.axhline(curve["oracle"], color=BLACK, ls=":", lw=1.4, label="best response to the true reward")
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.set_ylim(0.5 * curve["oracle"], 2.5)
    axes.set_xlabel("preferences N")
    axes.set_title(f"{TITLES[kind]}\nsolid: mean, dash-dotted: 95 % quantile", fontsize=10)
