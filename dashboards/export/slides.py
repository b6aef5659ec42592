"""impact.pptx: 16:9, six to eight slides with native charts and tables and a speaker's notes."""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from textwrap import shorten
from typing import Any

from pptx import Presentation
from pptx.exc import PackageNotFoundError
from pptx.util import Inches, Pt

from dashboards import formats
from dashboards.export.content import (
    ARM_NAMES,
    COMPARISON,
    RETURN_RESTS,
    STORIES_ARE,
    Brief,
    OutcomeLine,
    curves_of,
    measure_text,
    series_of,
)
from dashboards.export.drawing import (
    Axes,
    Box,
    Line,
    Words,
    add_card,
    add_chart,
    add_curves,
    add_table,
    add_text,
    colour,
)
from dashboards.export.errors import ExportError
from dashboards.export.files import rezip, without_moments
from dashboards.export.source import Source
from dashboards.pages.methods import STEPS
from dashboards.rows import CurvePoint

WIDTH, HEIGHT = 13.333, 7.5
MARGIN = 0.6
TOP, BODY = 1.45, 5.2
TITLE_ONLY = "Title Only"
_TEMPLATE = b"application/vnd.openxmlformats-officedocument.presentationml.template.main+xml"
_DOCUMENT = b"application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
MOST_CHECKS, MOST_ROWS = 9, 9
MOST_STORIES, MOST_LETTERS = 4, 320


def slides_bytes(source: Source, brief: Brief, template: Path | None = None) -> bytes:
    """Write the slides.

    Parameters
    ----------
    template : a .pptx or .potx whose look is taken; its own slides are left out.

    Raises
    ------
    ExportError : the template cannot be read.
    """
    deck = _Deck(_open(template), is_own=template is None, brief=brief)
    for add in _SLIDES:
        add(deck, source, brief)
    deck.set_properties(source)
    made = io.BytesIO()
    deck.file.save(made)
    day = source.snapshot.as_of.isoformat()
    return rezip(made.getvalue(), lambda name, body: without_moments(name, body, day))


class _Deck:
    """The presentation that is being written: one layout, one look for titles and feet."""

    def __init__(self, file: Any, *, is_own: bool, brief: Brief) -> None:
        self.file = file
        self.brief = brief
        if is_own:
            file.slide_width, file.slide_height = Inches(WIDTH), Inches(HEIGHT)
        self.scale = file.slide_width / Inches(WIDTH)
        self.layout = _layout(file)
        if is_own:
            _own_look(self.layout)

    def box(self, left: float, top: float, width: float, height: float) -> Box:
        """Place a piece given for the usual width on a slide of any width."""
        return Box(left * self.scale, top, width * self.scale, height)

    def slide(self, title: str, notes: str) -> Any:
        """Add a slide with a real title, its foot, and what a speaker says."""
        slide = self.file.slides.add_slide(self.layout)
        slide.shapes.title.text = title
        for shape in list(slide.placeholders):
            if shape.placeholder_format.idx != 0:
                shape._element.getparent().remove(shape._element)
        foot = self.box(MARGIN, HEIGHT - 0.5, WIDTH - 2 * MARGIN, 0.35)
        add_text(slide, foot, [Words(self.brief.foot, 9, "muted")])
        slide.notes_slide.notes_text_frame.text = notes
        return slide

    def set_properties(self, source: Source) -> None:
        """Say in the file's properties what it is and where it is from."""
        properties = self.file.core_properties
        properties.title = self.brief.title
        properties.subject = self.brief.kicker
        properties.author = "Mentorship Impact"
        properties.comments = self.brief.do_not_conclude
        properties.keywords = source.snapshot.id
        as_of = source.snapshot.as_of
        moment = datetime(as_of.year, as_of.month, as_of.day)
        properties.created = properties.modified = moment
        properties.last_modified_by = "Mentorship Impact"


def _open(template: Path | None) -> Any:
    if template is None:
        return Presentation()
    try:
        content = template.read_bytes()
        as_document = rezip(content, lambda _, body: body.replace(_TEMPLATE, _DOCUMENT))
        file = Presentation(io.BytesIO(as_document))
    except OSError as error:
        raise ExportError(f"{template}: cannot be read ({error.strerror}).") from error
    except (zipfile.BadZipFile, PackageNotFoundError, KeyError, ValueError) as error:
        raise ExportError(f"{template}: is no PowerPoint template (.potx or .pptx).") from error
    slides = file.slides._sldIdLst
    for slide in list(slides):
        file.part.drop_rel(slide.rId)
        slides.remove(slide)
    return file


def _layout(file: Any) -> Any:
    """Find the layout that has a title and, of others, as little as possible."""
    titled = [
        layout
        for layout in file.slide_layouts
        if any(shape.placeholder_format.idx == 0 for shape in layout.placeholders)
    ]
    if not titled:
        raise ExportError("the template has no slide layout with a title.")
    named = [layout for layout in titled if layout.name == TITLE_ONLY]
    return (named or sorted(titled, key=lambda layout: len(layout.placeholders)))[0]


def _own_look(layout: Any) -> None:
    """Set the title of the built-in layout left, for a wide slide."""
    for shape in layout.placeholders:
        if shape.placeholder_format.idx == 0:
            shape.left, shape.top = Inches(MARGIN), Inches(0.4)
            shape.width, shape.height = Inches(WIDTH - 2 * MARGIN), Inches(0.95)
            paragraph = shape.text_frame.paragraphs[0]
            paragraph.alignment = 1
            paragraph.font.size = Pt(28)
            paragraph.font.bold = True
            paragraph.font.color.rgb = colour("text")
            _left(shape)


def _left(shape: Any) -> None:
    """Put size, weight and alignment where slides inherit them: into the list style."""
    body = shape.text_frame._txBody
    style = body.find(".//{*}lstStyle")
    for old in list(style):
        style.remove(old)
    level = style.makeelement(f"{{{style.nsmap['a']}}}lvl1pPr", {"algn": "l"})
    run = level.makeelement(f"{{{style.nsmap['a']}}}defRPr", {"sz": "2800", "b": "1"})
    level.append(run)
    style.append(level)
    body.bodyPr.set("anchor", "ctr")


# ---- slides ----------------------------------------------------------------------------------


def _verdict(deck: _Deck, _source: Source, brief: Brief) -> None:
    notes = " ".join((brief.headline, brief.lede, f"Do not conclude: {brief.do_not_conclude}"))
    slide = deck.slide(brief.headline, notes)
    chips = [Words(f"{_sign(chip.tone)} {chip.text}", 16) for chip in brief.chips]
    lead = [Words(brief.kicker, 14, "muted"), Words(brief.lede, 20, after=14)]
    add_text(slide, deck.box(MARGIN, TOP, 12.1, 2), lead)
    trust = [Words("Can this be trusted?", 16, is_bold=True), *chips]
    add_text(slide, deck.box(MARGIN, 3.3, 5.8, 3.4), trust)
    warning = [
        Words("What not to conclude", 16, is_bold=True),
        *(Words(text, 14, after=8) for text in brief.caveats[:3]),
    ]
    add_text(slide, deck.box(6.8, 3.3, 5.9, 3.4), warning)


def _sign(tone: str) -> str:
    return {"better": "✓", "caution": "!", "worse": "✕"}.get(tone, "·")


def _cards(deck: _Deck, _source: Source, brief: Brief) -> None:
    notes = " ".join(line.spoken for line in brief.outcomes)
    slide = deck.slide("Four outcomes against matched peers", notes)
    width = (WIDTH - 2 * MARGIN - 0.6) / 4
    for place, line in enumerate(brief.outcomes):
        left = MARGIN + place * (width + 0.2)
        box = deck.box(left, TOP, width, BODY)
        add_card(slide, box, _card_words(line), line.card.verdict.tone)


def _card_words(line: OutcomeLine) -> list[Words]:
    card = line.card
    words = [
        Words(card.label, 18, is_bold=True),
        Words(f"{_sign(card.verdict.tone)} {card.verdict.label}", 14, card.verdict.tone, True, 8),
        Words(card.big.number, 22 if card.is_state else 34, is_bold=True, unit=card.big.unit),
        Words(card.measure, 12, "muted", after=8),
        Words(card.sentence, 13, after=8),
    ]
    if card.interval:
        words.append(Words(f"Interval {card.interval}. {card.aside}".strip(), 11, "muted", after=8))
    elif card.aside:
        words.append(Words(card.aside, 11, "muted", after=8))
    words += [
        Words(f"{arm.name}: {arm.value}" + (f" (n {arm.people})" if arm.people else ""), 12)
        for arm in card.arms
    ]
    return words


def _forest(deck: _Deck, _source: Source, brief: Brief) -> None:
    title = "How large is each effect, and how sure are we?"
    slide = deck.slide(title, " ".join(line.spoken for line in brief.outcomes))
    kinds = (("ratio", "Change against matched peers, per cent"), ("difference", "Points"))
    for place, (scale, name) in enumerate(kinds):
        shown = [
            line
            for line in brief.outcomes
            if line.row and line.row.scale == scale and line.row.estimate is not None
        ]
        box = deck.box(MARGIN + place * 6.15, TOP, 5.95, 4.6)
        if not shown:
            add_text(slide, box, [Words(f"{name}: no estimate can be shown.", 16, "muted")])
            continue
        lines = [piece for at, line in enumerate(shown, 1) for piece in _interval(line, at)]
        limits = (0.0, len(shown) + 0.8)
        axes = Axes(name, "+0;−0;0", "0", y_visible=False, y_limits=limits, legend=False)
        alt = "; ".join(f"{line.card.label}: {_effect(line)}" for line in shown)
        add_chart(slide, box, lines, axes, alt)
    words = "The dot is the estimate, the bar its interval. Promotion and retention are in "
    words += "percentage points; merge time and pages are relative changes, where less is better."
    add_text(slide, deck.box(MARGIN, 6.15, 12.1, 0.6), [Words(words, 12, "muted")])


def _effect(line: OutcomeLine) -> str:
    card = line.card
    return f"{card.big.number}{card.big.unit} ({card.interval})"


def _interval(line: OutcomeLine, at: int) -> list[Line]:
    row, tone = line.row, line.card.verdict.tone
    if row is None or row.estimate is None or row.ci_low is None or row.ci_high is None:
        return []
    low, middle, high = (_change(v, row.scale) for v in (row.ci_low, row.estimate, row.ci_high))
    name = line.card.label
    label = f"{name}: {_effect(line)}"
    return [
        Line(f"{name}, interval", [(low, at), (high, at)], tone, width=5),
        Line(name, [(middle, at)], tone, width=0, marker=13, labels=[label]),
    ]


def _change(value: float, scale: str) -> float:
    change = formats.change_percent(value) if scale == "ratio" else value * 100
    return round(change, 6)


def _over_time(deck: _Deck, source: Source, brief: Brief) -> None:
    """Up to four charts on one slide: when an effect appears, who stays, who is promoted."""
    series = {key: series_of(source, key) for key in ("pr_cycle_time", "incident_rate")}
    arms = {key: curves_of(source, key) for key in ("retention", "promotion")}
    shown = [key for key, found in (*series.items(), *arms.items()) if found]
    if not shown:
        return
    notes = (
        "Change against matched peers: each point is one month around the start of mentoring; the "
        "dashed lines are its interval. Before the start the line should be flat, but for a slow "
        f"spell just before it. {_notes_of(brief, shown)}"
    )
    slide = deck.slide("When does it appear, and who stays?", notes)
    is_small = len(shown) > 2
    height = 2.35 if is_small else 4.7
    for place, key in enumerate(shown):
        left, top = MARGIN + place % 2 * 6.15, TOP - 0.05 + place // 2 * (height + 0.4)
        heading, box = deck.box(left, top, 5.9, 0.4), deck.box(left, top + 0.35, 5.95, height)
        label = source.view.label(key)
        if key in arms:
            what = "share still employed" if key == "retention" else "share promoted"
            _add_arms(slide, box, arms[key], f"{label}: {what} of each arm by month.", is_small)
            words = f"{label}, {what} by month"
        else:
            alt = f"{label}: change against matched peers, month by month around the start."
            _add_series(slide, box, series[key], alt, is_small)
            words = f"{label}, change in per cent by month"
        add_text(slide, heading, [Words(words, 13, is_bold=True)])


def _add_series(slide: Any, box: Box, points: Sequence[Any], alt: str, is_small: bool) -> None:
    lines = [
        Line(name, _points(points, column), tone, width, is_dashed=width < 2)
        for name, column, tone, width in (
            ("Estimate", "estimate", "mentored", 2.5),
            ("Interval, low", "ci_low", "baseline", 1.25),
            ("Interval, high", "ci_high", "baseline", 1.25),
        )
    ]
    axes = Axes("Months from the start", "+0;−0;0", "+0;−0;0", is_small=is_small)
    add_chart(slide, box, lines, axes, alt)


def _points(points: Sequence[Any], column: str) -> list[tuple[float, float]]:
    found = [(point.month, getattr(point, column)) for point in points]
    return [(month, _change(value, "ratio")) for month, value in found if value is not None]


def _add_arms(
    slide: Any, box: Box, arms: Mapping[str, Sequence[CurvePoint]], alt: str, is_small: bool
) -> None:
    lines = [
        Line(
            ARM_NAMES[arm],
            [(point.month, point.value or 0.0) for point in points],
            "mentored" if arm == "mentored" else "matched",
        )
        for arm, points in arms.items()
    ]
    limits = _share_limits(arms)
    axes = Axes("Months since follow-up began", "0", "0%", y_limits=limits, is_small=is_small)
    add_curves(slide, box, lines, axes, alt)


def _share_limits(arms: Mapping[str, Sequence[CurvePoint]]) -> tuple[float, float]:
    """Give the tenths between which every share lies; a promoted share begins at zero."""
    shares = [point.value or 0.0 for points in arms.values() for point in points]
    low, high = math.floor(min(shares) * 10) / 10, math.ceil(max(shares) * 10 - 1e-9) / 10
    return (max(0.0, low), min(1.0, high))


def _notes_of(brief: Brief, keys: Sequence[str]) -> str:
    return " ".join(line.spoken for line in brief.outcomes if line.card.key in keys)


def _programme(deck: _Deck, _source: Source, brief: Brief) -> None:
    if not brief.health and not brief.access:
        return
    definitions = " ".join(f"{line.label}: {line.definition}" for line in brief.health)
    slide = deck.slide("Is the programme running, and for whom?", definitions)
    health = [("Measure", "Latest", "Target", "Status")]
    health += [
        (
            line.label,
            measure_text(line.value, line.unit),
            measure_text(line.target, line.unit),
            line.status.replace("_", " "),
        )
        for line in brief.health[:MOST_ROWS]
    ]
    access = [("Who starts mentoring", "A person-year", "Ratio to the rest")]
    access += [
        (
            line.group,
            formats.significant(line.rate),
            f"{formats.decimal(line.rate_ratio)} ({formats.decimal(line.ci_low)} to "
            f"{formats.decimal(line.ci_high)})",
        )
        for line in brief.access[:MOST_ROWS]
    ]
    if brief.health:
        box = deck.box(MARGIN, TOP, 5.9, 0.42 * len(health))
        add_table(slide, box, health, [w * deck.scale for w in (2.7, 1.1, 1.0, 1.1)], 11)
    if brief.access:
        box = deck.box(6.8, TOP, 5.9, 0.42 * len(access))
        add_table(slide, box, access, [w * deck.scale for w in (3.2, 0.8, 1.9)], 11)


def _voices(deck: _Deck, _source: Source, brief: Brief) -> None:
    """Stories beside what the programme took and may have kept."""
    if not brief.stories and not brief.returns:
        return
    titles = {True: "What people tell, and what it took", False: "What did it take?"}
    notes = [STORIES_ARE, *(f"{story.title}: {story.text}" for story in brief.stories)]
    notes = notes if brief.stories else []
    notes += [f"{line.label}: {line.definition}" for part in brief.returns for line in part.lines]
    title = titles[bool(brief.stories)] if brief.returns else "What people tell"
    slide = deck.slide(title, " ".join(notes))
    width = 4.9 if brief.returns else 12.1
    if brief.stories:
        told = [Words(STORIES_ARE, 11, "muted", after=8)]
        for story in brief.stories[:MOST_STORIES]:
            told += [
                Words(story.title, 14, is_bold=True, after=2),
                Words(shorten(story.text or "", MOST_LETTERS, placeholder=" …"), 12, after=10),
            ]
        add_text(slide, deck.box(MARGIN, TOP, width, BODY), told)
    if brief.returns:
        left, height = 5.8 if brief.stories else MARGIN, 0.36
        rows = [("Last twelve full months", "", "Interval")]
        rows += [
            (line.label, line.value, line.interval) for part in brief.returns for line in part.lines
        ]
        box = deck.box(left, TOP, 6.9, height * len(rows))
        add_table(slide, box, rows, [w * deck.scale for w in (2.6, 1.5, 2.8)], 11)
        foot = deck.box(left, TOP + height * len(rows) + 0.1, 6.9, 0.9)
        words = [Words(brief.returns_headline, 12, is_bold=True), Words(RETURN_RESTS, 11, "muted")]
        add_text(slide, foot, words)


def _evidence(deck: _Deck, _source: Source, brief: Brief) -> None:
    notes = " ".join(f"{line.name}: {line.sentence}" for line in brief.checks)
    slide = deck.slide("Can the comparison be believed?", notes or "Nothing was checked.")
    rows = [("Check", "Result", "Finding")]
    rows += [(line.name, line.status, line.sentence) for line in brief.checks[:MOST_CHECKS]]
    box = deck.box(MARGIN, TOP, 12.1, 0.5 * len(rows))
    add_table(slide, box, rows, [w * deck.scale for w in (2.6, 1.5, 8.0)], 11)


def _method(deck: _Deck, _source: Source, brief: Brief) -> None:
    facts = dict(brief.provenance)
    wanted = ("Snapshot", "Data to", "Segment", "Follow-up", "Intervals", "Suppression rule")
    notes = "\n".join(f"{term}: {text}" for term, text in brief.provenance)
    slide = deck.slide("How it was made, and what it cannot tell", notes)
    steps = [Words("Method", 16, is_bold=True), Words(COMPARISON, 12, after=6)]
    steps += [Words(f"{step.term}. {step.text}", 11, after=5) for step in STEPS[3:6]]
    add_text(slide, deck.box(MARGIN, TOP, 6.0, 5), steps)
    limits = [
        Words("What not to conclude", 16, is_bold=True),
        *(Words(text, 11, after=4) for text in brief.caveats[:5]),
        Words("Where it is from", 16, is_bold=True),
        *(Words(f"{term}: {facts[term]}", 11, after=2) for term in wanted),
    ]
    add_text(slide, deck.box(6.8, TOP, 5.9, 5), limits)


_SLIDES = (_verdict, _cards, _forest, _over_time, _programme, _voices, _evidence, _method)
