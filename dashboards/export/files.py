"""Files that are the same for the same snapshot, whenever and wherever they are made."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

FIXED_TIME = (1980, 1, 1, 0, 0, 0)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def inert(text: str) -> str:
    """Keep a text from being taken for a formula: an apostrophe goes in front."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def rezip(content: bytes, change: Callable[[str, bytes], bytes] | None = None) -> bytes:
    """Write a zip anew with fixed times and order, each member changed on the way.

    Parameters
    ----------
    content : a zip file.
    change : name and content of a member -> its new content.
    """
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            body = source.read(name)
            member = zipfile.ZipInfo(name, FIXED_TIME)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o600 << 16
            target.writestr(member, change(name, body) if change else body)
    return made.getvalue()


def without_moments(name: str, body: bytes, day: str) -> bytes:
    """Put a fixed day where an office document says when it was made; embedded ones too.

    Parameters
    ----------
    day : `YYYY-MM-DD`.
    """
    if name.endswith(".xlsx"):
        return rezip(body, lambda part, inner: without_moments(part, inner, day))
    if name == "docProps/core.xml":
        pattern = rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?"
        return re.sub(pattern, f"{day}T00:00:00Z".encode(), body)
    return body
