import threading

import pytest

pytest.importorskip("numba")

from experiments.threads import allowed, over_rows


@pytest.mark.parametrize(("rows", "pieces", "threads"), [(1, 9, 4), (7, 3, None), (7, 0, 5), (8, 99, 3), (3, 99, 8)])
def test_every_row_is_done_once(rows, pieces, threads):
    done, lock = [0] * rows, threading.Lock()

    def task(low, high):
        with lock:
            for row in range(low, high):
                done[row] += 1

    over_rows(task, rows, pieces, threads)
    assert done == [1] * rows


def test_no_more_threads_than_pieces_of_work():
    seen = []
    over_rows(lambda low, high: seen.append((low, high)), 100, 2, 8)
    assert sorted(seen) == [(0, 50), (50, 100)]


def test_an_error_of_a_thread_is_raised():
    def task(low, high):
        if low:
            raise ArithmeticError("row 2")

    with pytest.raises(ArithmeticError, match="row 2"):
        over_rows(task, 4, 9, 2)


def test_a_thread_starts_no_more_threads():
    found = []
    thread = threading.Thread(target=lambda: found.append(allowed()))
    thread.start()
    thread.join()
    assert found == [1]
