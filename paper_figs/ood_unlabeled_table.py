"""The accuracies on the poster and in the published table beside ours, with what selection on the test set brings.

`data` puts the authors' numbers beside those of the store of the simulator ``ood_unlabeled`` (sizes ``paper`` have all,
``quick`` a corner), `markdown` writes the table and says where poster and table disagree, `draw` draws it. Ours are
mean accuracies, exact for each rule learned: the labelled plug-in rule stands for their baseline; robust self-training
has fixed constants, or is the best of a few candidates by its true accuracy. Theirs are the best of 500 (baseline) and
4000 candidates by accuracy on the test set; the best of as many directions that never saw a point are the control.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from paper_figs.style import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILION, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from experiments.store import Store

SIMULATOR = "ood_unlabeled"
DIMENSION = 200
POSTER_LABELLED = {10: 0.59, 20: 0.62, 40: 0.65, 10000: 0.83}
POSTER = {
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

SOURCE = "code/Hyperparameter-Simulated.csv"
"""The hyper-parameter table in the history of the authors' published code, where the next two were read."""

PUBLISHED_LABELLED = {
    0.0: {10: 0.6317, 20: 0.6230, 40: 0.6517},
    0.01: {10: 0.5946, 20: 0.6211, 40: 0.6221},
    0.1: {10: 0.6004, 20: 0.6277, 40: 0.6479},
    0.5: {10: 0.5911, 20: 0.6117, 40: 0.6496},
}
"""Accuracies of the labelled baseline in that table, shift -> m; each shift has one of its own."""

PUBLISHED = {
    0.0: {
        10: {10: 0.6286, 100: 0.6609, 1000: 0.7908, 10000: 0.8206},
        20: {20: 0.6355, 200: 0.6934, 2000: 0.8099, 10000: 0.8255},
        40: {40: 0.6470, 400: 0.7086, 4000: 0.8053, 10000: 0.8193},
    },
    0.01: {
        10: {10: 0.6111, 100: 0.6357, 1000: 0.7446, 10000: 0.8302},
        20: {20: 0.6427, 200: 0.6592, 2000: 0.7969, 10000: 0.8286},
        40: {40: 0.6465, 400: 0.6969, 4000: 0.8104, 10000: 0.8145},
    },
    0.1: {
        10: {10: 0.6258, 100: 0.6421, 1000: 0.7461, 10000: 0.8254},
        20: {20: 0.6295, 200: 0.6422, 2000: 0.8043, 10000: 0.8317},
        40: {40: 0.6577, 400: 0.7250, 4000: 0.8122, 10000: 0.8241},
    },
    0.5: {
        10: {10: 0.6135, 100: 0.6492, 1000: 0.7826, 10000: 0.8065},
        20: {20: 0.6465, 200: 0.6513, 2000: 0.7969, 10000: 0.8041},
        40: {40: 0.6538, 400: 0.7377, 4000: 0.7935, 10000: 0.8043},
    },
}
"""Accuracies of robust self-training in that table: shift -> m -> n."""

ROUNDED = 0.01
"""The poster has two decimals; it disagrees with the table where they differ by more than one unit of the second."""

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
    """Return the authors' and simulated accuracies.

    Returns
    -------
    dict
        ``rows``: for each entry of the published table ``shift``, ``m``, ``n``, ``published_labelled``, ``published``,
        ``poster_labelled`` and ``poster`` (None where it has no such shift), and for each learner the accuracy and its
        standard error, or None if the store does not have it; ``coins``: candidates -> the same of the best random
        direction; ``candidates`` of the selected ones.
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
    for row in published():
        shift, m, n = row["shift"], row["m"], row["n"]
        row |= {learner: ours.get((learner, shift, m, n)) for learner in LEARNERS}
        rows.append(row | {"plug_in": ours.get(("plug_in", 0.0, m, 0))})
    return {"rows": rows, "coins": coins, "candidates": sorted(candidates)}


def published() -> list[dict[str, Any]]:
    """Return the authors' numbers, one row an entry of the published table.

    Examples
    --------
    >>> published()[0]["published"], published()[0]["poster"]
    (0.6286, 0.63)
    """
    return [
        {
            "shift": shift,
            "m": m,
            "n": n,
            "published_labelled": PUBLISHED_LABELLED[shift][m],
            "published": accuracy,
            "poster_labelled": POSTER_LABELLED[m] if shift in POSTER else None,
            "poster": POSTER[shift][m][n] if shift in POSTER else None,
        }
        for shift, block in PUBLISHED.items()
        for m, entries in block.items()
        for n, accuracy in entries.items()
    ]


def discrepancies() -> list[str]:
    """Return where the poster and the published table disagree, and where they disagree on who wins.

    Examples
    --------
    >>> discrepancies()[0]
    'shift 0, m = 10, labelled baseline: 0.59 on the poster, 0.6317 in the published table'
    """
    lines: list[str] = []
    for row in published():
        if row["poster"] is None:
            continue
        place = f"shift {row['shift']:g}, m = {row['m']}"
        for name, kind in (("labelled baseline", "_labelled"), (f"n = {row['n']}", "")):
            poster, table = row["poster" + kind], row["published" + kind]
            line = f"{place}, {name}: {poster:.2f} on the poster, {table:.4f} in the published table"
            if abs(poster - table) > ROUNDED and line not in lines:
                lines.append(line)
        if (row["poster"] - row["poster_labelled"]) * (row["published"] - row["published_labelled"]) < 0:
            lines.append(
                f"{place}, n = {row['n']}: unlabelled points help on the poster, {row['poster_labelled']:.2f} to"
                f" {row['poster']:.2f}, and harm in the published table, {row['published_labelled']:.4f} to"
                f" {row['published']:.4f}"
            )
    return lines


def markdown(found: dict[str, Any]) -> str:
    """Return the table in Markdown, one row a published entry; a dash where poster or store have nothing."""
    heads = ["alpha", "m", "n", "labelled, poster", "labelled, published", NAMES["plug_in"], "RSS, poster"]
    heads += ["RSS, published", *(NAMES[learner] for learner in LEARNERS)]
    lines = ["| " + " | ".join(heads) + " |", "|" + "---:|" * len(heads)]
    for row in found["rows"]:
        cells = {key: "-" if row[key] is None else f"{row[key]:.2f}" for key in ("poster_labelled", "poster")}
        cells |= {key: "-" if row[key] is None else f"{row[key][0]:.3f}" for key in ("plug_in", *LEARNERS)}
        numbers = [f"{row['shift']:g}", str(row["m"]), str(row["n"]), cells["poster_labelled"]]
        numbers += [f"{row['published_labelled']:.4f}", cells["plug_in"], cells["poster"], f"{row['published']:.4f}"]
        lines.append("| " + " | ".join([*numbers, *(cells[learner] for learner in LEARNERS)]) + " |")
    lines += ["", f"Poster against the published hyper-parameter table ({SOURCE}), more than {ROUNDED:g} apart:", ""]
    lines += [f"- {line}." for line in discrepancies()]
    best = [f"{count}: {accuracy:.3f}" for count, (accuracy, _) in sorted(found["coins"].items())]
    if best:
        lines += ["", "Best of N directions that never saw a point, N: accuracy: " + "; ".join(best) + "."]
    return "\n".join(lines) + "\n"


@styled
def draw(found: dict[str, Any]) -> Figure:
    """Draw the authors' and simulated accuracies, a panel a shift."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12.0, 9.0))
    panels = figure.subplots(2, 2, sharey=True)
    for axes, shift in zip(panels.flat, PUBLISHED, strict=True):
        _draw_panel(axes, found, shift)
    for axes in panels[:, 0]:
        axes.set_ylabel("accuracy (bars: 2 standard errors)")
    lines = ["poster against published table:", *discrepancies()]
    figure.suptitle("\n".join(lines), fontsize=7.5, x=0.01, ha="left")
    figure.legend(*panels[0, 0].get_legend_handles_labels(), loc="outside lower center", fontsize=8, ncols=4)
    return figure


def _draw_panel(axes: Any, found: dict[str, Any], shift: float) -> None:
    rows = [row for row in found["rows"] if row["shift"] == shift]
    places = range(len(rows))
    drawn = (
        ("published", VERMILION, "x", "robust self-training"), ("published_labelled", BLACK, "_", "labelled baseline")
    )  # fmt: skip
    for key, colour, mark, name in drawn:
        axes.plot(places, [row[key] for row in rows], mark, color=colour, ms=9, mew=2, label=f"published table: {name}")
    if shift in POSTER:
        axes.plot(
            places, [row["poster"] for row in rows], "+", color=VERMILION, ms=6, label="poster: robust self-training"
        )
        axes.plot(
            places, [row["poster_labelled"] for row in rows], "1", color=BLACK, ms=6, label="poster: labelled baseline"
        )
    for k, (learner, colour) in enumerate(zip(("plug_in", *MARKS), (BLUE, SKY, GREEN, PURPLE, ORANGE), strict=True)):
        have = [(place, *row[learner]) for place, row in zip(places, rows, strict=True) if row[learner] is not None]
        if not have:
            continue
        x = [place + 0.1 * (k - 2) for place, _, _ in have]
        accuracy, spread = [point[1] for point in have], [2 * point[2] for point in have]
        label = NAMES[learner] + (f" (of {found['candidates'][0]})" if learner == "rss_selected" else "")
        axes.errorbar(x, accuracy, spread, fmt=MARKS.get(learner, "."), color=colour, ms=5, lw=1, label=label)
    for count, (accuracy, _) in sorted(found["coins"].items()):
        style = ":" if count == min(found["coins"]) else "--"
        axes.axhline(accuracy, color=GREY, lw=1, ls=style, label=f"best of {count} directions without data")
    axes.set_xticks(places, [f"{row['m']}\n{row['n']}" for row in rows], fontsize=8)
    axes.set_xlabel("labelled m (above), unlabelled n (below)")
    axes.set_title(f"d = {DIMENSION}, shift {shift:g} |mu|", fontsize=10)
