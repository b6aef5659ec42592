"""The dbt process: it names what failed, and ends with whoever started it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from io import StringIO
from pathlib import Path

import duckdb
import pytest

from pipeline import transform
from pipeline.errors import TransformError
from pipeline.progress import Progress
from pipeline.settings import PROJECT, Context, read_run

GOOD = {"models/one.sql": "select 1 as a"}
PROFILE = """
small:
  target: it
  outputs: {it: {type: duckdb, path: "{{ env_var('MENTORSHIP_WORK_DB') }}", threads: 2}}
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


def built(monkeypatch: pytest.MonkeyPatch, context: Context, folder: Path, rows: int = 1) -> None:
    monkeypatch.setattr(transform, "PROJECT", folder)
    with transform.dbt_process(context, {"limit": 1}) as process:
        transform.build(process, context, {"limit": 2}, Progress(StringIO()), rows)


def test_models_are_built_with_the_variables_of_the_build(
    monkeypatch: pytest.MonkeyPatch, context: Context, tmp_path: Path
) -> None:
    files = {**GOOD, "models/two.sql": "select {{ var('limit') }} as b from {{ ref('one') }}"}
    built(monkeypatch, context, project(tmp_path / "project", files))
    with duckdb.connect(str(context.work_db), read_only=True) as connection:
        assert connection.execute("select b from two").fetchall() == [(2,)]


@pytest.mark.parametrize(("rows", "at_once"), [(transform.MANY_ROWS, 1), (1, 2)])
def test_models_of_many_rows_are_built_one_at_a_time(
    monkeypatch: pytest.MonkeyPatch, context: Context, tmp_path: Path, rows: int, at_once: int
) -> None:
    files = {"models/one.sql": "select {{ target.threads }} as a"}
    built(monkeypatch, context, project(tmp_path / "project", files), rows)
    with duckdb.connect(str(context.work_db), read_only=True) as connection:
        assert connection.execute("select a from one").fetchall() == [(at_once,)]


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
    log = (context.dbt_logs / "dbt.log").read_text(encoding="utf-8")
    assert "[error] " in log
    assert "Got 1 result" in log


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


MATERIALIZATIONS = (PROJECT / "macros" / "materializations.sql").read_text(encoding="utf-8")
AS_PYTHON = "def model(dbt, session):\n    return dbt.ref('one').df()\n"


def test_a_model_takes_the_place_of_what_had_its_name(
    monkeypatch: pytest.MonkeyPatch, context: Context, tmp_path: Path
) -> None:
    kinds = ("view", "table", "table", "python", "python", "view")
    for at, kind in enumerate(kinds):
        model = "select {{ var('limit') }} as a, '" + kind + "' as kind"
        sql = "{{ config(materialized='" + kind + "') }} select * from {{ ref('one') }}"
        files = {
            "models/one.sql": model,
            "models/two.py" if kind == "python" else "models/two.sql": (
                AS_PYTHON if kind == "python" else sql
            ),
            "macros/materializations.sql": MATERIALIZATIONS,
        }
        built(monkeypatch, context, project(tmp_path / str(at), files))
        with duckdb.connect(str(context.work_db), read_only=True) as connection:
            assert connection.execute("from two").fetchall() == [(2, kind)]
            names = connection.execute("select table_name from information_schema.tables")
            assert sorted(names.fetchall()) == [("one",), ("two",)]


def test_a_model_that_fails_leaves_the_table_it_was_to_replace(
    monkeypatch: pytest.MonkeyPatch, context: Context, tmp_path: Path
) -> None:
    good = "{{ config(materialized='table') }} select 1 as a"
    for name, sql in (("good", good), ("bad", f"{good} from nowhere")):
        files = {"models/one.sql": sql, "macros/materializations.sql": MATERIALIZATIONS}
        folder = project(tmp_path / name, files)
        if name == "good":
            built(monkeypatch, context, folder)
        else:
            with pytest.raises(TransformError, match="nowhere"):
                built(monkeypatch, context, folder)
    with duckdb.connect(str(context.work_db), read_only=True) as connection:
        assert connection.execute("from one").fetchall() == [(1,)]


def test_what_was_read_ahead_is_kept_by_its_variables(
    monkeypatch: pytest.MonkeyPatch, context: Context, tmp_path: Path
) -> None:
    monkeypatch.setattr(transform.sys, "prefix", str(tmp_path / "environment"))
    monkeypatch.setattr(transform, "PROJECT", project(tmp_path / "project", GOOD))
    transform.keep_reading(replace(context, warehouse=tmp_path / "aside"), {"limit": 1})
    ahead, other = (transform._reading(context, {"limit": limit}) for limit in (1, 2))
    assert "--partial-parse-file-path" in ahead
    assert "--partial-parse-file-path" not in other
    built(monkeypatch, context, tmp_path / "project")
    assert not (context.dbt_target / transform.READING).exists()  # nothing was read anew
