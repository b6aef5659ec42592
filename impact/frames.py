"""Frozen results as frames with fixed column types, and back."""

from __future__ import annotations

import datetime as dt
import types
from collections.abc import Iterable
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import pandas as pd

from impact.cohort import Segment

Result = TypeVar("Result")

_KINDS: dict[type, str] = {
    str: "str",
    int: "Int64",
    float: "float64",
    bool: "boolean",
    dt.date: "datetime64[s]",
}


def to_frame(kind: type[Any], results: Iterable[Any], drop: tuple[str, ...] = ()) -> pd.DataFrame:
    """Lay out results of one dataclass, one column a field.

    Parameters
    ----------
    kind
        The dataclass; its annotations set the column types, also when there are no results. A
        `segment` field becomes `segment_dimension` and `segment_value`.
    results
        Instances of it.
    drop
        Fields to leave out.
    """
    items = list(results)
    columns: dict[str, pd.Series[Any]] = {}
    for name, annotation in get_type_hints(kind).items():
        if name in drop:
            continue
        values = [getattr(item, name) for item in items]
        if annotation is Segment:
            dimensions = [value.dimension for value in values]
            columns["segment_dimension"] = pd.Series(dimensions, dtype="str")
            columns["segment_value"] = pd.Series([value.value for value in values], dtype="str")
        else:
            columns[name] = pd.Series(values, dtype=_KINDS[_plain(annotation)])
    return pd.DataFrame(columns)


def from_frame(kind: type[Result], frame: pd.DataFrame) -> list[Result]:
    """Read results back; unknown values become none.

    Parameters
    ----------
    kind
        The dataclass that `to_frame` laid out, without dropped fields.
    frame
        Its columns, in any order.
    """
    names: list[str] = []
    columns: list[list[Any]] = []
    for name, annotation in get_type_hints(kind).items():
        names.append(name)
        if annotation is Segment:
            pairs = zip(frame["segment_dimension"], frame["segment_value"], strict=True)
            columns.append([Segment(str(one), str(other)) for one, other in pairs])
            continue
        plain = _plain(annotation)
        values = frame[name].tolist()
        missing = frame[name].isna().tolist()
        columns.append(
            [
                None if gone else _day(value) if plain is dt.date else plain(value)
                for value, gone in zip(values, missing, strict=True)
            ]
        )
    return [kind(**dict(zip(names, row, strict=True))) for row in zip(*columns, strict=True)]


def _day(value: pd.Timestamp | dt.date) -> dt.date:
    """A frame knows moments only."""
    return pd.Timestamp(value).date()


def _plain(annotation: object) -> type:
    """The one type behind an annotation: what is optional, or one of several words, is plain."""
    origin = get_origin(annotation)
    if origin is Literal:
        return type(get_args(annotation)[0])
    if origin in (types.UnionType, Union):
        inner = [arg for arg in get_args(annotation) if arg is not type(None)]
        return _plain(inner[0])
    if not isinstance(annotation, type):
        raise TypeError(f"{annotation} has no column type")
    return annotation
