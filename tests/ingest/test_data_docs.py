"""Great Expectations' HTML report: whole, private, and without a value of any row."""

import re
import stat
from datetime import timedelta

import pytest

import ingest
from ingest import data_docs, validate
from ingest.expectations import suites
from pipeline.settings import Settings
from tests.ingest.conftest import KEY, LOADED

EMPLOYEES = ["employee_id", "email", "hire_date", "gender"]
FOREIGN = re.compile(r"""(?:src|href)=["']?(?:https?:)?//|@import|url\(""")


@pytest.fixture
def report(exports, warehouse):
    """The report on exports in which three rules are broken."""
    exports.rows(
        "hris/employees.csv",
        EMPLOYEES,
        *[[f"E{n}", "plant@example.org", "2020-01-01", f"planted {n}"] for n in range(30)],
    )
    warehouse.load(exports)
    return warehouse.path.parent / data_docs.FOLDER


def pages(folder):
    """The pages that the index names."""
    index = (folder / data_docs.INDEX).read_text()
    return [folder / name for name in re.findall(r'href="([^"/]+\.html)"', index)]


def test_the_index_leads_to_a_page_for_every_table_with_rows(report):
    tables = {path.name.rsplit("-", 1)[0] for path in pages(report)}
    assert tables == {"generic__employees", "generic__mentorships"}
    for path in pages(report):
        text = path.read_text()
        suite = suites()[path.name.rsplit("-", 1)[0]]
        assert f"{len(suite)}" in text
        for one in suite:
            assert all(column in text for column in one.columns)
    assert "expect_gender_is_a_dimension: 30 rows (fail)" in (report / "index.html").read_text()


def test_counts_are_shown_and_no_value_of_a_row(report, warehouse):
    text = "".join(path.read_text() for path in report.iterdir())
    assert "30 unexpected values found" in text  # the same address thirty times
    hashes = warehouse.all("select employee_id, email from raw.generic__employees")
    for value in ("plant", *{one for row in hashes for one in row}):
        assert value not in text


def test_nothing_is_fetched_from_anywhere(report):
    for path in report.iterdir():
        assert not FOREIGN.search(path.read_text()), path
        assert "<script" not in path.read_text(), path


def test_the_report_is_private(report):
    assert stat.S_IMODE(report.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in report.iterdir()} == {0o600}


def test_a_table_that_did_not_change_keeps_its_page(exports, warehouse, report):
    before = {path.name for path in report.iterdir()}
    more = [["E1", "a@example.org", "2020-01-06", ""]]
    exports.rows("hris/more.csv", EMPLOYEES, *more, modified=LOADED + timedelta(days=1))
    warehouse.load(exports)
    after = {path.name for path in report.iterdir()}
    assert {name for name in before & after if "__" in name} == {
        name for name in before if name.startswith("generic__mentorships")
    }
    assert after == {"index.html", *(path.name for path in pages(report))}


def test_a_page_that_someone_removed_is_written_again(exports, warehouse, report):
    for path in pages(report):
        path.unlink()
    warehouse.load(exports)
    assert len(pages(report)) == 2
    assert all(path.exists() for path in pages(report))


@pytest.mark.parametrize("step", ["transaction", "write_index"])
def test_a_run_that_is_killed_leaves_the_last_report_whole_and_the_next_one_ends_it(
    exports, warehouse, report, monkeypatch, step
):
    def killed(*_):
        raise KeyboardInterrupt

    before = {path.name: path.read_text() for path in (*pages(report), report / "index.html")}
    more = [["E1", "a@example.org", "2020-01-06", ""]]
    exports.rows("hris/more.csv", EMPLOYEES, *more, modified=LOADED + timedelta(days=1))
    loaded = ingest.load(warehouse.connection, exports.path, Settings(), KEY)
    with monkeypatch.context() as patch:
        patch.setattr(validate if step == "transaction" else data_docs, step, killed)
        with pytest.raises(KeyboardInterrupt):
            validate.validate(warehouse.connection, report.parent, loaded.loaded_at)
    assert {name: (report / name).read_text() for name in before} == before
    warehouse.load(exports)
    assert not set(before) & {path.name for path in pages(report) if "employees" in path.name}
    assert {path.name for path in report.iterdir()} == {
        "index.html",
        *(path.name for path in pages(report)),
    }


def test_the_report_counts_what_the_published_checks_count(warehouse, report):
    missed = warehouse.all(
        "select check_name, failed, status from raw.data_checks "
        "where starts_with(check_name, 'expect_') and status <> 'ok' order by all"
    )
    index = (report / "index.html").read_text()
    found = re.findall(r"(expect_\w+): (\d+) rows \((\w+)\)", index)
    assert sorted((name, int(failed), status) for name, failed, status in found) == missed
