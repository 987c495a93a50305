import math

import pytest

from experiments.arrays import backend
from experiments.philox import array
from experiments.philox.scalar import scalar_functions
from experiments.philox.spec import Law, Window

PLAIN = scalar_functions(lambda function: function)
NUMPY = backend("numpy")
KEY, STREAM, REPLICATE = (0xA4093822, 0x299F31D0), 2**32 - 1, 2**32 - 2
PLACES = [0, 1, 2, 3, 127, 128, 2**33 + 1, 2**48 - 1]


def at(function, index, *first):
    return function(*first, *KEY, STREAM, REPLICATE, index)


def window(index):
    return Window(KEY, STREAM, REPLICATE, 1, index, 1)


def test_known_answer():
    pi = PLAIN.block(0xA4093822, 0x299F31D0, 0x13198A2E, 0x85A308D3, 0, 0x037, 0x7344243F6A88)
    assert [hex(word) for word in pi] == ["0xd16cfe09", "0x94fdcceb", "0x5001e420", "0x24126ea1"]


@pytest.mark.parametrize("index", PLACES)
def test_numbers_are_those_of_the_arrays(index):
    assert at(PLAIN.bits_at, index) == array.bits(NUMPY, window(index))[0, 0]
    assert at(PLAIN.uniform_at, index) == array.uniform(NUMPY, window(index))[0, 0]
    assert at(PLAIN.rademacher_at, index) == array.rademacher(NUMPY, window(index))[0, 0]
    normal = float(array.normal(NUMPY, window(index))[0, 0])
    assert abs(at(PLAIN.normal_at, index) - normal) <= 2 * math.ulp(normal)
    exponential = -math.log(array.uniform(NUMPY, window(index), Law.EXPONENTIAL)[0, 0])
    assert at(PLAIN.exponential_at, index) == exponential
    assert at(PLAIN.integer_at, index, 10) == int(10 * array.uniform(NUMPY, window(index), Law.INTEGERS)[0, 0])


@pytest.mark.parametrize("shape", [0.3, 1.0, 7.5])
def test_gamma_numbers_are_those_of_the_arrays(shape):
    for index in PLACES:
        expected = float(array.gamma(NUMPY, window(index), NUMPY.asarray([[shape]]))[0, 0])
        assert at(PLAIN.gamma_at, index, shape) == pytest.approx(expected, rel=1e-14)
        assert at(PLAIN.chisquare_at, index, 2 * shape) == pytest.approx(2 * expected, rel=1e-14)


def test_labels():
    point = array.uniform(NUMPY, window(5), Law.CATEGORICAL)[0, 0]
    assert at(PLAIN.categorical_at, 5, []) == 0
    assert at(PLAIN.categorical_at, 5, [point]) == 1
    assert at(PLAIN.categorical_at, 5, [0.0, math.nextafter(point, 1)]) == 1
    assert at(PLAIN.categorical_at, 5, [0.0, 0.0, 0.0]) == 3


def block_of_ones(*_):
    return (0xFFFFFFFF,) * 4


def test_the_largest_and_the_smallest_uniform_are_inside():
    def jit(function):
        return block_of_ones if function.__name__ == "block" else function

    largest = at(scalar_functions(jit).uniform_at, 0)
    assert largest == 1 - 2.0**-53
    assert -math.log(largest) > 0

    def zeros(function):
        return (lambda *_: (0, 0, 0, 0)) if function.__name__ == "block" else function

    smallest = scalar_functions(zeros)
    assert at(smallest.uniform_at, 0) == 2.0**-53
    assert at(smallest.normal_at, 0) == pytest.approx(math.sqrt(106 * math.log(2)), rel=1e-15)
    assert at(smallest.exponential_at, 0) == pytest.approx(53 * math.log(2), rel=1e-15)
