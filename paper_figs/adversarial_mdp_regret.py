"""Learners of adversarial linear processes: regret against episodes, how low estimates go, kinds of losses, sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from paper_figs.frames import stored_rows
from paper_figs.style import BLACK, BLUE, GREEN, PURPLE, VERMILION, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from experiments.store import Store

SIMULATOR = "adversarial_mdp"
LEARNERS = {
    "log barrier": (BLUE, "o", "log barrier"),
    "magnitude-reduced": (GREEN, "s", "exponential weights, magnitude-reduced"),
    "exponential weights": (VERMILION, "^", "exponential weights, plain"),
    "uniform": ("0.4", "x", "uniform policy (control)"),
    "without a simulator": (PURPLE, "D", "log barrier, without a simulator"),
}
KINDS = {
    "gap": "gap",
    "hard gap": r"gap $4/\sqrt{K}$",
    "switching": "switching",
    "blocks": "blocks",
    "adaptive": "adaptive",
}
AXES = {0: "H", 2: "A", 3: "d"}


def data(store: Store) -> dict[str, Any]:
    """Return what the panels show, of the first process.

    Parameters
    ----------
    store : Store
        Of the simulator ``adversarial_mdp``.

    Returns
    -------
    dict
        ``regret``: learner -> rows (K, mean, low, high) for the losses "gap"; ``slopes``: learner -> slope of log
        regret between the last two K; ``least``: learner -> rows (K, least eta times estimate); ``kinds``:
        (learner, kind) -> (mean, low, high) as fractions of the uniform policy's mean; ``sizes``: (learner, axis) ->
        rows (size, mean); ``base``: sizes and episodes of what does not vary.

    Raises
    ------
    ValueError
        If the store is empty.
    """
    rows = stored_rows(store, "adversarial_mdp")
    process = min(cell["process"] for cell, _ in rows)
    rows = [(cell, found) for cell, found in rows if cell["process"] == process]
    shapes = [tuple(cell["shape"]) for cell, _ in rows]
    base = max(set(shapes), key=shapes.count)
    middle = min((cell["horizon"] for cell, _ in rows if cell["kind"] != "gap"), default=rows[0][0]["horizon"])
    same = [(cell, found) for cell, found in rows if tuple(cell["shape"]) == base]
    regret = {name: _against(same, name, ("regret", "low", "high")) for name in LEARNERS}
    return {
        "regret": regret,
        "slopes": {name: _slope(curve) for name, curve in regret.items()},
        "least": {name: _against(same, name, ("least",)) for name in LEARNERS if name != "uniform"},
        "kinds": _by_kind(same, middle),
        "sizes": {(name, axis): _by_size(rows, name, axis, base, middle) for name in LEARNERS for axis in AXES},
        "base": {"shape": base, "episodes": middle},
    }


def _against(rows: list[Any], name: str, fields: tuple[str, ...]) -> list[tuple[float, ...]]:
    chosen = [(cell, found) for cell, found in rows if cell["learner"] == name and cell["kind"] == "gap"]
    return sorted((float(cell["horizon"]), *(float(found[field][-1]) for field in fields)) for cell, found in chosen)


def _slope(curve: list[tuple[float, ...]]) -> float:
    if len(curve) < 2 or min(curve[-2][1], curve[-1][1]) <= 0:
        return float("nan")
    (before, low, *_), (after, high, *_) = curve[-2:]
    return float(np.log(high / low) / np.log(after / before))


def _by_kind(rows: list[Any], episodes: int) -> dict[tuple[str, str], tuple[float, ...]]:
    found = {
        (cell["learner"], cell["kind"]): tuple(float(results[field][-1]) for field in ("regret", "low", "high"))
        for cell, results in rows
        if cell["horizon"] == episodes
    }
    unit = {kind: found["uniform", kind][0] for kind in KINDS if ("uniform", kind) in found}
    return {
        (name, kind): tuple(value / unit[kind] for value in values)
        for (name, kind), values in found.items()
        if unit.get(kind, 0) > 0
    }


def _by_size(rows: list[Any], name: str, axis: int, base: tuple[int, ...], episodes: int) -> list[tuple[float, float]]:
    return sorted(
        (float(cell["shape"][axis]), float(found["regret"][-1]))
        for cell, found in rows
        if cell["learner"] == name
        and (cell["kind"], cell["horizon"]) == ("gap", episodes)
        and all(size == base[place] for place, size in enumerate(cell["shape"]) if place != axis)
    )


@styled
def draw(found: dict[str, Any]) -> Figure:
    """Draw what `data` found."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12.6, 7.4))
    panels = figure.subplots(2, 3)
    _draw_regret(panels[0, 0], found)
    _draw_least(panels[0, 1], found)
    _draw_kinds(panels[0, 2], found)
    for axes, axis in zip(panels[1], AXES, strict=True):
        _draw_sizes(axes, axis, found)
    figure.legend(*panels[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=5, fontsize=9)
    return figure


def _draw_regret(axes: Any, found: dict[str, Any]) -> None:
    for name, (colour, marker, label) in LEARNERS.items():
        curve = np.asarray(found["regret"][name])
        if len(curve):
            axes.plot(curve[:, 0], curve[:, 1], color=colour, marker=marker, label=label)
            axes.fill_between(curve[:, 0], curve[:, 2], curve[:, 3], color=colour, alpha=0.2, lw=0)
            place = (curve[-1, 0], curve[-1, 1])
            slope = f"{found['slopes'][name]:.2f}"
            axes.annotate(slope, place, xytext=(5, -3), textcoords="offset points", fontsize=8, color=colour)
    axes.set(
        xscale="log", yscale="log", xlabel="episodes K (each run tuned to its K)", ylabel="regret: mean, 5 to 95 %"
    )
    axes.set_title("losses with a gap; last slopes", fontsize=10)
    _mark(axes, found["regret"].values())
    axes.margins(x=0.12)


def _draw_least(axes: Any, found: dict[str, Any]) -> None:
    for name, curve in found["least"].items():
        colour, marker, label = LEARNERS[name]
        rows = np.asarray(curve)
        rows = rows[rows[:, 1] < 0] if len(rows) else rows  # estimates of short runs may all be positive
        if len(rows):
            axes.plot(rows[:, 0], -rows[:, 1], color=colour, marker=marker, label=label)
    axes.axhline(1, color=BLACK, lw=0.8, ls="--")
    axes.annotate("exponential weights need less than 1", (0.03, 1.15), xycoords=("axes fraction", "data"), fontsize=8)
    axes.set(xscale="log", yscale="log", xlabel="episodes K", ylabel=r"$-\min\ \eta\,\hat Q$, all replicates")
    axes.set_title("how low estimates go", fontsize=10)
    _mark(axes, found["least"].values())


def _mark(axes: Any, curves: Any) -> None:
    """Put ticks at the numbers of episodes that there are."""
    ticks = sorted({row[0] for curve in curves for row in curve})
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_xticks([], minor=True)


def _draw_kinds(axes: Any, found: dict[str, Any]) -> None:
    for shift, (name, (colour, marker, _)) in enumerate(LEARNERS.items()):
        for place, kind in enumerate(KINDS):
            if (name, kind) in found["kinds"]:
                mean, low, high = found["kinds"][name, kind]
                x = place + 0.16 * (shift - 2)
                axes.vlines(x, low, high, color=colour, alpha=0.5)
                axes.plot([x], [mean], color=colour, marker=marker, ls="none")
    axes.axhline(0, color=BLACK, lw=0.8)
    axes.set_xticks(range(len(KINDS)), list(KINDS.values()), fontsize=8)
    axes.set_ylabel("regret over the uniform policy's")
    axes.set_title(f"kinds of losses, K = {found['base']['episodes']}", fontsize=10)


def _draw_sizes(axes: Any, axis: int, found: dict[str, Any]) -> None:
    for name, (colour, marker, _) in LEARNERS.items():
        rows = np.asarray(found["sizes"][name, axis])
        if len(rows) > 1:  # without a simulator sizes do not vary
            axes.plot(rows[:, 0], rows[:, 1], color=colour, marker=marker)
    axes.set_xticks(sorted({size for name in LEARNERS for size, _ in found["sizes"][name, axis]}))
    length, states, actions, size = found["base"]["shape"]
    rest = {"H": length, "S": states, "A": actions, "d": size}
    rest.pop(AXES[axis])
    given = ", ".join(f"{key} = {value}" for key, value in rest.items())
    axes.set(xlabel=AXES[axis], ylabel="regret")
    axes.set_ylim(bottom=0)
    axes.set_title(f"{given}, K = {found['base']['episodes']}", fontsize=10)
