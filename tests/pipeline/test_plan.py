"""The written plan: what it fixes, when it is refused, and what the settings are told against."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline import cli, plan
from pipeline.errors import BadInputError
from pipeline.settings import Context, Settings, read_run

PLANNED = """
reporting_groups = ["gender"]
[plan]
first_look = 2026-03-31
every = "quarter"
looks = 3
"""


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "mentorship.toml").write_text(PLANNED)
    return folder


def run(exports: Path) -> tuple[Settings, Context]:
    return read_run({"EXPORTS": str(exports)}, {})


def test_looks_are_days_with_rising_levels_that_spend_the_error_once(exports: Path) -> None:
    looks = plan.make_plan(run(exports)[0])["looks"]
    assert [look["on"] for look in looks] == ["2026-03-31", "2026-06-30", "2026-09-30"]
    levels = [look["level"] for look in looks]
    assert levels == sorted(levels)
    # What the first of three looks may spend: 2 - 2 Phi(1.96 / sqrt(1/3)), z = 3.395.
    assert levels[0] == pytest.approx(0.000687, rel=0.01)
    assert levels[-1] < 0.05


def test_a_plan_is_written_once_and_found_again(exports: Path) -> None:
    settings, context = run(exports)
    made = plan.make_plan(settings)
    assert plan.write_plan(plan.plan_file(context), made, replace=False)
    assert not plan.write_plan(plan.plan_file(context), made, replace=False)
    assert plan.compare(settings, context).state == "kept"


def test_no_plan_without_looks_in_the_settings(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="first_look"):
        plan.make_plan(Settings())


def test_changed_settings_are_named(exports: Path) -> None:
    settings, context = run(exports)
    plan.write_plan(plan.plan_file(context), plan.make_plan(settings), replace=False)
    (exports / "mentorship.toml").write_text(
        PLANNED + "[windows]\nfollow_up_months = [6, 12]\n[serving]\nport = 9000\n"
    )
    settings, context = run(exports)
    agreement = plan.compare(settings, context)
    assert agreement.state == "changed"
    assert agreement.changed == ("windows.follow_up_months",)
    assert agreement.dates[0] == "2026-03-31"


def test_another_plan_is_written_over_one_only_when_asked(exports: Path) -> None:
    settings, context = run(exports)
    path = plan.plan_file(context)
    plan.write_plan(path, plan.make_plan(settings), replace=False)
    (exports / "mentorship.toml").write_text(PLANNED.replace("looks = 3", "looks = 4"))
    other = plan.make_plan(run(exports)[0])
    with pytest.raises(BadInputError, match=r"plan\.looks"):
        plan.write_plan(path, other, replace=False)
    assert plan.write_plan(path, other, replace=True)
    assert plan.read_plan(path)["hash"] == other["hash"]


def test_a_plan_changed_by_hand_is_refused(exports: Path) -> None:
    settings, context = run(exports)
    path = plan.plan_file(context)
    plan.write_plan(path, plan.make_plan(settings), replace=False)
    content = json.loads(path.read_text())
    content["looks"][0]["level"] = 0.05
    path.write_text(json.dumps(content))
    with pytest.raises(BadInputError, match="was changed after it was written"):
        plan.compare(settings, context)


@pytest.mark.parametrize("text", ["", "[]", '{"hash": 1}', "{"])
def test_what_is_no_plan_is_refused(exports: Path, text: str) -> None:
    settings, context = run(exports)
    plan.plan_file(context).write_text(text)
    with pytest.raises(BadInputError, match=r"mentorship-plan\.json"):
        plan.compare(settings, context)


def test_the_command_writes_checks_and_fails_on_a_change(
    exports: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["plan", "--exports", str(exports)]
    assert cli.main([*arguments, "--check"]) == 2
    assert cli.main(arguments) == 0
    assert "look 3 on 2026-09-30" in capsys.readouterr().out
    assert cli.main([*arguments, "--check"]) == 0
    (exports / "mentorship.toml").write_text(PLANNED + "[population]\nlevels = ['L1']\n")
    assert cli.main([*arguments, "--check"]) == 1
    assert "population.levels" in capsys.readouterr().err
