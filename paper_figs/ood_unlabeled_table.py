"""The poster's table of accuracies beside ours, with what selection on the test set brings.

`data` puts the printed numbers beside those of the store of the simulator ``ood_unlabeled`` (sizes ``paper`` have all,
``quick`` a corner), `markdown` writes the table, `draw` draws it. Ours are mean accuracies, exact for each rule
learned: the labelled plug-in rule stands for their baseline; robust self-training has fixed constants, or is the best
of a few candidates by its true accuracy. The printed ones are the best of 500 (baseline) and 4000 candidates by
accuracy on the test set; the best of as many directions that never saw a point are the control.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from experiments.store import Store

DIMENSION = 200
PRINTED_LABELLED = {10: 0.59, 20: 0.62, 40: 0.65, 10000: 0.83}
PRINTED = {
    0.0: {
        10: {10: 0.63, 100: 0.66, 1000: 0.79, 10000: 0.82},
        20: {20: 0.64, 200: 0.69, 2000: 0.80, 10000: 0.82},
        40: {40: 0.65, 400: 0.71, 4000: 0.81, 10000: 0.82},
    },
    0.5: {
        10: {10: 0.61, 100: 0.65, 1000: 0.78, 10000: 0.81},
        20: {20: 0.65, 200: 0.65, 2000: 0.79, 10000: 0.80},
        40: {40: 0.65, 400: 0.73, 4000: 0.78, 10000: 0.80},
    },
}
"""Accuracies on the poster: shift alpha (in units of the mean's length) -> m -> n -> robust self-training."""

LEARNERS = ("rss", "rss_selected", "pca", "self_training")
NAMES = {
    "plug_in": "labelled plug-in",
    "rss": "robust self-training, fixed",
    "rss_selected": "the same, selected",
    "pca": "leading direction",
    "self_training": "self-training",
}
MARKS = {"rss": "o", "rss_selected": "D", "pca": "^", "self_training": "s"}


def data(store: Store) -> dict[str, Any]:
    """Return printed and simulated accuracies.

    Returns
    -------
    dict
        ``rows``: for each printed entry ``shift``, ``m``, ``n``, ``printed_labelled``, ``printed``, and for each
        learner the accuracy and its standard error, or None if the store does not have it; ``coins``: candidates ->
        the same of the best random direction; ``candidates`` of the selected ones.
    """
    ours: dict[tuple[Any, ...], tuple[float, float]] = {}
    coins, candidates = {}, set()
    for cell, results in store.rows(dimension=DIMENSION):
        accuracy = 1.0 - results["error"], results["error_se"]
        learner = cell["learner"]
        if learner == "best_of_coins":
            coins[cell["candidates"]] = accuracy
        if learner == "rss_selected":
            candidates.add(cell["candidates"])
        ours[learner, cell["shift"], cell["labelled"], cell["unlabelled"]] = accuracy
    rows = []
    for shift, block in PRINTED.items():
        for m, entries in block.items():
            for n, printed in entries.items():
                row: dict[str, Any] = {
                    "shift": shift,
                    "m": m,
                    "n": n,
                    "printed_labelled": PRINTED_LABELLED[m],
                    "printed": printed,
                }
                row |= {learner: ours.get((learner, shift, m, n)) for learner in LEARNERS}
                rows.append(row | {"plug_in": ours.get(("plug_in", 0.0, m, 0))})
    return {"rows": rows, "coins": coins, "candidates": sorted(candidates)}


def markdown(found: dict[str, Any]) -> str:
    """Return the table in Markdown, one row a printed entry; a dash where the store has nothing."""
    shown = ("plug_in", *LEARNERS)
    lines = [
        "| alpha | m | n | labelled, printed | " + NAMES["plug_in"] + " | RSS, printed | "
        + " | ".join(NAMES[learner] for learner in LEARNERS) + " |",
        "|" + "---:|" * (6 + len(LEARNERS)),
    ]  # fmt: skip
    for row in found["rows"]:
        cells = {learner: "-" if row[learner] is None else f"{row[learner][0]:.3f}" for learner in shown}
        numbers = [f"{row['shift']:g}", str(row["m"]), str(row["n"])]
        numbers += [f"{row['printed_labelled']:.2f}", cells["plug_in"]]
        numbers += [f"{row['printed']:.2f}", *(cells[learner] for learner in LEARNERS)]
        lines.append("| " + " | ".join(numbers) + " |")
    best = [f"{count}: {accuracy:.3f}" for count, (accuracy, _) in sorted(found["coins"].items())]
    if best:
        lines += ["", "Best of N directions that never saw a point, N: accuracy: " + "; ".join(best) + "."]
    return "\n".join(lines) + "\n"


def draw(found: dict[str, Any]) -> Figure:
    """Draw printed and simulated accuracies, a panel a shift."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12.0, 4.8), dpi=130, layout="constrained")
    panels = figure.subplots(1, len(PRINTED), sharey=True)
    for axes, shift in zip(panels, PRINTED, strict=True):
        _draw_panel(axes, found, shift)
    panels[0].set_ylabel("accuracy (bars: 2 standard errors)")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", fontsize=8, ncols=4)
    return figure


def _draw_panel(axes: Any, found: dict[str, Any], shift: float) -> None:
    rows = [row for row in found["rows"] if row["shift"] == shift]
    places = range(len(rows))
    axes.plot(places, [row["printed"] for row in rows], "rx", ms=8, mew=2, label="printed: robust self-training")
    axes.plot(places, [row["printed_labelled"] for row in rows], "k_", ms=12, mew=2, label="printed: labelled baseline")
    for k, learner in enumerate(("plug_in", *MARKS)):
        have = [(place, *row[learner]) for place, row in zip(places, rows, strict=True) if row[learner] is not None]
        if not have:
            continue
        x = [place + 0.1 * (k - 2) for place, _, _ in have]
        accuracy, spread = [point[1] for point in have], [2 * point[2] for point in have]
        label = NAMES[learner] + (f" (of {found['candidates'][0]})" if learner == "rss_selected" else "")
        axes.errorbar(x, accuracy, spread, fmt=MARKS.get(learner, "."), ms=5, lw=1, label=label)
    for count, (accuracy, _) in sorted(found["coins"].items()):
        style = ":" if count == min(found["coins"]) else "--"
        axes.axhline(accuracy, color="grey", lw=1, ls=style, label=f"best of {count} directions without data")
    axes.set_xticks(places, [f"{row['m']}\n{row['n']}" for row in rows], fontsize=8)
    axes.set_xlabel("labelled m (above), unlabelled n (below)")
    axes.set_title(f"d = {DIMENSION}, shift {shift:g} |mu|", fontsize=10)
    axes.grid(alpha=0.3)
