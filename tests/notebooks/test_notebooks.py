"""Every notebook is a script with its executed twin, and every cell of it runs."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

nbformat = pytest.importorskip("nbformat")
pytest.importorskip("jupytext")

from notebooks import execute  # noqa: E402 (needs the libraries that were just asked for)
from theory.engine.discovery import collect  # noqa: E402

ROOT = Path(__file__).parents[2]
NAMES = [script.stem for script in execute.scripts()]
EXPECTED = ["certificate", "errata", "own_bags", "own_learner", "own_loss", "tour"]
MACHINE = re.compile(
    r"(?<![\w.~])/(?:home|Users|root|tmp|work|usr|opt|var|mnt)/|[A-Z]:\\\\|\.venv|site-packages| at 0x[0-9a-f]{6}|https?://(?!www\.w3\.org)"
)
RUN = """
import sys
from notebooks import execute
from pathlib import Path
ran = execute.run_plainly(Path(sys.argv[1]))
print("cells run:", ran)
"""


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def stored(name):
    return nbformat.read(execute.HERE / f"{name}.ipynb", as_version=4)


def outputs(notebook):
    return [output for cell in code_cells(notebook) for output in cell.outputs]


def texts(output):
    """Return all text of an output; pictures are not text."""
    data = {kind: text for kind, text in output.get("data", {}).items() if not kind.startswith("image/")}
    return [output.get("text", ""), *map(str, data.values()), *output.get("traceback", [])]


def test_the_notebooks_are_those_of_the_contents():
    assert NAMES == EXPECTED
    contents = (execute.HERE / "README.md").read_text("utf-8")
    assert re.findall(r"^\| \[(\w+)\]\(\1\.ipynb\)", contents, re.MULTILINE) == [
        "tour", "own_loss", "own_learner", "own_bags", "certificate", "errata",
    ]  # fmt: skip
    assert sorted(path.stem for path in execute.HERE.glob("*.ipynb")) == EXPECTED


@pytest.mark.parametrize("name", NAMES)
def test_script_and_notebook_agree_cell_by_cell(name):
    script, notebook = execute.read(execute.HERE / f"{name}.py"), stored(name)
    nbformat.validate(notebook)
    pairs = [[(cell.id, cell.cell_type, cell.source) for cell in one.cells] for one in (script, notebook)]
    assert pairs[0] == pairs[1], f"{name}.ipynb is out of date: make notebooks"
    assert notebook.metadata == script.metadata
    assert notebook.metadata.kernelspec.name == "python3"


@pytest.mark.parametrize("name", NAMES)
def test_all_cells_were_executed_without_errors_and_without_traces_of_a_machine(name):
    cells = code_cells(stored(name))
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert len(cells) >= 8
    assert {output.output_type for output in outputs(stored(name))} <= {"stream", "display_data", "execute_result"}
    assert all(output.get("name") != "stderr" for output in outputs(stored(name)))
    for output in outputs(stored(name)):
        assert [text for text in texts(output) if MACHINE.search(text)] == []
    assert all(cell.metadata == {} for cell in cells)  # no times
    assert all(output.get("metadata", {}) == {} for output in outputs(stored(name)))


def test_the_notebooks_show_tables_pictures_and_formulas():
    kinds = {kind for name in NAMES for output in outputs(stored(name)) for kind in output.get("data", {})}
    assert {"text/html", "image/png", "text/plain"} <= kinds
    html = "".join(
        output.data["text/html"] for output in outputs(stored("tour")) if "text/html" in output.get("data", {})
    )
    assert "<math" in html
    assert 'class="tex"' not in html


def test_the_numbers_of_claims_that_are_shown_are_those_of_now():
    claims = len(collect().claims)
    assert code_cells(stored("tour"))[0].outputs[0].data["text/plain"] == str(claims), "make notebooks"
    assert f"{{'claims': {claims}, " in code_cells(stored("errata"))[0].outputs[0].data["text/plain"], "make notebooks"


@pytest.mark.parametrize("name", NAMES)
def test_every_cell_of_the_script_runs_in_a_new_process(name):
    environment = os.environ | {"PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", RUN, str(execute.HERE / f"{name}.py")],
        capture_output=True, text=True, check=False, env=environment, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == f"cells run: {len(code_cells(stored(name)))}"


def write(tmp_path, *cells):
    script = tmp_path / "small.py"
    script.write_text("".join(f"# %%\n{cell}\n\n" for cell in cells), "utf-8")
    return script


def test_a_notebook_is_executed_in_a_kernel(tmp_path):
    notebook = execute.execute(write(tmp_path, "import os\nx = 6", "print('seen')\nx * 7"))
    first, second = notebook.cells
    assert (first.execution_count, second.execution_count) == (1, 2)
    assert [output.get("text") or output.data["text/plain"] for output in second.outputs] == ["seen\n", "42"]
    assert first.metadata == second.metadata == {}


def test_a_failing_cell_is_named_whoever_runs_it(tmp_path):
    script = write(tmp_path, "x = 1", "x / 0", "y = 2")
    with pytest.raises(execute.CellFailed, match=r"(?s)small\.py, cell 1.*x / 0.*ZeroDivisionError"):
        execute.run_plainly(script)
    with pytest.raises(execute.CellFailed, match=r"(?s)small\.py.*x / 0.*ZeroDivisionError"):
        execute.execute(script)


def test_a_warning_is_a_failure():
    warning = nbformat.v4.new_output("stream", name="stderr", text="careful")
    with pytest.raises(execute.CellFailed, match=r"(?s)small\.py, cell 0.*standard error.*careful"):
        execute.cleaned(warning, "small.py, cell 0:")


def test_plain_text_gives_way_to_a_table():
    data = {"text/plain": "<X at 0x7f>", "text/html": "<table></table>"}
    output = nbformat.v4.new_output("execute_result", data=data, metadata={"isolated": True}, execution_count=1)
    assert execute.cleaned(output, "").data == {"text/html": "<table></table>"}
    assert output.metadata == {}


def test_an_unknown_notebook_is_refused_with_the_names_that_there_are(capsys):
    with pytest.raises(SystemExit):
        execute.main(["tuor"])
    assert "no notebook tuor; there are certificate, errata" in capsys.readouterr().err
