"""The notebook of the documentation runs from top to bottom and shows what its text says."""

from __future__ import annotations

from pathlib import Path

import pytest

NOTEBOOK = Path(__file__).parents[1] / "docs" / "notebook.ipynb"


def test_it_is_stored_without_outputs() -> None:
    """Outputs hold paths and numbers of one machine; whoever opens the notebook makes their own."""
    import nbformat

    cells = nbformat.read(NOTEBOOK, as_version=4).cells  # type: ignore[no-untyped-call]
    assert all(not cell.outputs and cell.execution_count is None for cell in cells if cell.cell_type == "code")


@pytest.mark.slow
def test_it_runs_without_errors_and_says_nothing_else(tmp_path: Path) -> None:
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(NOTEBOOK, as_version=4)  # type: ignore[no-untyped-call]
    done = NotebookClient(notebook, timeout=None, resources={"metadata": {"path": str(tmp_path)}}).execute()
    outputs = [output for cell in done.cells if cell.cell_type == "code" for output in cell.outputs]
    assert [output.text for output in outputs if output.output_type == "stream"] == []
    pages = [output.data["text/html"] for output in outputs if "text/html" in output.get("data", {})]
    boards = [page for page in pages if "<svg" in page]
    assert len(boards) == 2
    assert "redraw" in boards[1]
    assert boards[1].index("cart") < boards[1].index("redraw")  # it copies train, so its privacy is at the floor
    assert any("image/png" in output.get("data", {}) for output in outputs)
