"""Puts plotly's basic bundle into `assets/vendor`, out of installed packages and not out of git.

Run by `make setup`. Where npm is there, the basic bundle (a third of the size: scatter, bar and
pie) is taken from its npm package in the very version that plotly.py carries; else, or without a
network, the full bundle that plotly.py carries is copied. Running it again changes nothing.
"""

from __future__ import annotations

import importlib.resources
import logging
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

LOGGER = logging.getLogger(__name__)
VENDOR = Path(__file__).resolve().parent / "assets" / "vendor"
PACKAGE = "plotly.js-basic-dist-min"
MEMBER = "package/plotly-basic.min.js"
FILE_NAME = "plotly.min.js"
TIMEOUT_SECONDS = 60


def wanted_version() -> str:
    """Return the version of plotly.js that the installed plotly.py speaks to."""
    return _banner(_carried().read_bytes()[:400])[1]


def _carried() -> Path:
    return Path(str(importlib.resources.files("plotly") / "package_data" / FILE_NAME))


def _banner(head: bytes) -> tuple[str, str]:
    """Read kind and version out of a bundle's first comment."""
    found = re.search(rb"plotly\.js (?:\((\w+) - minified\) )?v([0-9.]+)", head)
    if found is None:
        return ("", "")
    return ((found[1] or b"full").decode(), found[2].decode())


def basic_bundle(version: str) -> bytes | None:
    """Fetch the basic bundle through npm; None without npm or without a network."""
    npm = shutil.which("npm")
    if npm is None:
        LOGGER.info("npm is not installed")
        return None
    with tempfile.TemporaryDirectory() as folder:
        command = [npm, "pack", "--silent", "--fetch-retries=0", f"{PACKAGE}@{version}"]
        try:
            subprocess.run(  # noqa: S603  (a fixed command; only the version varies)
                command, cwd=folder, check=True, capture_output=True, timeout=TIMEOUT_SECONDS
            )
            archive = next(Path(folder).glob("*.tgz"))
            with tarfile.open(archive) as packed:
                member = packed.extractfile(MEMBER)
                return member.read() if member else None
        except (subprocess.SubprocessError, OSError, StopIteration, tarfile.TarError, KeyError):
            LOGGER.info("npm could not hand out %s %s", PACKAGE, version)
            return None


def set_up(vendor: Path = VENDOR) -> Path:
    """Put the bundle in place unless it is there; return its path."""
    target = vendor / FILE_NAME
    version = wanted_version()
    if target.exists() and _banner(target.read_bytes()[:400])[1] == version:
        return target
    bundle = basic_bundle(version)
    if bundle is not None and _banner(bundle[:400]) == ("basic", version):
        LOGGER.info("plotly.js %s: basic bundle", version)
    else:
        LOGGER.info("plotly.js %s: the full bundle of plotly.py", version)
        bundle = _carried().read_bytes()
    vendor.mkdir(parents=True, exist_ok=True)
    aside = target.with_suffix(".new")
    aside.write_bytes(bundle)
    aside.replace(target)
    return target


def main() -> int:
    """Set the assets up and say on the log what was done."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    set_up()
    return 0


if __name__ == "__main__":
    sys.exit(main())
