import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.canonical import decode, encode

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text().filter(lambda name: not name.startswith("$")), inner),
    max_leaves=20,
)


@given(PLAIN)
def test_what_is_written_reads_back_and_is_ascii(value):
    text = encode(value)
    assert decode(text) == value
    assert encode(decode(text)) == text
    assert text.isascii()


def test_the_order_of_keys_does_not_matter_but_types_and_signs_do():
    assert encode({"b": 1, "a": 2}) == encode({"a": 2, "b": 1}) == '{"a":2,"b":1}'
    assert len({encode(value) for value in (1, 1.0, True, "1", -0.0, 0.0)}) == 6


def test_nan_and_infinities_return():
    assert math.isnan(decode(encode(math.nan)))
    assert decode(encode([math.inf, -math.inf])) == [math.inf, -math.inf]
    assert encode(np.float64("nan")) == encode(float("nan")) == '{"$float":"nan"}'


def test_numpy_scalars_are_numbers():
    assert (
        encode({"a": np.int8(3), "b": np.float32(0.1), "c": np.bool_(True)})
        == '{"a":3,"b":0.10000000149011612,"c":true}'
    )


@pytest.mark.parametrize(
    "value", [{1: 2}, {"$float": "nan"}, {"\ud800": 1}, {1, 2}, b"x", 1j, np.zeros(2), object(), {None: 1}]
)
def test_other_data_are_refused(value):
    with pytest.raises(ValueError, match="allowed"):
        encode(value)


def test_deep_data_are_refused():
    value = []
    for _ in range(100):
        value = [value]
    with pytest.raises(ValueError, match="nested deeper"):
        encode(value)


@pytest.mark.parametrize(
    "text", ["NaN", "[Infinity]", '{"$float":"1.0"}', '{"$float":"nan","x":1}', "{", "[" * 100_000]
)
def test_texts_that_are_not_canonical_are_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 -- json has messages of its own
        decode(text)
