import numpy as np
import pytest

from theory.engine.conformance import cases
from theory.engine.conformance.reference import (
    PAIRED_SCORES,
    PROBABILITY_BIT,
    SCORE_BIT,
    SCORES_BITS,
    SCORES_LABEL,
    SCORES_TARGETS,
    Input,
    Reference,
)


def reference(inputs, **options):
    return Reference("demo", "loss", "", "", inputs, lambda *_: 0, **options)


LAYOUTS = [
    reference(SCORES_LABEL),
    reference(SCORES_TARGETS),
    reference(PROBABILITY_BIT, whole_batch=True),
    reference(PAIRED_SCORES, whole_batch=True),
    reference(SCORES_BITS),
    reference((Input("gains", "probability", per_class=True, differentiated=True),)),
    reference((Input("points", "ball", per_class=True, differentiated=True),)),
]


@pytest.mark.parametrize("given", LAYOUTS)
def test_the_same_numbers_every_time_and_exact_in_float16(given):
    for first, second in zip(cases.batches(given), cases.batches(given), strict=True):
        assert first.columns == second.columns
        for name in first.columns:
            floats = first.floats(name)
            assert np.array_equal(floats.astype(np.float16).astype(float), floats)


def test_shapes_and_kinds():
    for batch in cases.batches(LAYOUTS[0]):
        assert batch.floats("scores").shape == (batch.size, batch.classes)
        assert set(batch.columns["labels"]) <= set(range(batch.classes))
        assert all(len(set(row)) == batch.classes for row in batch.columns["scores"])
    assert [batch.classes for batch in cases.batches(LAYOUTS[0])] == [3, 5]
    targets = cases.make(LAYOUTS[1], 4).columns["targets"]
    assert all(sum(row) == 1 and min(row) > 0 for row in targets)
    bits = cases.make(LAYOUTS[2])
    assert set(bits.columns["labels"]) == {0, 1}
    assert all(0 < p < 1 for p in bits.columns["probabilities"])


def test_samples_have_lengths_of_their_own_and_several_batches():
    batches = cases.batches(LAYOUTS[3])
    assert len(batches) == 4
    assert {(len(b.columns["positives"]), len(b.columns["negatives"])) for b in batches} == {(5, 4)}
    assert batches[0].columns != batches[1].columns


def test_changes_do_what_their_names_say():
    batch = cases.make(LAYOUTS[0], 3)
    moved = cases.shift(by=2).change(batch)
    assert np.array_equal(moved.floats("scores"), batch.floats("scores") + 2)
    assert np.array_equal(cases.scale(by=4).change(batch).floats("scores"), 4 * batch.floats("scores"))
    renamed = cases.reorder_classes().change(batch)
    own = [row[label] for row, label in zip(batch.columns["scores"], batch.columns["labels"], strict=True)]
    now = [row[label] for row, label in zip(renamed.columns["scores"], renamed.columns["labels"], strict=True)]
    assert own == now
    assert renamed.columns["scores"] != batch.columns["scores"]
    assert cases.reorder_batch().change(batch).columns["labels"] == batch.columns["labels"][::-1]


def test_no_scaled_row_lies_on_a_kink():
    for batch in cases.batches(LAYOUTS[0]):
        for row in batch.columns["scores"]:
            gaps = {abs(16 * (a - b)) for a in (*row, 0) for b in row if a is not b}
            assert not gaps & {0, 1, 2, 4, 8, 16, 32, 64}


def test_rows_of_bits_probabilities_and_points():
    for classes in (2, 3, 5):
        bits = cases.make(LAYOUTS[4], classes).columns["labels"]
        assert all(set(row) == {0, 1} and len(row) == classes for row in bits)
        gains = cases.make(LAYOUTS[5], classes).columns["gains"]
        assert all(len(set(row)) == classes and min(row) > 0 and max(row) < 1 for row in gains)
    for classes in (2, 16):
        points = cases.make(LAYOUTS[6], classes).columns["points"]
        assert all(0 < sum(x * x for x in row) < (15 / 16) ** 2 for row in points)


def test_bits_are_turned_with_the_signs_and_rows_are_shifted_too():
    batch = cases.make(reference(SCORE_BIT))
    turned = cases.swap_signs().change(batch)
    assert turned.columns["scores"] == [-x for x in batch.columns["scores"]]
    assert [a + b for a, b in zip(turned.columns["labels"], batch.columns["labels"], strict=True)] == [1] * batch.size
    inputs = (Input("positives", "real", differentiated=True), Input("negatives", "real", per_class=True))
    pairs = cases.make(reference(inputs), 3)
    moved = cases.shift_all(by=2).change(pairs)
    assert np.array_equal(moved.floats("positives"), pairs.floats("positives") + 2)
    assert np.array_equal(moved.floats("negatives"), pairs.floats("negatives") + 2)
