"""The dbt process: it names what failed, and ends with whoever started it."""

from __future__ import annotations

from collections.abc import Mapping
from io import StringIO
from pathlib import Path

import duckdb
import pytest

from pipeline import transform
from pipeline.errors import TransformError
from pipeline.progress import Progress
from pipeline.settings import Context, read_run

GOOD = {"models/one.sql": "select 1 as a"}
PROFILE = """
small:
  target: it
  outputs: {it: {type: duckdb, path: "{{ env_var('MENTORSHIP_WORK_DB') }}", threads: 1}}
"""


def project(folder: Path, files: Mapping[str, str]) -> Path:
    base = {"dbt_project.yml": "name: small\nprofile: small\n", "profiles.yml": PROFILE}
    for name, text in (base | dict(files)).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def context(tmp_path: Path) -> Context:
    return read_run({"WAREHOUSE": str(tmp_path / "warehouse")}, {})[1]


def built(monkeypatch: pytest.MonkeyPatch, context: Context, folder: Path) -> None:
    monkeypatch.setattr(transform, "PROJECT", folder)
    with transform.dbt_process(context, {"limit": 1}) as process:
        transform.build(process, context, {"limit": 2}, Progress(StringIO()))


def test_models_are_built_with_the_variables_of_the_build(
    monkeypatch: pytest.MonkeyPatch, context: Context, tmp_path: Path
) -> None:
    files = {**GOOD, "models/two.sql": "select {{ var('limit') }} as b from {{ ref('one') }}"}
    built(monkeypatch, context, project(tmp_path / "project", files))
    with duckdb.connect(str(context.work_db), read_only=True) as connection:
        assert connection.execute("select b from two").fetchall() == [(2,)]


def test_what_failed_is_named_with_its_reason(
    monkeypatch: pytest.MonkeyPatch, context: Context, tmp_path: Path
) -> None:
    files = {
        **GOOD,
        "models/two.sql": "select nothing from {{ ref('one') }}",
        "models/three.sql": "select 3 as a",
        "tests/three_is_not_three.sql": "select * from {{ ref('three') }}",
    }
    with pytest.raises(TransformError) as caught:
        built(monkeypatch, context, project(tmp_path / "project", files))
    said = str(caught.value)
    assert "model two failed (" in said
    assert "nothing" in said
    assert "test three_is_not_three failed (Got 1 result" in said
    assert str(context.dbt_logs) in said
    assert len(said.splitlines()) == 1


def test_a_project_that_cannot_be_read_is_a_failure_in_a_line(
    monkeypatch: pytest.MonkeyPatch, context: Context, tmp_path: Path
) -> None:
    files = {"models/one.sql": "select * from {{ ref('gone') }}"}
    with pytest.raises(TransformError, match="gone"):
        built(monkeypatch, context, project(tmp_path / "project", files))


def test_the_process_ends_when_its_input_does(
    monkeypatch: pytest.MonkeyPatch, context: Context, tmp_path: Path
) -> None:
    monkeypatch.setattr(transform, "PROJECT", project(tmp_path / "project", GOOD))
    with transform.dbt_process(context, {}) as process:
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(timeout=60) == 0
    assert not context.work_db.exists()
