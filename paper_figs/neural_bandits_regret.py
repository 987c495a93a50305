"""Contextual bandits by regression: regret in four worlds, what width costs, and when a bound says nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from paper_figs.frames import band, stored_rows
from paper_figs.style import BLACK, BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILION, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from experiments.store import Store

SIMULATOR = "neural_bandits"
TITLES = {
    "linear": "linear means",
    "small loss": "linear means, best loss 0.02",
    "digits": "digits, loss 1 if the label is wrong",
    "even": r"means $1-x_1^2$: SquareCB by oracle, others",
}
POLICIES = {
    "SquareCB": (BLUE, "-"),
    "SquareCB, rest to the best": (SKY, "-"),
    "FastCB": (VERMILION, "-"),
    "epsilon-greedy": (GREEN, "--"),
    "LinUCB": (PURPLE, "-."),
    "Thompson": (ORANGE, "-."),
    "uniform": ("0.4", ":"),
}
ORACLES = {
    "ridge": (GREEN, "--"),
    "Fourier ridge": (BLUE, "-"),
    "tangent ridge": (VERMILION, "-"),
    "tangent descent": (SKY, "-"),
}
COPIES = {
    ("perturbed", 0): (BLUE, "o", "expected loss"),
    ("perturbed", 4): (VERMILION, "s", "4 copies, losses averaged"),
    ("perturbed predictions", 4): (ORANGE, "^", "4 copies, predictions averaged"),
}


def data(store: Store) -> dict[str, Any]:
    """Return curves, widths and orthogonal contexts.

    Parameters
    ----------
    store : Store
        Of the simulator ``neural_bandits``.

    Returns
    -------
    dict
        ``curves``: (kind, label, policy or oracle) -> results, for the largest horizon; ``widths``: (oracle, copies) ->
        results by width; ``orthogonal``: policy -> results by horizon, each as (number, results) in order.

    Raises
    ------
    ValueError
        If the store is empty.
    """
    rows = stored_rows(store, "neural_bandits")
    found: dict[str, Any] = {"curves": {}, "widths": {}, "orthogonal": {}}
    for cell, results in rows:
        if cell["kind"] == "orthogonal":
            found["orthogonal"].setdefault(cell["policy"], []).append(
                (cell["horizon"], results | {"actions": cell["actions"]})
            )
        elif cell["oracle"].startswith("perturbed"):
            found["widths"].setdefault((cell["oracle"], cell["copies"]), []).append((cell["size"], results))
        else:
            key = (cell["kind"], _label(cell), _shown(cell))
            known = found["curves"].get(key)
            if known is None or known["rounds"][-1] < results["rounds"][-1]:
                found["curves"][key] = results
    for group in (found["widths"], found["orthogonal"]):
        for series in group.values():
            series.sort(key=lambda item: item[0])
    return found


def _shown(cell: dict[str, Any]) -> str:
    """Return what the curve shows: the oracle for SquareCB in the even world, else the policy."""
    return str(cell["oracle"] if cell["kind"] == "even" and cell["policy"] == "SquareCB" else cell["policy"])


def _label(cell: dict[str, Any]) -> str:
    name = _shown(cell)
    if cell["kind"] == "even" and cell["size"]:
        name = name if name == cell["oracle"] else f"{name}, {cell['oracle']}"
        return f"{name}, {'size' if name == 'Fourier ridge' else 'width'} {cell['size']}"
    if cell["explore"] == "theory":
        return f"{name}, theory"
    scheduled = isinstance(cell["explore"], list | tuple) and cell["kind"] != "even"
    return rf"{name}, $\gamma={cell['explore'][0]:g}\,t^{{{cell['explore'][1]:g}}}$" if scheduled else name


@styled
def draw(found: dict[str, Any]) -> Figure:
    """Draw what `data` found."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(13.0, 8.0))
    panels = figure.subplots(2, 3).ravel()
    for axes, kind in zip(panels, TITLES, strict=False):
        _draw_kind(axes, kind, found["curves"])
    _draw_widths(panels[4], found["widths"])
    _draw_orthogonal(panels[5], found["orthogonal"])
    return figure


def _draw_kind(axes: Any, kind: str, curves: dict[Any, Any]) -> None:
    styles, top = POLICIES | ORACLES, 1.0
    for (own, label, shown), curve in curves.items():
        if own != kind:
            continue
        colour, line = styles[shown]
        second = "t^" in label and kind == "linear"  # the same policy by another schedule
        style: Any = (0, (1, 1)) if second else line
        band(axes, curve, "regret", color=colour, alpha=0.15, ls=style, lw=1.1 if second else 1.8, label=label)
        if curve["bound"] is not None:
            axes.plot(
                curve["rounds"], curve["bound"], color=BLACK, ls="--", lw=1.2, label="SquareCB: bound in expectation"
            )
            top = max(top, curve["bound"][-1])
        if shown != "uniform":
            top = max(top, curve["high"][-1])
    axes.set_xlim(left=0)
    axes.set_ylim(0, 1.5 * top)
    axes.set_xlabel("rounds t")
    axes.set_ylabel("pseudo-regret: mean, 5 to 95 %")
    axes.set_title(TITLES[kind], fontsize=10)
    if top > 1.0:
        axes.legend(fontsize=7, loc="upper left", ncols=2 if kind == "linear" else 1)


def _draw_widths(axes: Any, widths: dict[Any, Any]) -> None:
    for key, series in widths.items():
        colour, marker, name = COPIES[key]
        sizes = np.asarray([width for width, _ in series])
        price = [results["price"][-1] for _, results in series]
        regret = np.asarray([results["regret"][-1] for _, results in series])
        low, high = (np.asarray([np.quantile(r["final"], q) for _, r in series]) for q in (0.05, 0.95))
        axes.plot(sizes, price, color=colour, marker=marker, label=rf"{name}: price $\sum|g|^2/(2\mu t)$")
        axes.errorbar(
            sizes, regret, yerr=np.maximum([regret - low, high - regret], 0.0), color=colour, marker=marker, ls=":",
            mfc="white", capsize=2, label=f"{name}: bandit regret, 5 to 95 %",
        )  # fmt: skip
        if key == ("perturbed", 0):
            axes.plot(
                sizes, price[0] * np.sqrt(sizes / sizes[0]), color=BLACK, ls="--", lw=1, label=r"$\propto\sqrt{m}$"
            )
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.set_ylim(top=300 * axes.get_ylim()[1])  # room for the names
    axes.set_xlabel("width m")
    axes.set_ylabel("after the last round")
    axes.set_title(r"perturbed outputs, modulus $0.5/\sqrt{m}$", fontsize=10)
    if widths:
        axes.legend(fontsize=7, loc="upper left")


def _draw_orthogonal(axes: Any, orthogonal: dict[str, Any]) -> None:
    for policy, series in orthogonal.items():
        colour, line = POLICIES[policy]
        rounds = np.asarray([horizon for horizon, _ in series])
        regret = np.asarray([results["regret"][-1] for _, results in series])
        shape = {"marker": "s", "ms": 7, "mfc": "none"} if policy == "uniform" else {"marker": "o", "ms": 3}
        axes.plot(rounds, regret / rounds, color=colour, ls=line, label=f"{policy}: regret/T", **shape)
        if policy == "uniform":
            size = np.asarray([results["effective_dimension"] for _, results in series])
            axes.plot(rounds, size / np.sqrt(rounds), color=BLACK, ls="--", label=r"$d_{\mathrm{eff}}\sqrt{T}/T$")
            error = np.asarray([(r["actions"] - 1) * r["squared_error_bound"][-1] for _, r in series])
            axes.plot(
                rounds, np.sqrt(error / rounds), color=BLACK, ls=":", label=r"SquareCB with ridge: $\sqrt{(K-1)TS}/T$"
            )
    axes.axhline(1.0, color="0.6", lw=1)
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.set_ylim(0.1 * axes.get_ylim()[0], None)  # room for the names
    axes.set_xlabel("horizon T")
    axes.set_ylabel("per round")
    axes.set_title("orthogonal contexts: bounds and regret over T", fontsize=10)
    if orthogonal:
        axes.legend(fontsize=7, loc="lower left")
