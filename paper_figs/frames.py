"""What figures share: the rows of a store, a panel a setting, curves with their bands, one legend for all panels."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from experiments.store import Store

__all__ = ["band", "handles_by_label", "one_panel_each", "stored_rows"]


def stored_rows(store: Store, simulator: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Return the specification and the results of every cell of a store.

    Raises
    ------
    ValueError
        If the store is empty.
    """
    rows = [(dict(cell), dict(results)) for cell, results in store.rows()]
    if not rows:
        raise ValueError(f"the store must have results of the simulator {simulator}, got none")
    return rows


def one_panel_each(panels: Any, names: Sequence[str], draw: Callable[[Axes, str], None]) -> None:
    """Draw one panel for each name, the first of a row of them, and leave the others blank."""
    for axes, name in zip(panels, names, strict=False):
        draw(axes, name)
    for axes in panels[len(names) :]:
        axes.set_axis_off()


def band(axes: Axes, curve: Mapping[str, Any], value: str, *, color: str, alpha: float = 0.2, **line: Any) -> None:
    """Draw the entry ``value`` of a curve over its ``rounds``, and a band from ``low`` to ``high``."""
    axes.plot(curve["rounds"], curve[value], color=color, **line)
    axes.fill_between(curve["rounds"], curve["low"], curve["high"], color=color, alpha=alpha, lw=0)


def handles_by_label(panels: Iterable[Axes]) -> dict[str, Any]:
    """Return label -> handle of all that panels show, each label once: what one legend for all of them takes.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> panels = Figure().subplots(1, 2)
    >>> _ = [axes.plot([0, 1], label="mean") for axes in panels]
    >>> list(handles_by_label(panels))
    ['mean']
    """
    return {label: handle for axes in panels for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)}
