"""Too few modules in a code version give stale results, too many refuse good ones."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from experiments.code_version import code_version, sources
from experiments.simulator import find

FILES = {
    "__init__.py": "x = 1",
    "top.py": "import numpy\nfrom toy_closure import direct\nfrom toy_closure.inner import deep as other\n",
    "direct.py": "def late():\n    if True:\n        import toy_closure.lazy\n    class A:\n"
    "        from . import sibling\n",
    "lazy.py": "",
    "sibling.py": "from .inner.deep import x\nfrom theory.engine.errors import BadInput\n",
    "inner/__init__.py": "",
    "inner/deep.py": "from .. import up\nfrom ..direct import late\n",
    "up.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import toy_closure.unused\n"
    "else:\n    import toy_closure.used\n",
    "unused.py": "",
    "used.py": "try:\n    import toy_closure.missing\nexcept ImportError:\n    import sys\n"
    "from experiments import canonical\n",
    "apart.py": "",
}


@pytest.fixture
def package(tmp_path, monkeypatch):
    folder = tmp_path / "toy_closure"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    yield folder
    for name in [name for name in sys.modules if name.startswith("toy_closure")]:
        del sys.modules[name]


def test_imports_are_followed_wherever_they_stand(package):
    names = {"", ".direct", ".inner", ".inner.deep", ".lazy", ".sibling", ".top", ".up", ".used"}
    assert set(sources(["toy_closure.top"])) == {f"toy_closure{name}" for name in names} | {
        "experiments",
        "experiments.canonical",
    }


@pytest.mark.parametrize(("changed", "counts"), [(name, name not in ("unused.py", "apart.py")) for name in FILES])
def test_a_change_counts_if_results_can_depend_on_it(package, changed, counts):
    before = code_version(["toy_closure.top"])
    (package / changed).write_text(FILES[changed] + "\n# changed\n")
    assert (code_version(["toy_closure.top"]) != before) == counts


def test_a_package_is_all_that_is_in_it(package):
    assert "toy_closure.apart" in sources(["toy_closure"])
    assert "toy_closure.inner.deep" in sources(["toy_closure.inner"])
    assert "toy_closure.apart" not in sources(["toy_closure.inner"])


def test_relative_imports_of_a_package_start_at_the_package(package):
    (package / "inner" / "__init__.py").write_text("from . import deep\nfrom .. import apart\n")
    for begin in ("inner", "top"):  # named, and imported
        assert {"toy_closure.inner.deep", "toy_closure.apart"} <= set(sources([f"toy_closure.{begin}"]))


def test_a_module_that_is_no_python_is_named(package):
    (package / "top.py").write_text("from toy_closure import (")
    with pytest.raises(ValueError, match=r"top.py cannot be parsed"):
        sources(["toy_closure.top"])


@pytest.mark.parametrize("name", ["dis_vs_gen", "ood_unlabeled"])
def test_simulators_depend_on_the_mixtures_and_their_theory_but_on_no_machinery(name):
    reference = f"experiments.gaussian_mixture.{name}.simulator:SIMULATOR"
    found = set(sources(find(reference).sources))
    assert {
        f"experiments.gaussian_mixture.{name}.simulator",
        "experiments.gaussian_mixture.errors",
        "experiments.gaussian_mixture.mixture",
        "experiments.streams",
        "experiments.philox.compiled",
        "theory.arrays",
        "theory.classification.dis_vs_gen.gaussian_errors",
        "theory.classification.gaussian_tail",
    } <= found
    assert not found & {"experiments.store", "experiments.sweep", "experiments.simulator", "theory.engine.errors"}


def test_every_file_is_where_its_name_says(package):
    for name, path in sources(["toy_closure", "experiments.philox"]).items():
        assert name.replace(".", "/") in Path(path).with_suffix("").as_posix()


def test_threads_may_ask_at_once():
    names = ["experiments.sweep", "experiments.gaussian_mixture"]
    with ThreadPoolExecutor(8) as pool:
        versions = list(pool.map(lambda _: code_version(names), range(24)))
    assert set(versions) == {code_version(names)}
