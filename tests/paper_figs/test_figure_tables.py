from dataclasses import dataclass

import numpy as np
import pytest

from paper_figs.tables import long_rows, long_table


@dataclass
class Curve:
    x: list
    name: str


def test_every_number_is_a_row_and_floats_are_exact():
    found = {"a": {("bag", 3): Curve([0.1, None], "one")}, 2: np.arange(4).reshape(2, 2), "yes": np.bool_(True)}
    assert list(long_rows(found)) == [
        ("a/bag 3/x", "0", "0.1"),
        ("a/bag 3/x", "1", ""),
        ("a/bag 3/name", "", "one"),
        *(("2", f"{i},{j}", str(2 * i + j)) for i in range(2) for j in range(2)),
        ("yes", "", "true"),
    ]
    assert list(long_rows((False, (None,)))) == [("", "0", "false"), ("", "1,0", "")]
    assert [float(value) for _, _, value in long_rows([1 / 3, float("inf")])] == [1 / 3, float("inf")]
    assert long_table({"a,b": 'say "x"'}) == 'quantity,index,value\n"a,b",,"say ""x"""\n'


def test_what_is_no_data_is_refused():
    with pytest.raises(TypeError, match="data of figures are numbers, text"):
        long_table({"a": object()})
