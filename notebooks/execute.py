"""Execute the notebooks: each script of cells here becomes the .ipynb file beside it, with its outputs.

``python -m notebooks.execute [NAME ...]`` runs every cell in a fresh kernel, and stops at the first one that fails or
warns. What is written depends on the script and its results alone: no times, no versions, no numbers of processes.
"""

from __future__ import annotations

import argparse
import ast
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
RICH = ("text/html", "image/png")  # where there is one of these the plain text is left out
_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


class CellFailed(Exception):
    """A cell raised an exception or wrote a warning; the text says which."""


def scripts() -> list[Path]:
    """Return the scripts of cells, sorted by name: they begin with jupytext's header."""
    return sorted(path for path in HERE.glob("*.py") if path.read_text("utf-8").startswith("# ---\n# jupyter:"))


def read(script: Path) -> Any:
    """Return the notebook that a script describes, without outputs."""
    import jupytext

    notebook = jupytext.reads(script.read_text("utf-8"), fmt="py:percent")
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
    notebook.metadata = {"kernelspec": _KERNEL, "language_info": {"name": "python"}}
    return notebook


def execute(script: Path, *, timeout: int = 120) -> Any:
    """Return the notebook of a script with the outputs of all its cells.

    Parameters
    ----------
    script
        A file of cells in jupytext's percent format.
    timeout
        Seconds that a cell may take.

    Raises
    ------
    CellFailed
        If a cell raises or writes to standard error; the message has its source.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError

    notebook = read(script)
    client = NotebookClient(
        notebook,
        timeout=timeout,
        kernel_name="python3",
        record_timing=False,
        extra_arguments=["--log-level=ERROR"],  # else the kernel warns of its transport, on this very machine
        resources={"metadata": {"path": str(HERE.parent)}},
    )
    with tempfile.TemporaryDirectory() as settings:  # a user's own startup files and history play no part
        try:
            client.execute(env=os.environ | {"IPYTHONDIR": settings, "PYTHONHASHSEED": "0"})
        except (CellExecutionError, CellTimeoutError) as error:
            raise CellFailed(f"{script.name}: {error}") from None
    for number, cell in enumerate(notebook.cells):
        cell.metadata = {}
        if cell.cell_type == "code":
            cell.outputs = [cleaned(output, f"{script.name}, cell {number}:\n{cell.source}") for output in cell.outputs]
    notebook.metadata = {"kernelspec": _KERNEL, "language_info": {"name": "python"}}
    return notebook


def run_plainly(script: Path) -> int:
    """Run the cells of a script one after the other in this process, without a kernel, and return how many ran.

    What a cell ends in is rendered as Jupyter would render it. Lines that begin with % are Jupyter's own and left out.

    Raises
    ------
    CellFailed
        If a cell raises; the message has its source.
    """
    names: dict[str, Any] = {"__name__": "__main__"}
    cells = [(number, cell) for number, cell in enumerate(read(script).cells) if cell.cell_type == "code"]
    for number, cell in cells:
        lines = [line for line in cell.source.splitlines() if not line.startswith("%")]
        try:
            _run("\n".join(lines), names)
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            raise CellFailed(f"{script.name}, cell {number}:\n{cell.source}\n\n{reason}") from error
    return len(cells)


def _run(source: str, names: dict[str, Any]) -> None:
    """Execute a cell and render the expression that it ends in, if it does."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<cell>", "exec"), names)  # noqa: S102 - the cells are our own
    if isinstance(last, ast.Expr):
        value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)  # noqa: S307 - the same
        for render in ("_repr_html_", "_repr_latex_"):
            getattr(value, render, lambda: None)()


def cleaned(output: Any, where: str) -> Any:
    """Return an output without what differs from run to run; refuse what should not be there."""
    if output.output_type == "stream" and output.name == "stderr":
        raise CellFailed(f"{where}\n\nwrote to standard error: {output.text}")
    if "data" in output:
        output.metadata = {}
        if any(kind in output.data for kind in RICH):
            output.data.pop("text/plain", None)
    return output


def main(arguments: Sequence[str] | None = None) -> int:
    """Execute the notebooks that are named, all by default; return 1 if one fails."""
    import nbformat

    parser = argparse.ArgumentParser(prog="python -m notebooks.execute", description="Execute the notebooks.")
    names = [script.stem for script in scripts()]
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(names)}; all by default")
    chosen = parser.parse_args(arguments).names or names
    if unknown := sorted(set(chosen) - set(names)):
        parser.error(f"no notebook {', '.join(unknown)}; there are {', '.join(names)}")
    for name in chosen:
        try:
            notebook = execute(HERE / f"{name}.py")
        except CellFailed as error:
            sys.stderr.write(f"{error}\n")
            return 1
        (HERE / f"{name}.ipynb").write_text(nbformat.writes(notebook) + "\n", "utf-8")
        count = sum(cell.cell_type == "code" for cell in notebook.cells)
        sys.stdout.write(f"{name}: {count} cells run\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
