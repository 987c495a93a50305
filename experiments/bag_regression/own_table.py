"""``lossproof simulate aggregate --data FILE``: what bag averages cost on a table of one's own."""

from __future__ import annotations

import argparse
from typing import Any

from experiments.bag_regression.bags import Bags
from experiments.bag_regression.comparison import FOLDS, MEAN, RHOS, RIDGES, Compared, compare, training_rows
from experiments.bag_regression.table_files import BUNDLED, open_table
from experiments.simulator import Findings
from theory.engine.errors import BadInput

__all__ = ["add_options", "study"]

COLUMNS = ("rule", "private", "rho", "ridge", "test error", "s.e.", "relative", "L_bag", "L_ins", "R")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what can be asked of a table to its parser."""
    shipped = ", ".join(f"sklearn:{name}" for name in BUNDLED)
    parser.description = (
        "Compare rules that are learned from averages of labels over bags, on random splits of a table: CSV with a"
        f" header, NPZ with X and y, or {shipped}. Columns must be numeric. A fifth of the rows is for testing; if the"
        " bag size does not divide the others, the last bag is smaller."
    )
    parser.add_argument("--bag-size", type=int, required=True, metavar="M", help="rows in a bag, at least 1")
    parser.add_argument("--target", metavar="COLUMN", help="what is learned (default: the last column of a CSV)")
    parser.add_argument(
        "--rho", type=float, metavar="R", help="one more weight of the spread within bags, >= 0 (default: none)"
    )
    parser.add_argument(
        "--ridge", type=float, default=0.0, metavar="L", help="ridge of the rules that choose none, >= 0 (default: 0)"
    )
    parser.add_argument(
        "--epsilon", type=float, metavar="E", help="private versions too, at this level > 0; needs --low and --high"
    )
    parser.add_argument(
        "--low", type=float, metavar="A", help="labels below are raised to it, in units of the target, for --epsilon"
    )
    parser.add_argument(
        "--high", type=float, metavar="B", help="labels above are lowered to it, in units of the target, for --epsilon"
    )
    parser.add_argument(
        "--repeats", type=int, default=20, metavar="K", help="number of random splits, at least 1 (default: 20)"
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="S", help="seed of splits and noise, a whole number >= 0 (default: 0)"
    )


def study(file: str, options: argparse.Namespace) -> Findings:
    """Return what is printed for a table.

    Raises
    ------
    BadInput
        If the table or an option cannot be used.
    """
    clip = _clip(options)
    table = open_table(file)
    X, y = table.split(options.target)
    try:
        found = compare(
            X,
            y,
            options.bag_size,
            rho=options.rho,
            ridge=options.ridge,
            epsilon=options.epsilon,
            clip=clip,
            repeats=options.repeats,
            seed=options.seed,
        )
    except ValueError as error:  # an option is out of range, or the table too small or its numbers too large
        raise BadInput(str(error)) from error
    target = table.target if options.target is None else options.target
    rest, base = table.values.shape[1] - 1, next(rule for rule in found if rule.rule == MEAN)
    head = (
        f"{table.source}: {len(y)} rows, {rest} features, target {target}",
        _cut(len(y), options.bag_size) + f"; {options.repeats} random splits",
    )
    return Findings(head, COLUMNS, tuple(_row(rule, base) for rule in found), _notes(found, options))


def _clip(options: argparse.Namespace) -> tuple[float, float] | None:
    """Return the interval of labels; none without privacy, and no privacy without it."""
    ends = (options.low, options.high)
    if options.epsilon is None:
        if ends != (None, None):
            raise BadInput("--low and --high go with --epsilon")
        return None
    if None in ends:
        raise BadInput("--epsilon needs --low and --high, chosen without a look at the labels: they are clipped to it")
    if not options.low < options.high:
        raise BadInput(f"--low must be below --high, got {options.low} and {options.high}")
    return ends


def _cut(rows: int, size: int) -> str:
    """Say how rows are divided."""
    used = training_rows(rows)
    bags = Bags(used, size)
    last = f" and one of {bags.rest}" if bags.rest else ""
    return f"{used} rows for training in {bags.full} bags of {size}{last}, {rows - used} for testing"


def _row(rule: Compared, base: Compared) -> tuple[Any, ...]:
    """Return the cells of a rule: means over the splits, of penalties the median."""
    return (
        rule.rule,
        "yes" if rule.private else "no",
        _median(rule.rho),
        _median(rule.ridge),
        rule.mean,
        rule.standard_error if len(rule.error) > 1 else None,
        rule.mean / base.mean,
        *(sum(part) / len(part) for part in (rule.bag_loss, rule.instance_loss, rule.within)),
    )


def _median(values: list[float | None]) -> float | None:
    """Return the lower median, a number of the grid; None if there are none."""
    numbers = sorted(value for value in values if value is not None)
    return numbers[(len(numbers) - 1) // 2] if numbers else None


def _notes(found: list[Compared], options: argparse.Namespace) -> tuple[str, ...]:
    notes = [
        "test error: mean squared error on single rows; s.e.: over splits, which share rows",
        "relative: to the test error of the mean prediction without noise",
        f"best: the least error on held-out bags ({FOLDS} parts), without single labels; shown is the median choice",
        f"of {len(RHOS)} rho from 0 to {RHOS[-1]:g}, {len(RIDGES)} ridges from 0 to {RIDGES[-1]:g}",
        "individual labels: the reference, which is given every label",
        "L_bag, L_ins = L_bag + R: on the training bags",
    ]
    if options.epsilon is not None:
        scale = (options.high - options.low) / (options.bag_size * options.epsilon)
        notes += [
            f"private: labels in [{options.low:g}, {options.high:g}], Laplace noise of scale {scale:.4g} on full bags;",
            "these results are not private themselves: tests, and rules without noise, see labels",
        ]
    least = sorted({rule.rule for rule in found if any(rule.singular)})
    if least:
        notes.append(f"singular equations in some split, where the fit is the one of least norm: {', '.join(least)}")
    return tuple(notes)
