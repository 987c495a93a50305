"""`lossproof figures`: what is chosen, what is written, and that it is the same when it is made again."""

import argparse
import csv
import hashlib
import json
from pathlib import Path

import pytest
from fake_distribution import install

from experiments.canonical import encode
from experiments.code_version import code_version
from paper_figs import figures_command, making
from paper_figs.catalogue import GROUP, find, installed, select
from theory.engine.errors import BadInput

PLAIN = '"""A plain one."""\ndef data():\n    return {"x": [1.0, 2.0]}\n'
DRAW = "def draw(found):\n    from matplotlib.figure import Figure\n    return Figure()\n"
MODULES = {
    "own_plain": PLAIN + DRAW,
    "own_mute": PLAIN,
    "own_lost": "def data(store):\n    return {}\n" + DRAW,
    "own_wrong": "def data():\n    raise RuntimeError('no such curve')\n" + DRAW,
    "own_broken": "import no_such_module_at_all\n",
}


@pytest.fixture
def own(tmp_path, monkeypatch):
    folder = tmp_path / "own-figures"
    folder.mkdir()
    entries = {name: name for name in MODULES} | {"own_toy": "toy_figure"}
    install(folder, monkeypatch, modules=MODULES, entries=entries, group=GROUP)
    monkeypatch.chdir(tmp_path)


def command(*arguments):
    parser = argparse.ArgumentParser()
    figures_command.register(parser.add_subparsers(required=True))
    parsed = parser.parse_args(["figures", *map(str, arguments)])
    return parsed.run(parsed)


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_figures_are_written_with_data_and_manifest_and_are_the_same_again(own, tmp_path, capsys):
    out = tmp_path / "figures"
    assert command("own_plain", "own_toy", "--out", out, "--executor", "serial") == 0
    assert "2 figures in" in capsys.readouterr().out
    first = contents(out)
    assert set(first) == {"manifest.json"} | {f"own_{k}.{s}" for k in ("plain", "toy") for s in ("csv", "pdf", "png")}
    rows = list(csv.DictReader((out / "own_toy.csv").read_text().splitlines()))
    assert rows[3] == {"quantity": "", "index": "1,1", "value": "0.5"}
    found = json.loads(first["manifest.json"])["figures"]
    made_from = found["own_toy"]["specification"]
    assert (made_from["simulator"], made_from["cells"], made_from["seeds"]) == ("toy", 12, [7])
    for entry in found.values():
        assert all(hashlib.sha256(first[name]).hexdigest() == digest for name, digest in entry["files"].items())
    assert making.make(find("own_plain"), out) == found["own_plain"]
    assert command("own_toy", "--out", out, "--executor", "serial", "--quiet") == 0
    assert contents(out) == first
    assert capsys.readouterr().out == ""


def test_a_figure_that_fails_stops_no_other(own, tmp_path, capsys):
    assert command("own_plain", "own_wrong", "--out", tmp_path / "figures") == 1
    assert "figure own_wrong failed: RuntimeError: no such curve" in capsys.readouterr().err
    assert (tmp_path / "figures" / "own_plain.pdf").exists()
    assert not (tmp_path / "figures" / "own_wrong.csv").exists()


def test_a_cell_that_fails_is_named_and_no_figure_is_drawn(own, tmp_path, monkeypatch, capsys):
    faults = tmp_path / "faults"
    faults.mkdir()
    (faults / "raise-3").touch()
    monkeypatch.setenv("TOY_FAULTS", str(faults))
    assert command("own_toy", "--out", "figures", "--executor", "serial") == 1
    assert "1 cell of the simulator toy failed; the first: ValueError: cell 3" in capsys.readouterr().err
    (faults / "raise-3").unlink()
    assert command("own_toy", "--out", "figures", "--executor", "serial") == 0


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("no_such", "no figure is called 'no_such'; installed: "),
        ("own_mute", "own_mute has no function draw"),
        ("own_lost", "must say SIMULATOR, the simulator's name"),
        ("own_broken", "cannot import own_broken: ModuleNotFoundError"),
    ],
)
def test_what_is_no_figure_is_refused(own, name, says):
    with pytest.raises(BadInput, match=says):
        find(name)


def test_a_name_that_two_distributions_bring_is_refused_and_both_are_named(own, tmp_path, monkeypatch, capsys):
    (tmp_path / "other").mkdir()
    install(tmp_path / "other", monkeypatch, modules={}, entries={"own_plain": "toy_figure"}, group=GROUP)
    with pytest.raises(
        BadInput, match=r"'own_plain' of lossproof\.figures names both own_plain and toy_figure; uninstall"
    ):
        find("own_plain")
    assert command("own_plain", "own_toy", "--list") == 1
    assert "own_toy" in capsys.readouterr().out


def test_names_are_chosen_by_parts_and_patterns(own, capsys):
    assert select(["own"]) == ["own_broken", "own_lost", "own_mute", "own_plain", "own_toy", "own_wrong"]
    assert select(["own_t*", "plain"]) == ["own_plain", "own_toy"]
    assert select([]) == list(installed())
    with pytest.raises(BadInput, match="no figure is chosen by 'lai'"):
        select(["own_toy", "lai"])  # "plain" holds it, but it is no part
    assert command("own_toy", "own_lost", "--list") == 1
    heard = capsys.readouterr()
    assert "The figure of the toy simulator. (simulator toy)" in heard.out
    assert "must say SIMULATOR" in heard.err


def test_another_file_called_manifest_is_not_overwritten(own, tmp_path):
    (tmp_path / making.MANIFEST).write_text('{"name": "something else"}')
    with pytest.raises(BadInput, match="is not a manifest of figures"):
        command("own_plain", "--out", tmp_path)
    assert (tmp_path / making.MANIFEST).read_text() == '{"name": "something else"}'
    assert not (tmp_path / "own_plain.csv").exists()


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--out", "taken", "the folder taken cannot be made: File exists"),
        ("--out", "odd", "odd/manifest.json is a folder"),
        ("--executor", "nowhere", "the executor is 'nowhere'; allowed: serial, threads"),
        ("--executor", "processes:0", "the number of workers must be from 1"),
    ],
)
def test_what_cannot_be_used_is_refused_before_anything_is_made(own, tmp_path, option, value, says):
    (tmp_path / "taken").touch()
    (tmp_path / "odd" / making.MANIFEST).mkdir(parents=True)
    with pytest.raises(BadInput, match=says):
        command("own_plain", option, value)
    assert list(tmp_path.rglob("own_plain.*")) == [tmp_path / "own-figures" / "own_plain.py"]


def test_sizes_and_sources_are_entered(own):
    assert command("own_toy", "--sizes", "gpu", "--executor", "serial", "--out", "figures") == 0
    toy, entry = find("own_toy"), making.read_manifest(Path("figures"))["figures"]["own_toy"]
    made_from = dict(entry["specification"])
    assert made_from["sizes"] == toy.simulator.sizes[-1] != "gpu"  # the largest that there is
    assert made_from["code"] == code_version(["toy_figure", *toy.simulator.sources]) != code_version(["toy_figure"])
    digest = made_from.pop("hash")
    assert digest == hashlib.sha256(encode(made_from).encode()).hexdigest()
    (store,) = Path("figures/stores").glob("*.sqlite")
    assert toy.simulator.code_version()[:12] in store.name
    assert find("hedge_chain").papers == ("hedge",)


def test_an_interrupt_ends_all_and_the_executor_is_passed_on(own, monkeypatch, capsys):
    def interrupted(drawing, out, **options):
        assert options["executor"] == "threads:2"
        raise KeyboardInterrupt

    monkeypatch.setattr(making, "make", interrupted)
    assert command("own_plain", "own_toy", "--executor", "threads:2", "--out", "figures") == 130
    assert capsys.readouterr().err.count("interrupted") == 1


def test_what_another_command_enters_meanwhile_is_kept(own, tmp_path, monkeypatch):
    toy, code_version = find("own_toy"), making.code_version

    def slowly(modules):
        monkeypatch.setattr(making, "code_version", code_version)
        making.make(find("own_plain"), tmp_path / "figures")
        return code_version(modules)

    monkeypatch.setattr(making, "code_version", slowly)
    making.make(toy, tmp_path / "figures", executor="serial")
    assert set(making.read_manifest(tmp_path / "figures")["figures"]) == {"own_plain", "own_toy"}


def test_the_specification_changes_with_size_and_source(own, tmp_path):
    toy = find("own_toy")
    quick, paper = making.specification(toy, "quick"), making.specification(toy, "paper")
    assert quick["grid"] != paper["grid"]
    assert quick["code"] == paper["code"]
    plain = making.specification(find("own_plain"), "quick")
    assert set(plain) == {"module", "code"}
    path = tmp_path / "own-figures" / "own_plain.py"
    path.write_text(path.read_text() + "# another line\n")
    assert making.specification(find("own_plain"), "quick")["code"] != plain["code"]
