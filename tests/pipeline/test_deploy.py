"""Examples of running it call what exists, without rights they do not need; the lock has hashes."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from pipeline.cli import _parser
from pipeline.settings import PROJECT

DEPLOY = PROJECT / "deploy"
UNITS = ("mentorship-refresh.service", "mentorship-dashboard.service", "mentorship-refresh.timer")
HOME = "/opt/mentorship-impact"


class Unit(configparser.RawConfigParser):
    """A unit file: keys keep their case and may stand several times."""

    def __init__(self, path: Path) -> None:
        super().__init__(strict=False, interpolation=None, delimiters=("=",))
        self.optionxform = str  # type: ignore[assignment,method-assign]
        self.read_string(path.read_text())


def unit(name: str) -> Unit:
    return Unit(DEPLOY / name)


@pytest.mark.parametrize("name", [name for name in UNITS if name.endswith("service")])
def test_a_service_calls_a_command_that_exists(name: str) -> None:
    program, *arguments = unit(name)["Service"]["ExecStart"].split()
    assert program == f"{HOME}/.venv/bin/mentorship"
    assert callable(_parser().parse_args(arguments).command)
    assert Path(sys.executable).with_name("mentorship").exists()


@pytest.mark.parametrize("name", [name for name in UNITS if name.endswith("service")])
def test_a_service_has_no_right_it_does_not_need(name: str) -> None:
    service = unit(name)["Service"]
    assert service["User"] not in ("", "root")
    assert service["CapabilityBoundingSet"] == ""
    assert service["UMask"] == "0077"
    for key in ("NoNewPrivileges", "PrivateTmp", "ProtectHome", "RestrictSUIDSGID"):
        assert service[key] == "yes"
    assert service["ProtectSystem"] == "strict"


def test_the_timer_starts_the_refresh_and_makes_up_for_missed_nights() -> None:
    timer = unit("mentorship-refresh.timer")
    assert timer["Timer"]["Unit"] == "mentorship-refresh.service"
    assert timer["Timer"]["Persistent"] == "true"
    assert timer["Install"]["WantedBy"] == "timers.target"
    assert unit("mentorship-refresh.service")["Service"]["Type"] == "oneshot"


@pytest.mark.parametrize("name", UNITS)
def test_systemd_finds_nothing_wrong_with_a_unit(name: str, tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        assert unit(name).sections()[0] == "Unit"  # read as a unit is all that can be said here
        return
    here = Path(sys.executable).parents[2]
    for each in UNITS:
        text = (DEPLOY / each).read_text().replace(HOME, str(here))
        (tmp_path / each).write_text(text)
    done = verify(tmp_path / name)
    assert (done.returncode, done.stderr) == (0, "")
    (tmp_path / name).write_text(
        (tmp_path / name).read_text().replace("/bin/mentorship", "/bin/none") + "Nonsense=1\n"
    )
    assert verify(tmp_path / name).stderr


def verify(path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )


# ---- the container ---------------------------------------------------------------------------


def instructions() -> list[tuple[str, str]]:
    text = re.sub(r"^\s*#.*\n", "", (DEPLOY / "Containerfile").read_text(), flags=re.MULTILINE)
    lines = text.replace("\\\n", " ").splitlines()
    return [(line.split()[0], " ".join(line.split()[1:])) for line in lines if line.strip()]


def test_the_image_is_named_with_a_version_and_without_a_host() -> None:
    bases = [rest for word, rest in instructions() if word == "FROM"]
    assert bases
    for base in bases:
        name, _, tag = base.partition(":")
        assert "/" not in name
        assert re.search(r"\d", tag), "a tag without a version moves"


def test_the_image_runs_as_nobody_special_and_holds_no_secret() -> None:
    words = [word for word, _ in instructions()]
    assert [rest for word, rest in instructions() if word == "USER"][-1] == "10001"
    assert words.index("USER") < words.index("ENTRYPOINT")
    assert "ADD" not in words
    assert not re.search(r"(?i)password|secret|token", (DEPLOY / "Containerfile").read_text())
    ignored = (DEPLOY / "Containerfile.dockerignore").read_text().splitlines()
    assert {".git", ".venv", "data/warehouse", "**/*.duckdb", "**/key"} <= set(ignored)


def test_the_image_installs_what_is_locked_and_keeps_no_cache() -> None:
    runs = [rest for word, rest in instructions() if word == "RUN"]
    packages = next(run for run in runs if "apt-get install" in run)
    assert "--no-install-recommends" in packages
    assert "rm -rf /var/lib/apt/lists/*" in packages
    assert "PIP_NO_CACHE_DIR=1 make setup" in runs


def test_the_image_starts_a_command_that_exists() -> None:
    found = dict(instructions())
    assert found["ENTRYPOINT"] == '["mentorship"]'
    arguments = re.findall(r'"([^"]+)"', found["CMD"])
    assert callable(_parser().parse_args(arguments).command)
    assert "/readyz" in found["HEALTHCHECK"]


# ---- the supply chain ------------------------------------------------------------------------


def locked() -> dict[str, str]:
    """Requirement -> all that the lock says of it."""
    text = (PROJECT / "requirements.lock").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and line.lstrip()[0] != "#"]
    return {line.split()[0]: line for line in lines}


def test_every_locked_library_has_one_version_and_hashes() -> None:
    found = locked()
    assert len(found) > 100
    for name, line in found.items():
        assert re.fullmatch(r"[A-Za-z0-9._-]+(\[[a-z0-9,-]+\])?==[^=]+", name), name
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", line), name


def test_every_declared_library_is_locked() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    declared = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.split(r"[=\[]", name)[0].lower().replace("_", "-") for name in locked()}
    for one in declared:
        name = re.split(r"[<>=!\[;\s]", one)[0].lower().replace("_", "-")
        assert name in names, name


def test_set_up_installs_nothing_without_its_hash() -> None:
    makefile = (PROJECT / "Makefile").read_text()
    installs = [line for line in makefile.splitlines() if "pip install" in line]
    assert "--require-hashes --no-deps -r requirements.lock" in installs[0]
    assert all("--no-deps" in line for line in installs)
    assert "://" not in (PROJECT / "requirements.lock").read_text()
