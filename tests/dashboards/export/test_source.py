"""Which view is exported, and what is refused in which words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dashboards.export.content import brief_of
from dashboards.export.errors import ExportError, WithheldError
from dashboards.export.source import Request, Source, current_file, open_source, request_of


def test_segment_and_window_are_read() -> None:
    assert request_of("level:L3", "12") == Request("level", "L3", 12)
    assert request_of(None, None) == request_of("all", "headline") == Request()
    assert request_of("organisation:a:b", "") == Request("organisation", "a:b")


@pytest.mark.parametrize(("segment", "window"), [("level", None), (":L3", None), ("all", "soon")])
def test_a_request_that_cannot_be_read_is_refused(segment: str, window: str | None) -> None:
    with pytest.raises(ExportError, match=r"SEGMENT=|FOLLOW_UP="):
        request_of(segment, window)


def test_a_group_that_does_not_exist_is_refused_with_those_that_do(
    publish: Callable[..., Path],
) -> None:
    with pytest.raises(ExportError, match=r"has no group L99; it has: .*L"):
        open_source(publish(), Request("level", "L99"))


def test_a_window_that_was_not_published_is_refused(publish: Callable[..., Path]) -> None:
    with pytest.raises(ExportError, match="no figures were published at 7 months"):
        open_source(publish(), Request(follow_up=7))


def test_a_withheld_group_is_refused_and_gives_no_number(publish: Callable[..., Path]) -> None:
    path = publish()
    everyone = open_source(path, Request())
    withheld = [
        Request(dimension, value)
        for dimension, values in everyone.snapshot.segments().items()
        for value in values
        if (dimension, value) not in everyone.snapshot.visible_segments()
    ]
    assert withheld
    for request in withheld:
        with pytest.raises(WithheldError, match="Choose a wider group"):
            open_source(path, request)


def test_a_warehouse_without_a_snapshot_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="make refresh"):
        current_file(tmp_path)


def test_every_file_carries_where_it_is_from(source: Source) -> None:
    terms = dict(brief_of(source).provenance)
    assert terms["Snapshot"] == source.snapshot.id
    for term in (
        "Data to",
        "Segment",
        "Follow-up",
        "Comparison",
        "People",
        "Intervals",
        "Suppression rule",
        "Do not conclude",
        "Definition versions",
    ):
        assert terms[term]


def test_a_speaker_hears_definition_and_interval_in_sentences(source: Source) -> None:
    for line in brief_of(source).outcomes:
        row = line.row
        if row is not None and row.estimate is not None:
            assert "interval" in line.spoken
            assert "Definition (version" in line.spoken
