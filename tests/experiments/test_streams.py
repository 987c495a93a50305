import hashlib
import importlib.util
import itertools
import json
import math
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

import numpy as np
import pytest
from scipy import stats

from experiments.arrays import BackendMissing, backend, to_numpy
from experiments.streams import Stream

LAWS = {
    "bits": (),
    "uniform": (),
    "normal": (),
    "exponential": (),
    "rademacher": (),
    "integers": (10,),
    "categorical": ([0.2, 0.0, 0.5, 0.3],),
    "gamma": (0.4,),
    "chisquare": (7,),
}
EXACT = ("bits", "uniform", "rademacher", "integers", "categorical")
FALSE_ALARM = 1e-6  # of each statistical test; the seeds are fixed, so a failure is a change of the numbers


STREAM = Stream(20260101, 3)


def draw(law, *place, stream=STREAM, **options):
    return getattr(stream, law)(*LAWS[law], *place, **options)


def choose_engine(monkeypatch, compiled):
    """Use array operations on NumPy unless the compiled fills are wanted."""
    from experiments.philox import engines

    if not compiled:
        monkeypatch.setattr(engines, "_compiled", lambda: None)
    elif importlib.util.find_spec("numba") is None:
        pytest.skip("Numba is not installed")


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("law", LAWS)
def test_numbers_do_not_depend_on_chunks(law, compiled, monkeypatch):
    choose_engine(monkeypatch, compiled)
    whole = draw(law, 9, 300, offset=5)
    assert whole.shape == (9, 300)
    for rows, (start, end) in itertools.product(
        (range(9), range(3, 4), range(7, 9)), ((0, 300), (1, 2), (122, 251), (299, 300), (7, 7))
    ):
        part = draw(law, rows, end - start, offset=5 + start)
        assert np.array_equal(part, whole[rows.start : rows.stop, start:end])


@pytest.mark.parametrize("law", LAWS)
def test_elements_are_in_row_major_order(law):
    assert np.array_equal(draw(law, 2, (3, 4, 5)).reshape(2, 60), draw(law, 2, 60))
    assert draw(law, range(4, 6)).shape == (2,)
    assert draw(law, 0, 5).shape == (0, 5)
    assert draw(law, 3, (2, 0)).shape == (3, 2, 0)


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("law", ["bits", "uniform", "normal", "rademacher", "gamma"])
def test_large_arrays_are_made_of_tiles(law, compiled, monkeypatch):
    choose_engine(monkeypatch, compiled)
    whole = draw(law, 3, 150_001)
    assert np.array_equal(whole[1:2, 100_000:], draw(law, range(1, 2), 50_001, offset=100_000))
    assert np.array_equal(whole[:, 70_000:70_003], draw(law, 3, 3, offset=70_000))


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("name", ["numpy", "strict", "strict:device1", "torch", "cupy"])
def test_backends_agree(law, name, monkeypatch):
    try:
        chosen = backend(name)
    except BackendMissing as missing:
        pytest.skip(str(missing))
    expected = draw(law, range(3, 8), (3, 50), offset=2**35 + 7)
    choose_engine(monkeypatch, compiled=False)
    found = draw(law, range(3, 8), (3, 50), offset=2**35 + 7, backend=chosen)
    assert getattr(found, "device", None) == chosen.asarray([0.0]).device
    found = to_numpy(found)
    assert found.dtype == expected.dtype
    host = chosen.library in ("numpy", "strict")  # whose functions are NumPy's
    if law in EXACT:
        assert np.array_equal(found, expected)
    elif law in ("normal", "exponential"):
        np.testing.assert_array_max_ulp(found, expected, 2 if host else 4)
    else:
        np.testing.assert_allclose(found, expected, rtol=1e-14 if host else 1e-13)


@pytest.mark.parametrize("name", ["strict:device1", "torch"])
def test_parameters_on_their_device(name):
    try:
        chosen = backend(name)
    except BackendMissing as missing:
        pytest.skip(str(missing))
    dof = chosen.asarray([1, 2, 30])
    found = Stream(5).chisquare(dof, 4, 3)
    assert found.device == dof.device
    np.testing.assert_allclose(to_numpy(found), Stream(5).chisquare([1, 2, 30], 4, 3), rtol=1e-14)
    weights = chosen.asarray([0.5, 0.5])
    labels = Stream(5).categorical(weights, 4, 3, backend=chosen)
    assert np.array_equal(to_numpy(labels), Stream(5).categorical([0.5, 0.5], 4, 3))


def rows_of(rows):
    return [draw(law, rows, 20) for law in LAWS]


@pytest.mark.parametrize("workers", [1, 2])
def test_numbers_do_not_depend_on_workers(workers):
    whole = rows_of(range(6))
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        parts = list(pool.map(rows_of, [range(start, start + 2) for start in (0, 2, 4)]))
    for law, numbers in enumerate(whole):
        assert np.array_equal(np.concatenate([part[law] for part in parts]), numbers)


def test_named_streams_are_the_hash_of_their_names():
    names = ["train", {"n": 3, "d": [1, 2.5]}]
    text = json.dumps([7, *names], sort_keys=True, separators=(",", ":"))
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    assert Stream.named(7, *names) == Stream(seed)
    assert Stream.named(7, "train", {"d": [1, 2.5], "n": 3}) == Stream(seed)
    different = [Stream.named(*args) for args in ((7,), (8,), (7, "a"), (7, "b"), (7, ["a", "b"]), (7, "a", "b"))]
    assert len({stream.seed for stream in different}) == len(different)


def test_every_part_of_an_address_counts():
    base = Stream(1, 1).bits(range(1, 2), 4, offset=4)
    others = [
        Stream(2, 1).bits(range(1, 2), 4, offset=4),
        Stream(1 + 2**32, 1).bits(range(1, 2), 4, offset=4),
        Stream(1, 2).bits(range(1, 2), 4, offset=4),
        Stream(1, 1).bits(range(2, 3), 4, offset=4),
        Stream(1, 1).bits(range(1, 2), 4, offset=8),
        Stream(1, 1).bits(range(1, 2), 4, offset=4 + 2**34),
        Stream(1, 1).bits(range(1 + 2**31, 2 + 2**31), 4, offset=4),
    ]
    assert len({tuple(words.reshape(-1).tolist()) for words in [base, *others]}) == 8


def test_the_key_is_the_seed():
    assert Stream(0x299F31D0A4093822).key == (0xA4093822, 0x299F31D0)


# -- laws ---------------------------------------------------------------------------------------------------------

CONTINUOUS = {
    "uniform": (stats.uniform, ()),
    "normal": (stats.norm, ()),
    "exponential": (stats.expon, ()),
    "gamma": (stats.gamma, (0.4,)),
    "chisquare": (stats.chi2, (7,)),
}


@pytest.mark.parametrize("law", CONTINUOUS)
def test_distribution(law):
    family, parameters = CONTINUOUS[law]
    sample = draw(law, 200, 1000).reshape(-1)
    assert stats.kstest(sample, family(*parameters).cdf).pvalue > FALSE_ALARM
    # Tails by themselves, which the test of Kolmogorov and Smirnov hardly sees.
    for q in (1e-3, 0.999):
        below = int(np.sum(sample <= family(*parameters).ppf(q)))
        assert stats.binomtest(below, sample.size, q).pvalue > FALSE_ALARM


@pytest.mark.parametrize("shape", [0.02, 0.99, 1.0, 1.01, 50.0, 1e6, 1e15])
def test_gamma_of_all_shapes(shape):
    sample = Stream(11).gamma(shape, 20, 1000).reshape(-1)
    assert np.all(np.isfinite(sample))
    if shape > 1e5:  # the law is normal to within 1e-3 of a probability, less than the test resolves
        assert stats.kstest((sample - shape) / math.sqrt(shape), stats.norm.cdf).pvalue > FALSE_ALARM
    else:
        assert stats.kstest(sample, stats.gamma(shape).cdf).pvalue > FALSE_ALARM


def test_gamma_numbers_too_small_to_hold_are_nought():
    sample = Stream(11).gamma(1e-3, 20, 1000)
    share = math.exp(-1e-3 * 1075 * math.log(2)) / math.gamma(1.001)  # below half the smallest number, 2^-1075
    assert stats.binomtest(int(np.sum(sample == 0)), sample.size, share).pvalue > FALSE_ALARM


def test_chisquare_of_many_degrees_of_freedom():
    dof = np.asarray([[1.0], [2.5], [100.0]])
    sample = Stream(12).chisquare(dof, 2000, (3, 10))
    for row, k in enumerate((1.0, 2.5, 100.0)):
        assert stats.kstest(sample[:, row, :].reshape(-1), stats.chi2(k).cdf).pvalue > FALSE_ALARM


@pytest.mark.parametrize(
    ("law", "probabilities"),
    [
        ("rademacher", {-1.0: 0.5, 1.0: 0.5}),
        ("integers", dict.fromkeys(range(10), 0.1)),
        ("categorical", {0: 0.2, 2: 0.5, 3: 0.3}),
    ],
)
def test_frequencies(law, probabilities):
    values, counts = np.unique(draw(law, 100, 1000), return_counts=True)
    assert values.tolist() == list(probabilities)
    assert stats.chisquare(counts, 100_000 * np.asarray(list(probabilities.values()))).pvalue > FALSE_ALARM


def test_each_bit_is_fair():
    words = draw("bits", 100, 1000)
    assert words.min() >= 0
    assert words.max() < 2**32
    for place in range(32):
        assert stats.binomtest(int(np.sum((words >> place) & 1)), words.size, 0.5).pvalue > FALSE_ALARM


def correlation_is_nought(x, y):
    return abs(np.corrcoef(x.reshape(-1), y.reshape(-1))[0, 1]) * math.sqrt(x.size) < -stats.norm.ppf(FALSE_ALARM / 2)


def test_neighbours_do_not_correlate():
    x = draw("normal", 301, 1001)
    assert correlation_is_nought(x[1:], x[:-1])  # replicates
    assert correlation_is_nought(x[:, 1:], x[:, :-1])  # elements: within a block and across
    assert correlation_is_nought(x[:, ::2][:, :500] ** 2, x[:, 1::2] ** 2)  # the two of Box and Muller
    assert correlation_is_nought(x, draw("normal", 301, 1001, stream=Stream(20260101, 4)))
    assert correlation_is_nought(x, draw("normal", 301, 1001, stream=Stream(20260102, 3)))


def test_laws_of_one_stream_do_not_correlate():
    laws = [name for name in LAWS if name != "chisquare"]  # which is a gamma law
    samples = {name: stats.rankdata(draw(name, 100, 200)) for name in laws}
    for one, other in itertools.combinations(laws, 2):
        assert correlation_is_nought(samples[one], samples[other]), (one, other)


def test_a_test_of_correlation_that_can_fail():
    x = draw("normal", 100, 200)
    assert not correlation_is_nought(x, x + 10 * draw("normal", 100, 200, offset=200))


def test_pairwise_different_streams():
    words = np.concatenate([Stream(1, number).bits(4, 4) for number in range(500)]).reshape(-1)
    assert np.unique(words).size >= words.size - 3  # 8,000 words: four coincidences in 2^32 have probability 1e-10


def test_uniforms_are_odd_multiples_of_the_smallest():
    scaled = draw("uniform", 10, 1000) * 2.0**53
    assert np.all(scaled % 2 == 1)


# -- arguments ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Stream(-1), r"seed must be a whole number from 0 to 18446744073709551615, got -1"),
        (lambda: Stream(2**64), "seed must be a whole number from 0"),
        (lambda: Stream(1.0), r"seed must be a whole number from 0 to .*, got 1\.0"),
        (lambda: Stream(True), "seed must be a whole number from 0 to .*, got True"),
        (lambda: Stream(1, 2**32), "stream must be a whole number from 0 to 4294967295"),
        (lambda: Stream.named(-1, "x"), "seed must be"),
        (lambda: Stream.named(1, object()), "names must be strings, finite numbers"),
        (lambda: Stream.named(1, math.nan), "names must be strings, finite numbers"),
        (lambda: Stream.named(1, [{"a": {1: 2}}]), "the key 1 is not a string"),  # JSON would write it as "1"
        (lambda: Stream(1).uniform(-1, 2), "replicates must be a whole number from 0"),
        (lambda: Stream(1).uniform(2.0, 2), r"replicates must be a whole number from 0 to .*, got 2\.0"),
        (lambda: Stream(1).uniform(2**32 + 1, 0), "replicates must be a whole number from 0 to 4294967296"),
        (lambda: Stream(1).uniform(range(0, 4, 2), 2), "a range of step 1"),
        (lambda: Stream(1).uniform(range(-1, 4), 2), "a range of step 1"),
        (lambda: Stream(1).uniform(range(2**32, 2**32 + 1), 2), "a range of step 1"),
        (lambda: Stream(1).uniform(1, (2, -1)), "shape must be a whole number from 0"),
        (lambda: Stream(1).uniform(1, 2.5), r"shape must be a whole number from 0 to .*, got 2\.5"),
        (lambda: Stream(1).uniform(1, 2, offset=-1), "offset must be a whole number from 0"),
        (lambda: Stream(1).uniform(1, 2, offset=2**48 - 1), r"at most 2\^48"),
        (lambda: Stream(1).uniform(1, 2, backend="numpy"), "backend must be a Backend"),
        (lambda: Stream(1).integers(0, 1, 2), "bound must be a whole number from 1"),
        (lambda: Stream(1).integers(2**31 + 1, 1, 2), "bound must be a whole number from 1 to 2147483648"),
        (lambda: Stream(1).categorical([0.5, 0.6], 1, 2), "weights must be >= 0 and sum to 1"),
        (lambda: Stream(1).categorical([1.5, -0.5], 1, 2), "weights must be >= 0 and sum to 1"),
        (lambda: Stream(1).categorical([math.nan, 1.0], 1, 2), "weights must be >= 0 and sum to 1"),
        (lambda: Stream(1).categorical([], 1, 2), "weights must be a vector of probabilities"),
        (lambda: Stream(1).categorical([[1.0]], 1, 2), "weights must be a vector of probabilities"),
        (lambda: Stream(1).categorical(None, 1, 2), "weights must be a vector of probabilities"),
        (lambda: Stream(1).categorical("ab", 1, 2), "weights must be a vector of probabilities"),
        (lambda: Stream(1).gamma(0.0, 1, 2), "shape_parameter must be finite and > 0"),
        (lambda: Stream(1).gamma([1.0, math.inf], 1, 2), "shape_parameter must be finite and > 0"),
        (lambda: Stream(1).gamma(None, 1, 2), "shape_parameter must be finite numbers > 0"),
        (lambda: Stream(1).gamma([1.0, 2.0, 3.0], 1, 2), r"of shape \(3,\) does not broadcast to \(1, 2\)"),
        (lambda: Stream(1).gamma(np.ones((3, 1, 2)), 1, 2), "does not broadcast"),
        (lambda: Stream(1).chisquare(-3, 1, 2), r"dof must be finite and > 0, got -3\.0"),
        (lambda: Stream(1).chisquare("3", 1, 2), "dof must be finite numbers > 0, got '3'"),
        (lambda: Stream(1).chisquare(np.asarray([1j]), 1, 2), "dof must be finite numbers > 0"),
    ],
)
def test_bad_arguments(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_whole_numbers_of_numpy_are_whole_numbers():
    assert Stream(np.uint64(2**64 - 1)) == Stream(2**64 - 1)
    assert Stream(1).uniform(np.int64(2), (np.int32(3),)).shape == (2, 3)


def test_the_last_addresses_do_not_wrap():
    last = Stream(2**64 - 1, 2**32 - 1)
    assert last.uniform(range(2**32 - 1, 2**32), 1, offset=2**48 - 1).shape == (1, 1)
    assert last.rademacher(range(2**32 - 1, 2**32), 1, offset=2**48 - 1)[0, 0] in (-1.0, 1.0)
    assert last.gamma(0.1, range(2**32 - 1, 2**32), 1, offset=2**48 - 1)[0, 0] >= 0


def test_weights_that_round():
    # The inner sums are exact: a last label of weight 0 never occurs though floats miss the sum 1.
    weights = [0.1] * 10 + [0.0]
    assert Stream(2).categorical(weights, 100, 1000).max() == 9
    single = np.full(3, 1 / 3, dtype=np.float32)
    assert set(np.unique(Stream(2).categorical(single, 10, 100)).tolist()) == {0, 1, 2}


def test_streams_are_values():
    assert Stream(1, 2) == Stream(1, 2)
    assert len({Stream(1, 2), Stream(1, 2), Stream(1, 3)}) == 2
    assert eval(repr(Stream(5, 6))) == Stream(5, 6)
    assert partial(Stream, 1)() == Stream(1, 0)
