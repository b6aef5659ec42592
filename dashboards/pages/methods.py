"""How the figures were made: plain words, definitions, assumptions, glossary, versions."""

from __future__ import annotations

from dataclasses import dataclass

from dash.development.base_component import Component

from dashboards import formats
from dashboards.components.html import Html, render
from dashboards.components.shell import page
from dashboards.queries import Snapshot, SnapshotStore

PATH = "/methods"
TITLE = "Methods · Mentorship Impact"


@dataclass(frozen=True, slots=True)
class Entry:
    """A heading and what there is to say about it; `key` is its anchor."""

    key: str
    term: str
    text: str


STEPS = (
    Entry(
        "start",
        "When mentoring starts",
        "A person is mentored from the start of their first mentorship that really began: one that "
        "was declined or never met does not count. Days before it are days without mentoring.",
    ),
    Entry(
        "peers",
        "Who they are compared with",
        "In every month in which someone starts, each mentee is matched with colleagues who could "
        "have started then but had not: same level, similar tenure, same organisation and, for one "
        "of two designs, similar recent merge times. Where too few have a match the rule is "
        "loosened along a fixed ladder, chosen before any outcome is seen.",
    ),
    Entry(
        "clock",
        "One clock for both groups",
        "Both are followed from the first day of the next month. A peer who starts mentoring later "
        "counts as a peer until that day. Who leaves, or reaches the end of the data, is counted "
        "for as long as they were seen.",
    ),
    Entry(
        "flow",
        "Merge times and pages",
        "Merge times are compared in two ways: given the person's own past, within matched groups; "
        "and as a change against the person's own months 12 to 4 before the start. The first errs "
        "a little one way, the second the other; their mean is shown, with both as a range. Pages "
        "are compared as a rate per person-month.",
    ),
    Entry(
        "staying",
        "Staying and promotion",
        "Shares still employed and shares promoted are read off curves that allow for people "
        "followed for different lengths of time; leaving first counts as not promoted.",
    ),
    Entry(
        "verdict",
        "When a verdict is given",
        "Only for everyone's and each group's headline windows, fixed in advance, with at least 50 "
        "matched mentees and 10 events in each arm, and only if the groups are comparable. Four "
        "outcomes are judged at once, so each has to clear a higher bar (Holm). At other windows "
        "figures are shown and nothing is decided.",
    ),
    Entry(
        "groups",
        "Groups",
        "A group's figure gets a verdict of its own only if a test finds that the effect differs "
        "between the groups of its kind; otherwise it is drawn towards the mean of all and the "
        "page says that there is no sign of a difference. Groups are never ranked.",
    ),
    Entry(
        "privacy",
        "What is withheld",
        "Small groups, and whatever would give a small group away by subtraction. Counts are "
        "rounded. Nothing here names or describes a single person.",
    ),
)

ASSUMPTIONS = (
    Entry(
        "measured",
        "What matters was measured",
        "Among people of the same level, tenure, organisation and recent work, who joins must not "
        "depend on something else that also moves the outcome. Ambition does; the data hold no "
        "measure of it. The E-value says how strong such a cause would have to be.",
    ),
    Entry(
        "interference",
        "Peers are not changed by it",
        "If mentees pass on what they learn to their team, the peers improve too and the "
        "difference shown is too small.",
    ),
    Entry(
        "dropout",
        "Leaving does not hide the rest",
        "Merge times are only known of people who still merge. Where one group drops out more, the "
        "page says so.",
    ),
    Entry(
        "exports",
        "The exports are right",
        "Identities are linked across systems, bots and accounts without a person are left out, "
        "and rows that cannot be used are set aside and counted on the data page.",
    ),
)

GLOSSARY = (
    Entry(
        "adjusted-p",
        "Adjusted p",
        "The chance of a difference at least this large if there were none, made stricter because "
        "four outcomes are judged together (Holm).",
    ),
    Entry(
        "at-risk",
        "At risk",
        "People still followed in a month: employed, in the data, and not yet counted as an event.",
    ),
    Entry(
        "before-after",
        "Before and after",
        "Mentees against their own past. Includes recovery from a slow spell that would have "
        "happened anyway, so it overstates.",
    ),
    Entry(
        "censored",
        "Censored",
        "Followed only up to a day and not beyond: counted until then, not as an event.",
    ),
    Entry(
        "detectable",
        "Detectable effect",
        "The smallest true effect that would be found four times in five with so many people.",
    ),
    Entry(
        "e-value",
        "E-value",
        "How strongly something unmeasured would have to go with both mentoring and the outcome to "
        "explain a difference away. 1 means nothing is needed.",
    ),
    Entry(
        "event-study",
        "Event study",
        "The gap between the groups month by month around the start: flat before, then whatever "
        "mentoring goes with.",
    ),
    Entry(
        "hazard-ratio",
        "Hazard ratio",
        "How fast something happens in one group compared with the other: 0.6 is 40 % slower.",
    ),
    Entry(
        "index-date",
        "Index date",
        "The day mentoring starts; for a matched peer, the same month.",
    ),
    Entry(
        "interval",
        "Interval",
        "Where the true effect probably lies. At 95 %, intervals made this way hold the truth 19 "
        "times in 20.",
    ),
    Entry(
        "landmark",
        "Landmark",
        "The first day of the month after the index date, where follow-up begins for both groups.",
    ),
    Entry(
        "matched-peers",
        "Matched peers",
        "Colleagues like the mentees in what was measured who had not started mentoring by then.",
    ),
    Entry(
        "negative-control",
        "Negative control",
        "Something mentoring cannot have moved, such as a rating before the start. If the groups "
        "differ in it, they differ in something hidden.",
    ),
    Entry(
        "placebo",
        "Placebo start",
        "A made-up start at which nothing happened. The analysis must then find nothing.",
    ),
    Entry(
        "points",
        "Points",
        "Percentage points: from 88 % to 93 % is 5 points.",
    ),
    Entry(
        "raw",
        "Raw comparison",
        "Everyone ever mentored against everyone never mentored, with nothing held equal. Not like "
        "for like.",
    ),
    Entry(
        "smd",
        "Standardised mean difference",
        "A difference between groups in units of how much people differ anyway. Under 0.1 is "
        "small.",
    ),
)

FACTS = (
    ("as_of_date", "Data to"),
    ("built_at", "Published"),
    ("snapshot_id", "Snapshot"),
    ("exports_hash", "Exports (hash)"),
    ("settings_hash", "Settings (hash)"),
    ("code_version", "Code version"),
    ("minimum_group", "Smallest group shown"),
    ("confidence", "Level of the intervals"),
)


def facts(snapshot: Snapshot) -> list[tuple[str, str]]:
    """Return what made these figures, as far as the snapshot says it."""
    known = [(key, label, snapshot.info.get(key)) for key, label in FACTS]
    return [(label, _written(key, text)) for key, label, text in known if text]


def _written(key: str, text: str) -> str:
    match key:
        case "as_of_date":
            return formats.day(text)
        case "built_at":
            return formats.moment(text)
        case "confidence":
            return formats.share(float(text))
        case "minimum_group":
            return f"{text} people"
    return text


def layout_of(store: SnapshotStore, _query: dict[str, str]) -> Component:
    """Return the whole page."""
    snapshot = store.current()
    html = render(
        "methods.html",
        steps=STEPS,
        assumptions=ASSUMPTIONS,
        glossary=GLOSSARY,
        definitions=tuple(snapshot.definitions().values()),
        facts=facts(snapshot),
    )
    return page(PATH, snapshot, [Html(id="methods", className="prose", html=html)])
