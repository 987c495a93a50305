from dataclasses import replace

import pytest

from experiments.gaussian_mixture.ood_unlabeled.simulator import (
    POSTER_SHIFTS,
    PRINTED_SIZES,
    PUBLISHED_SHIFTS,
    SIMULATOR,
)
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


def test_sizes_are_those_of_the_simulator():
    for block in (*table.POSTER.values(), *table.PUBLISHED.values()):
        assert {m: tuple(entries) for m, entries in block.items()} == PRINTED_SIZES
    assert tuple(table.PUBLISHED) == tuple(table.PUBLISHED_LABELLED) == PUBLISHED_SHIFTS
    assert tuple(table.POSTER) == POSTER_SHIFTS


def test_rows_hold_the_authors_numbers_and_what_the_store_has(found):
    assert len(found["rows"]) == 48
    first = found["rows"][0]
    assert (first["shift"], first["m"], first["n"]) == (0.0, 10, 10)
    assert (first["poster_labelled"], first["poster"]) == (0.59, 0.63)
    assert (first["published_labelled"], first["published"]) == (0.6317, 0.6286)
    assert 0.5 < first["rss"][0] < 0.7
    assert first["pca"] is None
    rows = {(row["shift"], row["m"], row["n"]): row for row in found["rows"]}
    shifted = rows[0.5, 10, 10]
    assert shifted["rss"] is None
    assert shifted["rss_selected"] is not None
    assert shifted["plug_in"] == first["plug_in"]
    assert rows[0.01, 20, 2000]["published"] == 0.7969
    assert rows[0.1, 40, 400]["published_labelled"] == 0.6479
    assert rows[0.1, 40, 400]["poster"] is None
    assert set(found["coins"]) == {500}
    assert found["candidates"] == [2]


def test_the_poster_is_the_published_table_rounded_but_for_what_is_said():
    lines = table.discrepancies()
    assert lines == [
        "shift 0, m = 10, labelled baseline: 0.59 on the poster, 0.6317 in the published table",
        (
            "shift 0, m = 10, n = 10: unlabelled points help on the poster, 0.59 to 0.63,"
            " and harm in the published table, 0.6317 to 0.6286"
        ),
        "shift 0.5, m = 40, n = 4000: 0.78 on the poster, 0.7935 in the published table",
    ]


def test_markdown_has_a_row_an_entry(found):
    lines = table.markdown(found).splitlines()
    assert {line.count("|") for line in lines[:50]} == {13}
    assert lines[2].startswith("| 0 | 10 | 10 | 0.59 | 0.6317 | 0.")
    assert "| 0.63 | 0.6286 | 0." in lines[2]
    assert lines[14].startswith("| 0.01 | 10 | 10 | - | 0.5946 | 0.")
    assert all(f"- {line}." in lines for line in table.discrepancies())
    assert lines[-1].startswith("Best of N directions that never saw a point, N: accuracy: 500: 0.")


def test_drawn_points_are_the_authors(found):
    drawn = table.draw(found)
    assert len(drawn.axes) == 4
    assert "0.6317" in drawn.get_suptitle()
    for axes, shift in zip(drawn.axes, table.PUBLISHED, strict=True):
        lines = [tuple(line.get_ydata()) for line in axes.get_lines()]
        rows = [row for row in found["rows"] if row["shift"] == shift]
        assert tuple(row["published"] for row in rows) in lines
        assert (tuple(row["poster"] for row in rows) in lines) == (shift in table.POSTER)
