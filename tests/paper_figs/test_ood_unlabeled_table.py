from dataclasses import replace

import pytest

from experiments.gaussian_mixture.ood_unlabeled.simulator import PRINTED_SIZES, SIMULATOR
from experiments.store import Store
from experiments.sweep import run_sweep
from paper_figs import ood_unlabeled_table as table


def small(sizes):
    base = {"dimension": 200, "separation": 1.0, "shift": 0.0, "candidates": 1, "replicates": 2, "seed": 1}
    yield base | {"labelled": 0, "unlabelled": 0, "learner": "best_of_coins", "candidates": 500}
    yield base | {"labelled": 10, "unlabelled": 0, "learner": "plug_in"}
    yield base | {"labelled": 10, "unlabelled": 10, "learner": "rss"}
    yield base | {"labelled": 10, "unlabelled": 10, "shift": 0.5, "learner": "rss_selected", "candidates": 2}


@pytest.fixture
def found(tmp_path):
    run_sweep(replace(SIMULATOR, cells=small), "quick", tmp_path / "store", executor="serial")
    with Store(tmp_path / "store") as store:
        return table.data(store)


def test_printed_sizes_are_those_of_the_simulator():
    for block in table.PRINTED.values():
        assert {m: tuple(entries) for m, entries in block.items()} == PRINTED_SIZES


def test_rows_hold_printed_numbers_and_what_the_store_has(found):
    assert len(found["rows"]) == 24
    first = found["rows"][0]
    assert (first["shift"], first["m"], first["n"], first["printed_labelled"], first["printed"]) == (
        0.0,
        10,
        10,
        0.59,
        0.63,
    )
    assert 0.5 < first["rss"][0] < 0.7
    assert first["pca"] is None
    shifted = next(row for row in found["rows"] if (row["shift"], row["m"], row["n"]) == (0.5, 10, 10))
    assert shifted["rss"] is None
    assert shifted["rss_selected"] is not None
    assert shifted["plug_in"] == first["plug_in"]
    assert set(found["coins"]) == {500}
    assert found["candidates"] == [2]


def test_markdown_has_a_row_an_entry(found):
    lines = table.markdown(found).splitlines()
    assert len({line.count("|") for line in lines[:26]}) == 1
    assert lines[2].startswith("| 0 | 10 | 10 | 0.59 | 0.")
    assert "| 0.63 | 0." in lines[2]
    assert lines[-1].startswith("Best of N directions that never saw a point, N: accuracy: 500: 0.")


def test_drawn_points_are_the_printed_ones(found):
    panels = table.draw(found).axes
    assert len(panels) == 2
    drawn = [tuple(line.get_ydata()) for line in panels[0].get_lines()]
    assert tuple(row["printed"] for row in found["rows"] if row["shift"] == 0.0) in drawn
