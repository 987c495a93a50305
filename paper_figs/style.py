"""One style for all figures: colours that the colour-blind tell apart, and text that is legible at column width.

The colours are those of Okabe and Ito without their yellow, which is too light for a line, and a grey. The first four
are each lighter than the one before, so that a few curves differ in grey print too; more of them need line styles.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["BLACK", "BLUE", "COLOURS", "GREEN", "GREY", "ORANGE", "PURPLE", "SKY", "VERMILION", "style", "styled"]

BLUE, VERMILION, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
ORANGE, SKY, BLACK, GREY = "#E69F00", "#56B4E9", "#000000", "#7F7F7F"
COLOURS = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, BLACK)
"""In the order in which curves take them."""

P = ParamSpec("P")
SHEET = Path(__file__).with_name("lossproof.mplstyle")


@contextmanager
def style() -> Iterator[None]:
    """Draw in the style of all figures, whatever the user's settings are.

    Examples
    --------
    >>> from matplotlib import rcParams
    >>> with style():
    ...     rcParams["axes.prop_cycle"].by_key()["color"][0]
    '#0072B2'
    """
    from matplotlib import rc_context, rcdefaults
    from matplotlib.style import use

    with rc_context():
        rcdefaults()
        use(SHEET)
        yield


def styled(draw: Callable[P, Figure]) -> Callable[P, Figure]:
    """Let a function draw in the style of all figures, whoever calls it."""

    @functools.wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> Figure:
        with style():
            return draw(*args, **kwargs)

    return drawn
