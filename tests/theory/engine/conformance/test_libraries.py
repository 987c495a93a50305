import functools

import numpy as np
import pytest

from theory.engine.conformance.libraries import LIBRARIES, NumPy, WrongReturn, used_by


def test_numpy_gradients_are_right_to_nine_digits():
    library = NumPy()
    points = [np.linspace(-2, 2, 7), np.linspace(0, 1, 7)]
    first, second = library.gradients(lambda x, y: np.exp(x) * y, points, (0, 1))
    assert np.allclose(first, np.exp(points[0]) * points[1], rtol=1e-9, atol=1e-9)
    assert np.allclose(second, np.exp(points[0]), rtol=1e-9)


@pytest.mark.parametrize("value", [None, "3", [1.0], True, np.array([1]), np.array([1j]), np.array(["a"]), object()])
def test_what_numpy_refuses(value):
    with pytest.raises(WrongReturn):
        NumPy().numbers(value)


def test_what_numpy_takes():
    assert NumPy().numbers(1.5) == 1.5
    assert NumPy().numbers(np.float32(1.5)).dtype == np.float32
    assert NumPy().numbers(np.array([1.5])).shape == (1,)


@pytest.mark.parametrize("name", ["torch", "jax"])
def test_every_library_gives_its_numbers_back_and_the_same_gradient(name):
    pytest.importorskip(name)
    library = LIBRARIES[name]()
    values = np.array([[0.5, -1.25], [2.0, 0.0]])
    with library.session():
        for dtype in ("float16", "float32", "float64"):
            array = library.array(values, dtype)
            assert library.numbers(array).dtype == dtype
            assert np.array_equal(library.numbers(array), values)
        (gradient,) = library.gradients(lambda x: x * x * x, [library.array(values, "float64")], [0])
        assert np.allclose(gradient, 3 * values**2, rtol=1e-14)
        with pytest.raises(WrongReturn):
            library.numbers(library.array(values, "int64"))
        with pytest.raises(WrongReturn):
            library.numbers(values.tolist())


def test_an_input_that_is_not_used_has_gradient_zero():
    torch = pytest.importorskip("torch")
    library = LIBRARIES["torch"]()
    arrays = [torch.ones(2, dtype=torch.float64), torch.ones(3, dtype=torch.float64)]
    _, unused = library.gradients(lambda x, y: x.sum(), arrays, [0, 1])
    assert np.array_equal(unused, np.zeros(3))


def test_the_library_is_guessed_from_the_callable():
    assert used_by(lambda x: np.exp(x) + 1) == "numpy"
    assert used_by(len) == "numpy"
    torch = pytest.importorskip("torch")
    assert used_by(torch.nn.CrossEntropyLoss()) == "torch"
    assert used_by(torch.nn.functional.cross_entropy) == "torch"
    assert used_by(lambda x: torch.exp(x) + 1) == "torch"
    assert used_by(functools.partial(torch.nn.functional.cross_entropy, reduction="sum")) == "torch"

    class Own(torch.nn.Module):
        pass

    assert used_by(Own()) == "torch"


class CallsTorch:
    def __call__(self, scores, labels):
        import torch

        return torch.nn.functional.cross_entropy(scores, labels)

    def method(self, scores, labels):
        return self(scores, labels)


def imports_inside(scores, labels):
    import jax

    return jax.nn.logsumexp(scores, axis=1)


def test_a_library_that_is_imported_inside_is_seen():
    assert used_by(CallsTorch()) == "torch"
    assert used_by(functools.partial(CallsTorch())) == "torch"
    assert used_by(imports_inside) == "jax"
    jax = pytest.importorskip("jax")
    assert used_by(jax.jit(lambda x: x + 1)) == "jax"


def test_a_module_may_hold_losses_for_several_libraries():
    torch = pytest.importorskip("torch")
    around = {"np": np, "torch": torch, "__name__": "demo"}
    exec(
        "def in_numpy(x):\n    return helper(x)\n"
        "def helper(x):\n    return np.exp(x)\n"
        "def in_torch(x):\n    return torch.exp(x)\n"
        "def in_neither(x):\n    return x.exp()\n",
        around,
    )
    assert used_by(around["in_numpy"]) == "numpy"
    assert used_by(around["in_torch"]) == "torch"
    assert used_by(around["in_neither"]) == "torch"  # nothing is named: what the module imports decides


def test_central_differences_follow_steep_functions():
    values = np.array([0.5, 0.5625])
    (slopes,) = NumPy().gradients(lambda x: 1 / (1 + np.exp(-73 * (x - 0.5))), [values], [0])
    amplified = 1 / (1 + np.exp(-73 * (values - 0.5)))
    assert np.allclose(slopes, 73 * amplified * (1 - amplified), rtol=1e-7)
