import numpy as np
import pytest

from experiments.arrays import backend, namespace, to_numpy
from experiments.comparing import distance, kinds_of
from experiments.counting import Work, work_of
from experiments.simulator import find
from experiments.streams import Stream
from theory.optimisation.deep_unfolding.layers import layers

N = 8  # bytes of a number


def counted(operation, *arrays):
    """Return the work of an operation on arrays, without that of bringing them there."""
    bring = sum(np.asarray(array).nbytes for array in arrays)
    work = work_of(lambda where: operation(where.xp, *(where.asarray(array) for array in arrays)))
    return work.bytes - bring, work.products, work.elements


A, B = np.arange(12.0).reshape(3, 4), np.arange(20.0).reshape(4, 5)
SQUARE, COLUMN = np.eye(6) * 2.0, np.ones((3, 1))


def added(xp, a):
    a += 1.0


def put(xp, a):
    a[:2, :] = 0.0


def put_row(xp, a, row):
    a[1, :] = row


def put_transposed(xp, a):
    a[...] = a.T


def added_to_a_part(xp, a):
    a[:2, 1:] += 1.0


def added_where(xp, a, mask):
    a[mask] += 1.0


@pytest.mark.parametrize(
    ("operation", "arrays", "work"),
    [
        (lambda xp, a: a + a, [A], ((12 + 12) * N, 0, 12)),  # one array, read once
        (lambda xp, a, b: a * b, [A, A + 1], (36 * N, 0, 12)),
        (lambda xp, a: 2.0 - a, [A], (24 * N, 0, 12)),
        (lambda xp, a: np.float64(2.0) / (a + 1), [A], (48 * N, 0, 24)),
        (lambda xp, a: -a, [A], (24 * N, 0, 12)),
        (lambda xp, a: a > 0, [A], (12 * N + 12, 0, 12)),
        (lambda xp, a: xp.exp(a), [A], (24 * N, 0, 12)),
        (lambda xp, a, c: a + c, [A, COLUMN], ((12 + 3 + 12) * N, 0, 12)),
        (lambda xp, a, c: a + xp.broadcast_to(c, (3, 4)), [A, COLUMN], ((12 + 3 + 12) * N, 0, 12)),
        (lambda xp, a: xp.sum(a, axis=0), [A], ((12 + 4) * N, 0, 12)),
        (lambda xp, a: xp.sum(a), [A], ((12 + 1) * N, 0, 12)),
        (lambda xp, a: xp.where(a > 3, a, 0.0), [A], (12 * N + 12 + 12 * N + 12 + 12 * N, 0, 24)),
        (lambda xp, a: a[1:, ::2], [A], (0, 0, 0)),
        (lambda xp, a: xp.reshape(a, (4, 3)).T, [A], (0, 0, 0)),
        (lambda xp, a: xp.astype(a, xp.float64, copy=False), [A], (0, 0, 0)),
        (lambda xp, a: xp.reshape(a.T, (12,)), [A], (24 * N, 0, 0)),  # a copy
        (lambda xp, a, rows: xp.take(a, rows, axis=0), [A, np.asarray([2])], ((1 + 2 * 4) * N, 0, 0)),
        (lambda xp, a, mask: a[mask], [A, A > 6], (12 + 2 * 5 * N, 0, 0)),
        (lambda xp, a: [row for row in a], [A], (0, 0, 0)),  # noqa: C416 -- it asks for rows
        (added, [A], (24 * N, 0, 12)),
        (put, [A], (8 * N, 0, 0)),
        (put_row, [A, np.ones(4)], (8 * N, 0, 0)),
        (lambda xp: xp.zeros((3, 5)), [], (15 * N, 0, 0)),
        (lambda xp, a: xp.zeros_like(a), [A], (12 * N, 0, 0)),  # nothing of a is read
        (lambda xp, a: xp.full_like(a, 3.0), [A], (12 * N, 0, 0)),
        (lambda xp, a: [xp.empty((3, 5)), xp.empty_like(a)], [A], (0, 0, 0)),
        (lambda xp, a: (a[1, 2], a[2, ...][0]), [A], (0, 0, 0)),
        (added_to_a_part, [A], (2 * 6 * N, 0, 6)),  # nothing is left to assign
        (put_transposed, [np.ones((3, 3))], (2 * 9 * N, 0, 0)),
        (added_where, [A, A > 6], (12 + 2 * 5 * N + 2 * 5 * N + 12 + 2 * 5 * N, 0, 5)),  # pick, add, put
        (lambda xp, a: xp.concat([a, a + 1]), [A], (24 * N + 48 * N, 0, 12)),
        (lambda xp, a, b: a @ b, [A, B], ((12 + 20 + 15) * N, 2 * 3 * 4 * 5, 0)),
        (lambda xp, a, b: xp.matmul(a, b), [np.ones((7, 3, 4)), B], ((84 + 20 + 105) * N, 7 * 120, 0)),
        (lambda xp, a, b: xp.tensordot(a, b, axes=1), [A, B], (47 * N, 120, 0)),
        (lambda xp, a: xp.vecdot(a, a + 1), [A], ((24 + 24 + 3) * N, 24, 12)),
        (lambda xp, a: xp.vecdot(a, a + 1, axis=-2), [A], ((24 + 24 + 4) * N, 24, 12)),
        (lambda xp, a, b: xp.vecdot(a, b), [A, np.ones(4)], ((12 + 4 + 3) * N, 24, 0)),
        (lambda xp, a: xp.linalg.cholesky(a), [SQUARE], (72 * N, 72, 0)),
        (lambda xp, a: xp.linalg.inv(a), [SQUARE], (72 * N, 432, 0)),
        (lambda xp, a, b: xp.linalg.solve(a, b), [SQUARE, np.ones((6, 2))], ((36 + 24) * N, 144 + 144, 0)),
        (lambda xp, a, b: xp.linalg.solve(a, b), [SQUARE, np.ones((7, 6, 2))], (204 * N, 7 * 288, 0)),
        (lambda xp, a: xp.linalg.eigh(a), [np.stack([SQUARE] * 4)], ((288 + 24) * N, 4 * 9 * 216, 0)),
        (lambda xp, a: xp.linalg.svd(a, full_matrices=False), [A], ((12 + 9 + 3 + 12) * N, 756, 0)),
    ],
)
def test_what_is_counted(operation, arrays, work):
    assert counted(operation, *arrays) == work


def test_work_that_is_not_known_is_not_guessed():
    for name in ("matrix_rank", "matrix_power"):
        with pytest.raises(NotImplementedError, match=name):
            work_of(lambda where, name=name: getattr(where.xp.linalg, name))


def test_a_layer_of_an_unfolded_network_by_hand():
    """Of x - step A'(A x - y) and its soft threshold."""
    m, n, problems = 3, 5, 7
    A, y = np.ones((m, n)), np.ones((m, problems))
    found = [counted(lambda xp, A, y, d=d: layers("ista", A, y, [0.1] * d, 0.2), A, y) for d in (2, 3)]
    matrix, data, signal = m * n, m * problems, n * problems
    products = (matrix + signal + data) + (matrix + data + signal)
    rest = 3 * data + (2 + 3) * signal + (2 + 2 + 2 + 2 + 3) * signal  # A x - y; x - step g; sign, abs, -, max, times
    expected = ((products + rest) * N, 2 * 2 * m * n * problems, data + 7 * signal)
    assert tuple(after - before for before, after in zip(*found, strict=True)) == expected


def test_products_of_random_features_by_hand():
    """Of R replicates of n samples of P modes, with k features or all, by the smaller Gram matrix."""
    simulator = find("random_features")
    for cell in kinds_of(simulator):
        R, P, n, k = cell["replicates"], cell["modes"], cell["samples"], cell["features"]
        size, noises = P if k is None else k, len(cell["noises"])
        order, other = sorted((n, size))
        labels = 2 * n * P
        features = 0 if k is None else 2 * n * P * k
        gram, learned, residuals = 2 * order**2 * other, 2 * size * n, 2 * n * size
        solved = 2 * order**3 / 3 + 2 * order**2
        modes = 0 if k is None else 2 * P * k
        setting = features + gram + solved + learned + modes + residuals
        work = work_of(lambda where, cell=cell: simulator.run(cell, backend=where))
        expected = R * noises * (labels + len(cell["ridges"]) * setting)
        assert work.products == pytest.approx(expected, abs=noises * len(cell["ridges"]))


def test_products_of_a_step_of_gradient_descent_by_hand():
    """<g, u>, <u, H u> and <u, u>; H x; Newton's step and its gain; three products for the angle; x'H x."""
    simulator, d = find("directional_sharpness"), 21
    cell = {"landscape": "diagonal", "direction": "gradient", "dimension": d, "seed": 1}
    few, many = (work_of(lambda where, n=n: simulator.run(cell | {"steps": n}, backend=where)) for n in (3, 9))
    step = (2 * d**2 + 6 * d) + 2 * d**2 + (2 * d**3 // 3 + 2 * d**2 + 2 * d) + 6 * d + (2 * d**2 + 2 * d)
    assert many.products - few.products == 6 * step


def test_random_numbers_are_written_once_and_are_those_of_numpy():
    found = {}

    def run(where):
        stream = Stream(3)
        for law in ("bits", "uniform", "normal", "exponential", "rademacher"):
            found[law] = to_numpy(getattr(stream, law)(4, 5, backend=where))
        found["gamma"] = to_numpy(stream.gamma(0.5, 4, 5, backend=where))

    work = work_of(run)
    for law, numbers in found.items():
        made = Stream(3).gamma(0.5, 4, 5) if law == "gamma" else getattr(Stream(3), law)(4, 5)
        assert np.array_equal(numbers, made)
    logarithm, parameter = 4 * 20 * N, N
    assert parameter <= work.bytes - 6 * 20 * N - logarithm <= 5 * parameter
    assert 40 <= work.elements <= 45  # a logarithm and a sign


def test_the_host_cannot_read_an_array_by_accident():
    def run(where):
        x = where.asarray([1.0, 2.0])
        for read in (np.asarray, np.sum, len, list.__len__):
            with pytest.raises(TypeError):
                read(x)
        with pytest.raises(AttributeError, match="no attribute 'cumsum'"):
            x.cumsum()
        assert (float(x[0]), int(x[1]), bool(x[0]), [5, 6, 7][where.asarray(2)]) == (1.0, 2, True, 7)
        assert namespace(x) is where.xp

    work_of(run)


@pytest.mark.parametrize("name", ["ood_unlabeled", "dis_vs_gen", "optimal_sampling", "directional_sharpness"])
def test_a_simulator_gives_what_numpy_gives(name):
    simulator = find(name)
    for cell in kinds_of(simulator)[:3]:
        found = []
        work = work_of(lambda where, cell=cell, found=found: found.append(simulator.run(cell, backend=where)))
        assert distance(found[0], simulator.run(cell, backend=backend("numpy"))) < 1e-12
        assert work.bytes > 8 * work.elements > 0


def test_work_grows_with_replicates_along_a_line():
    simulator = find("ood_unlabeled")
    cell = kinds_of(simulator)[1]
    first, second, third = (
        work_of(lambda where, n=n: simulator.run(cell | {"replicates": n}, backend=where)) for n in (3, 6, 12)
    )
    for name in ("bytes", "products", "elements"):
        start, middle, end = (getattr(work, name) for work in (first, second, third))
        assert end - middle == pytest.approx(2 * (middle - start), rel=1e-3)
        assert middle > 1.5 * start
    assert Work(1, 2, 3).operations == 5
