"""A forgotten person leaves every raw table, and the same exports do not bring them back."""

import pytest

from ingest import InputError, forget, schema
from tests.ingest.conftest import KEY, Exports, Warehouse


def fill(exports: Exports) -> None:
    exports.rows(
        "hris/identities.csv",
        ["employee_id", "kind", "value"],
        ["E1", "github", "ada-codes"],
        ["E2", "github", "bo-codes"],
    )
    exports.rows(
        "hris/job_history.csv",
        ["employee_id", "effective_date", "level", "manager_id"],
        ["E1", "2020-01-06", "L3", ""],
        ["E2", "2020-02-03", "L2", "E1"],
    )
    exports.rows(
        "git/pull_requests.csv",
        ["repo", "number", "author", "created_at", "merged_at"],
        ["api", 1, "ada-codes", "2021-01-01T00:00:00Z", "2021-01-02T00:00:00Z"],
        ["api", 2, "bo-codes", "2021-01-01T00:00:00Z", "2021-01-02T00:00:00Z"],
    )


def hashes_of(*names: str) -> set[str]:
    return {forget.pseudonym(KEY, name) for name in names}


ADA = ("E1", "ada@example.org", "ada-codes")


@pytest.mark.parametrize("called", ["E1", " ADA@example.org ", "ada-codes"])
def test_a_person_goes_by_any_of_their_names(
    exports: Exports, warehouse: Warehouse, called: str
) -> None:
    fill(exports)
    warehouse.load(exports)
    connection = warehouse.connection
    found = forget.names_of(connection, forget.pseudonym(KEY, called))
    assert found == hashes_of(*ADA)
    rows = forget.erase(connection, found)
    assert rows["generic__employees"] == 1
    assert rows["generic__job_history"] == 2  # one of theirs, one that names them as manager
    assert forget.left(connection, found) == 0
    assert warehouse.one("select count(*) from raw.generic__pull_requests") == 2
    assert warehouse.one("select count(author) from raw.generic__pull_requests") == 1


def test_the_same_exports_read_anew_do_not_bring_a_person_back(
    exports: Exports, warehouse: Warehouse
) -> None:
    fill(exports)
    warehouse.load(exports)
    names = hashes_of(*ADA)
    forget.erase(warehouse.connection, names)
    report = warehouse.load(exports, time_zone="Europe/Berlin")
    exports.rows(
        "hris/later.csv",
        ["employee_id", "email", "hire_date"],
        ["E1", "ada@example.org", "2020-01-07"],
        ["E3", "cy@example.org", "2020-01-07"],
    )
    warehouse.load(exports, time_zone="Europe/Berlin")
    assert {one.status for one in report.files} == {"loaded"}
    assert forget.left(warehouse.connection, names) == 0
    assert warehouse.one("select count(*) from raw.generic__employees") == 2
    for one in warehouse.all(
        "select rows_read, rows_loaded + rows_known + rows_quarantined from raw.load_tables"
    ):
        assert one[0] == one[1]


def test_rows_in_the_history_go_as_well(exports: Exports, warehouse: Warehouse) -> None:
    warehouse.load(exports)
    exports.rows(
        "hris/employees-2.csv",
        ["employee_id", "email", "hire_date", "location"],
        ["E1", "ada@example.org", "2020-01-06", "Lisbon"],
    )
    warehouse.load(exports)
    assert warehouse.one("select count(*) from raw.generic__employees__history") == 1
    forget.erase(warehouse.connection, hashes_of(*ADA))
    assert warehouse.one("select count(*) from raw.generic__employees__history") == 0


def test_nobody_is_forgotten_under_a_name_that_several_share(
    exports: Exports, warehouse: Warehouse
) -> None:
    fill(exports)
    exports.rows(
        "hris/shared.csv",
        ["employee_id", "kind", "value"],
        ["E1", "github", "pair"],
        ["E2", "github", "pair"],
    )
    warehouse.load(exports)
    connection = warehouse.connection
    with pytest.raises(InputError, match="several employees"):
        forget.names_of(connection, forget.pseudonym(KEY, "pair"))
    assert forget.names_of(connection, forget.pseudonym(KEY, "E1")) == hashes_of(*ADA)
    with pytest.raises(InputError, match="names that person"):
        forget.names_of(connection, forget.pseudonym(KEY, "nobody"))


def test_every_person_column_of_every_table_is_reached(warehouse: Warehouse) -> None:
    connection = warehouse.connection
    schema.create_all(connection)
    who = forget.pseudonym(KEY, "E1")
    for table in schema.tables():
        persons = [one.name for one in table.stored if one.kind == "person"]
        for where in (table.name, table.history) if persons else ():
            listed = ", ".join(f'"{one}"' for one in persons)
            values = ", ".join(f"'{who}'" for _ in persons)
            connection.execute(f'insert into raw."{where}" ({listed}) values ({values})')
    assert forget.left(connection, {who}) > 20
    forget.erase(connection, {who})
    assert forget.left(connection, {who}) == 0
