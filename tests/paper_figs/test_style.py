import ast
import re
from itertools import combinations
from pathlib import Path

import matplotlib as mpl
import pytest

from paper_figs import style
from paper_figs.catalogue import installed

NAMED = set(mpl.colors.CSS4_COLORS) - {"white"}  # the inside of marks
FORMAT = re.compile(r"[bgrcmyk](?:--|-\.|[-:.ox+*^_1])+")  # matplotlib's short form, with a colour in it
MODULES = sorted(Path(style.__file__).parent / f"{name.rpartition('.')[2]}.py" for name in installed().values())


def luminance(colour):
    channels = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in mpl.colors.to_rgb(colour)
    ]
    return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]


def test_the_style_is_the_same_whatever_the_user_has_set():
    mpl.rcParams |= {"font.size": 30, "lines.linestyle": "--"}  # the sheet has the first alone
    try:
        with style.style():
            assert (mpl.rcParams["font.size"], mpl.rcParams["lines.linestyle"]) == (9, "-")
            cycle = mpl.rcParams["axes.prop_cycle"].by_key()["color"]
        assert mpl.rcParams["font.size"] == 30
    finally:
        mpl.rcdefaults()
    assert cycle == list(style.COLOURS)


def test_no_two_of_the_first_four_colours_are_the_same_grey():
    greys = [luminance(colour) for colour in style.COLOURS[:4]]
    assert min(abs(a - b) for a, b in combinations(greys, 2)) > 0.02
    assert greys == sorted(greys)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_every_figure_is_drawn_in_the_style_and_takes_its_colours_from_it(path):
    tree = ast.parse(path.read_text("utf-8"))
    (draw,) = (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "draw")
    assert "styled" in {getattr(item, "id", "") for item in draw.decorator_list}
    text = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    assert not {word for word in text if word.startswith(("tab:", "#")) or word in NAMED or FORMAT.fullmatch(word)}
