import sys

import pytest

from theory.engine.conformance.loading import MissingLibrary, load
from theory.engine.errors import BadInput


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "losses_of_mine.py").write_text(
        "value = 3\n"
        "def f(x):\n    return x\n"
        "class Loss:\n"
        "    def __init__(self, power=1):\n        self.power = power\n"
        "    def __call__(self, x):\n        return x ** self.power\n"
        "class Mute:\n    pass\n"
    )
    return tmp_path


def test_functions_classes_and_files(folder):
    assert load("losses_of_mine:f", {"a": 1})[1] == {"a": 1}
    loss, rest = load("losses_of_mine.py:Loss", {"power": 2})
    assert loss(3) == 9
    assert rest == {}
    assert load(str(folder / "losses_of_mine.py") + ":Loss.__call__", {})[0].__name__ == "__call__"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("losses_of_mine", "names no callable"),
        (":f", "names no callable"),
        ("losses_of_mine:", "names no callable"),
        ("losses_of_mine:ff", "has no 'ff'; did you mean f"),
        ("losses_of_mine:value", "is int, which cannot be called"),
        ("losses_of_mine:Mute", "cannot be called"),
        ("losses_of_yours:f", "there is no module 'losses_of_yours'"),
        ("no_such_file.py:f", "there is no file"),
    ],
)
def test_bad_names(folder, name, says):
    with pytest.raises(BadInput, match=says):
        load(name, {})


def test_a_class_that_cannot_be_made(folder):
    with pytest.raises(BadInput, match=r"cannot be made with \{'weight': 1\}: TypeError"):
        load("losses_of_mine:Loss", {"weight": 1})


@pytest.mark.parametrize("code", ["raise SystemExit(4)", "1/0", "def f(:"])
def test_a_module_that_cannot_be_imported(folder, code):
    (folder / "broken_of_mine.py").write_text(code)
    with pytest.raises(BadInput, match=r"cannot be imported: (SystemExit|ZeroDivisionError|SyntaxError)"):
        load("broken_of_mine.py:f", {})


def test_a_missing_library_is_told_from_a_missing_module(folder):
    (folder / "needs.py").write_text("import some_library_that_nobody_has.losses\n")
    with pytest.raises(MissingLibrary, match="some_library_that_nobody_has is not installed: pip install"):
        load("needs.py:f", {})
    with pytest.raises(MissingLibrary, match="some_library_that_nobody_has is not installed: pip install"):
        load("needs:f", {})


def test_the_path_is_left_as_it_was(folder):
    before = list(sys.path)
    load("losses_of_mine:f", {})
    with pytest.raises(BadInput):
        load("nothing_here:f", {})
    assert sys.path == before


@pytest.mark.parametrize(
    ("name", "install"),
    [
        ("torch.nn:SoftMarginLoss", "pip install torch"),
        ("jax.nn:softplus", "pip install jax"),
        ("optax.losses:hinge_loss", "pip install optax"),
        ("libauc.losses:FocalLoss", "pip install libauc"),
        ("pytorch_metric_learning.losses:NTXentLoss", "pip install pytorch-metric-learning"),
        ("sklearn.metrics:log_loss", "pip install scikit-learn"),
    ],
)
def test_a_library_of_losses_that_is_missing_is_no_misspelt_module(name, install, monkeypatch):
    top = name.partition(".")[0]

    class Absent:
        @staticmethod
        def find_spec(wanted, path=None, target=None):
            if wanted.partition(".")[0] == top:
                raise ModuleNotFoundError(f"No module named {top!r}", name=top)

    for loaded in [item for item in sys.modules if item.partition(".")[0] == top]:
        monkeypatch.delitem(sys.modules, loaded)
    monkeypatch.setattr(sys, "meta_path", [Absent, *sys.meta_path])
    with pytest.raises(MissingLibrary, match=f"{top} is not installed: {install}"):
        load(name, {})
