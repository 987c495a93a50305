import importlib
import sys

import pytest

from theory.lazy import lazily

PACKAGES = (
    "theory.collapse",
    "theory.regression.more_is_better",
    "theory.classification.analysis",
    "experiments.gaussian_mixture",
    "experiments.bag_regression",
    "experiments.random_features",
)


@pytest.fixture
def toy(tmp_path, monkeypatch):
    (tmp_path / "toy_lazy").mkdir()
    (tmp_path / "toy_lazy" / "__init__.py").write_text(
        "from theory.lazy import lazily\n"
        "own = 1\n"
        "__getattr__, __dir__ = lazily(__name__, {'.inner': ['speed'], 'fractions': ['Fraction']})\n",
        "utf-8",
    )
    (tmp_path / "toy_lazy" / "inner.py").write_text("speed = 3\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("toy_lazy")
    for name in ("toy_lazy", "toy_lazy.inner"):
        sys.modules.pop(name, None)


def test_a_name_is_loaded_when_it_is_first_used(toy):
    assert {"own", "speed", "Fraction"} <= set(dir(toy))
    assert "toy_lazy.inner" not in sys.modules
    assert toy.speed == 3
    assert "toy_lazy.inner" in sys.modules
    assert toy.Fraction(1, 2) + toy.own == 1.5


def test_a_name_that_is_not_in_the_table_is_missing_as_in_any_module(toy):
    assert not hasattr(toy, "pace")
    with pytest.raises(ImportError, match="cannot import name 'velocity'"):
        exec("from toy_lazy import velocity")


def test_what_a_module_itself_lacks_is_its_own_mistake():
    load, _ = lazily("theory.engine", {".evidence": ["Evidense"]})
    with pytest.raises(AttributeError, match=r"theory\.engine\.evidence"):
        load("Evidense")


def test_a_name_is_not_that_of_a_module_which_python_would_give_instead():
    with pytest.raises(ValueError, match=r"toy: \['claim'\] are names and modules at once"):
        lazily("toy", {".claim": ["Claim", "claim"]})


@pytest.mark.parametrize("package", PACKAGES)
def test_every_name_of_a_package_is_where_its_table_says(package):
    module = importlib.import_module(package)
    assert set(module.__all__) <= set(dir(module))
    for name in module.__all__:
        assert getattr(module, name).__name__ == name


def test_the_engine_lists_its_names_too():
    engine = importlib.import_module("theory.engine")
    assert set(engine.__all__) <= set(dir(engine))
    assert [getattr(engine, name).__name__ for name in engine.__all__] == engine.__all__
