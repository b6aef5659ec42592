"""Settings, options and their errors."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.errors import SettingsError
from pipeline.settings import (
    BUILT_IN_OUTCOMES,
    PROJECT,
    Settings,
    dbt_vars,
    load_settings,
    read_run,
    setting_keys,
)


def written(folder: Path, text: str) -> Path:
    path = folder / "mentorship.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_no_file_gives_the_defaults() -> None:
    settings = load_settings(None)
    assert settings.minimum_group == 10
    assert settings.snapshots_kept == 12
    assert settings.quarantine_share == 0.01
    assert settings.shrink_share == 0.05
    assert settings.windows.follow_up_months == (6, 12, 18, 24)
    assert settings.population.employment_types_excluded == ("contractor", "intern")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("minimum_grop = 3", "unknown key `minimum_grop` (did you mean `minimum_group`?)"),
        ("minimum_group = 4", "`minimum_group`: 4 is not allowed; it takes: whole number 5 to"),
        ("[levels]\nordr = []", "unknown key `levels.ordr` (did you mean `order`?)"),
        ("levels = 3", "`levels`: 3 is not allowed; it takes: table"),
        ("time_zone = 'Mars'", "`time_zone`: use a name from the IANA list"),
        ("reporting_groups = 'gender'", '`reporting_groups`: "gender" is not allowed'),
        ("reporting_groups = ['level']", "`reporting_groups`: level is reported anyway"),
        ("[windows]\nfollow_up_months = [6, 7]", "`windows.follow_up_months`: 7 is not allowed"),
        ("[windows]\nfollow_up_months = [12, 18]", "with 6 and 12 among them"),
        ("[plan]\nfirst_look = 2026-01-01", "`plan`: set `first_look` and `looks` together"),
        ("[plan]\nevery = 'week'", '`plan.every`: "week" is not allowed; it takes: "month" or'),
        ("[data_end]\ngit = 'soon'", '`data_end.git`: "soon" is not allowed; it takes: date'),
        ("[serving]\nport = 0", "`serving.port`: 0 is not allowed"),
        ("[mapping.'a*']\nshap = 'x'", "unknown key `mapping.a*.shap` (did you mean `shape`?)"),
        ("[measures.mood]\nunit = 'x'", "`measures.mood.direction` is missing"),
        ("a =", "is not valid TOML"),
        ("minimum_group = 10\nminimum_group = 11", "is not valid TOML"),
    ],
)
def test_a_mistake_is_named_with_file_key_and_what_is_allowed(
    tmp_path: Path, text: str, expected: str
) -> None:
    path = written(tmp_path, text)
    with pytest.raises(SettingsError) as caught:
        load_settings(path)
    assert expected in str(caught.value)
    assert all(line.startswith(f"{path}: ") for line in str(caught.value).splitlines())
    assert caught.value.exit_status == 2


def test_two_mistakes_make_two_lines(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(written(tmp_path, "minimum_group = 1\nquarantine_share = 2"))
    assert len(str(caught.value).splitlines()) == 2


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mentorship.toml"
    path.write_bytes("time_zone = 'Zürich'".encode("latin-1"))
    with pytest.raises(SettingsError, match="is not UTF-8"):
        load_settings(path)


def test_a_byte_order_mark_does_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "mentorship.toml"
    path.write_bytes(b"\xef\xbb\xbfminimum_group = 12\n")
    assert load_settings(path).minimum_group == 12


def test_the_minimum_group_may_be_five(tmp_path: Path) -> None:
    assert load_settings(written(tmp_path, "minimum_group = 5")).minimum_group == 5


def test_settings_beside_the_exports_are_found_and_a_named_file_wins(tmp_path: Path) -> None:
    exports = tmp_path / "exports"
    exports.mkdir()
    beside = written(exports, "minimum_group = 11")
    named = tmp_path / "other.toml"
    named.write_text("minimum_group = 12")
    settings, context = read_run({"EXPORTS": str(exports)}, {})
    assert (settings.minimum_group, context.settings_file) == (11, beside)
    settings, context = read_run({"EXPORTS": str(exports)}, {"SETTINGS": str(named)})
    assert (settings.minimum_group, context.settings_file) == (12, named)


def test_a_named_settings_file_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="there is no such file"):
        read_run({"SETTINGS": str(tmp_path / "none.toml")}, {})


def test_an_option_wins_over_the_environment_and_that_over_the_settings(tmp_path: Path) -> None:
    written(tmp_path, "[serving]\nport = 8001\nhost = '127.0.0.3'")
    base = {"EXPORTS": str(tmp_path)}
    assert read_run(base, {})[1].port == 8001
    assert read_run(base, {"PORT": "8002"})[1].port == 8002
    assert read_run({**base, "PORT": "8003"}, {"PORT": "8002"})[1].port == 8003
    assert read_run(base, {"HOST": "127.0.0.2"})[1].host == "127.0.0.2"


def test_without_options_the_sample_is_refreshed_into_the_default_warehouse() -> None:
    _, context = read_run({}, {"XDG_CONFIG_HOME": "/c"})
    assert context.exports == PROJECT / "data" / "sample"
    assert context.warehouse == PROJECT / "data" / "warehouse"
    assert context.key == Path("/c/mentorship-impact/key")
    assert (context.host, context.port) == ("127.0.0.1", 8050)


@pytest.mark.parametrize("value", ["2026-02-30", "tomorrow", "2026", "01/02/2026"])
def test_an_as_of_that_is_no_day_is_refused(value: str) -> None:
    with pytest.raises(SettingsError, match=r"AS_OF=.*: write a day as YYYY-MM-DD"):
        read_run({"AS_OF": value}, {})


def test_an_as_of_in_the_future_is_refused_and_today_is_not() -> None:
    today = datetime.now(UTC).date()
    assert read_run({"AS_OF": today.isoformat()}, {})[1].as_of == today
    with pytest.raises(SettingsError, match="lies in the future"):
        read_run({"AS_OF": (today + timedelta(days=2)).isoformat()}, {})


def test_known_at_a_day_means_its_end_in_the_zone_of_the_settings(tmp_path: Path) -> None:
    written(tmp_path, "time_zone = 'Europe/Berlin'")
    _, context = read_run({"EXPORTS": str(tmp_path), "KNOWN_AT": "2026-01-31"}, {})
    assert context.known_at is not None
    assert context.known_at.replace(microsecond=0) == datetime(2026, 1, 31, 22, 59, 59, tzinfo=UTC)


def test_known_at_keeps_its_own_offset() -> None:
    _, context = read_run({"KNOWN_AT": "2026-01-31T10:00+02:00"}, {})
    assert context.known_at == datetime(2026, 1, 31, 8, tzinfo=UTC)


def test_a_known_at_that_is_no_time_is_refused() -> None:
    with pytest.raises(SettingsError, match="KNOWN_AT=later"):
        read_run({"KNOWN_AT": "later"}, {})


@pytest.mark.parametrize("value", ["0", "65536", "http", "-1", "８０"])
def test_a_port_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(SettingsError, match="use a number from 1 to 65535"):
        read_run({"PORT": value}, {})


def test_the_hash_follows_what_can_change_a_figure_only(tmp_path: Path) -> None:
    def hash_of(text: str) -> str:
        return load_settings(written(tmp_path, text)).hash

    default = Settings().hash
    assert re.fullmatch(r"[0-9a-f]{12}", default)
    assert hash_of("") == default
    assert hash_of("snapshots_kept = 3\n[serving]\nport = 9000") == default
    assert hash_of("minimum_group = 11") != default
    assert hash_of("[levels]\norder = ['a', 'b']") != hash_of("[levels]\norder = ['b', 'a']")


def test_the_models_get_every_variable_they_declare(tmp_path: Path) -> None:
    declared = (PROJECT / "dbt_project.yml").read_text(encoding="utf-8").split("\nvars:\n")[1]
    names = re.findall(r"^  (\w+):", declared, flags=re.MULTILINE)
    text = "[plan]\nfirst_look = 2026-01-01\nlooks = 4\nevery = 'half-year'"
    written(tmp_path, text)
    settings, context = read_run({"EXPORTS": str(tmp_path), "AS_OF": "2025-12-31"}, {})
    variables = dbt_vars(settings, context, date(2026, 1, 2))
    assert set(variables) == set(names)
    assert variables["as_of_date"] == "2025-12-31"
    assert variables["loaded_on"] == "2026-01-02"
    assert variables["plan"] == {"first_look": "2026-01-01", "every_months": 6, "looks": 4}
    agreed = dbt_vars(settings, context, beside={"agreement": "kept"})
    assert agreed["plan"]["agreement"] == "kept"


def test_every_setting_is_documented_with_type_default_and_effect() -> None:
    page = (PROJECT / "docs" / "settings.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(.+?)` \| (.+?) \| `(.+?)` \| (.+) \|$", page, flags=re.MULTILINE)
    documented = {key: (kind, default, effect) for key, kind, default, effect in rows}
    assert documented == setting_keys()


def test_an_own_outcome_may_not_take_a_built_in_name(tmp_path: Path) -> None:
    text = '[measures.retention]\nunit = "share"\ndirection = "higher"'
    with pytest.raises(SettingsError, match="retention is an outcome of its own"):
        load_settings(written(tmp_path, text))


def test_every_measured_outcome_is_a_name_that_own_ones_may_not_take() -> None:
    from impact.measures import CATALOGUE
    from impact.study import HEADLINE_MONTHS
    from impact.supporting import LEAVING

    names = {*(one.name for one in (*CATALOGUE, *LEAVING)), *HEADLINE_MONTHS}
    assert names == BUILT_IN_OUTCOMES


def test_a_location_needs_a_zone_that_exists(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="IANA"):
        load_settings(written(tmp_path, '[location_time_zones]\nBerlin = "Berlin"'))
