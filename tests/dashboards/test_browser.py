"""The page in a real browser: both widths, both themes, by hand, by keyboard, by link.

Screenshots of what was seen are left in `tests/artefacts/` to be looked at.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import published_rows as rows
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Error, Page, expect, sync_playwright
from served import Server, serving

pytestmark = pytest.mark.browser

ARTEFACTS = Path(__file__).resolve().parent.parent / "artefacts"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = {1440: 900, 390: 844}
THEMES = ("light", "dark")
PAGES = {
    "/": "overview",
    "/outcomes": "outcomes",
    "/outcomes/pr_cycle_time": "outcome",
    "/outcomes/retention?dimension=organisation&group=Payments": "outcome-group",
    "/evidence": "evidence",
    "/programme": "programme",
    "/programme?dimension=organisation&group=Mobile": "programme-withheld",
    "/access": "access",
    "/access?by=level": "access-level",
    "/mentors": "mentors",
    "/teams": "teams",
    "/return": "return",
    "/stories": "stories",
    "/data": "data",
    "/methods": "methods",
}
PUSH = """path => {
    history.pushState({}, "", path);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
}"""
# Cards side by side that do not start at one height, and cells whose contents touch.
CROOKED = """() => {
    const seen = element => {
        const range = document.createRange();
        range.selectNodeContents(element);
        return range.getBoundingClientRect();
    };
    const sideBySide = (a, b) => Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2;
    const found = [];
    for (const card of document.querySelectorAll(".card + .card")) {
        const before = card.previousElementSibling.getBoundingClientRect();
        const own = card.getBoundingClientRect();
        if (sideBySide(before, own) && Math.abs(before.top - own.top) > 1)
            found.push(`crooked: ${card.innerText.slice(0, 40)}`);
    }
    for (const row of document.querySelectorAll("tr")) {
        const cells = [...row.querySelectorAll("td")].filter(cell => cell.innerText).map(seen);
        for (const a of cells) for (const b of cells)
            if (a.left < b.left && sideBySide(a, b) && b.left - a.right < 4)
                found.push(`touching: ${row.innerText.slice(0, 80)}`);
    }
    return found;
}"""
STATES = {
    "payments": ("organisation", "Payments"),
    "withheld": ("organisation", "Mobile"),
    "as-overall": ("organisation", "Platform"),
    "hostile": ("organisation", rows.HOSTILE),
    "not-enough": ("level", "L2"),
    "not-comparable": ("level", "L10"),
    "no-data": ("model", "circle"),
    "worse": ("model", "1:1"),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium: one that is installed, else Playwright's own."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    with sync_playwright() as playwright:
        try:
            opened = playwright.chromium.launch(executable_path=path, args=FLAGS)
        except Error as error:
            pytest.fail(
                "no Chromium to test the pages with: install Debian's (apt-get install chromium) "
                f"or Playwright's (playwright install chromium). {error}"
            )
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("served")
    rows.publish(folder, rows.organisation())
    ARTEFACTS.mkdir(exist_ok=True)
    with serving(folder) as started:
        yield started


class Visit:
    """A page that keeps what went wrong on it."""

    def __init__(self, browser: Browser, server: Server, width: int, theme: str) -> None:
        self.server = server
        self.context = browser.new_context(
            viewport={"width": width, "height": WIDTHS[width]},
            color_scheme="dark" if theme == "dark" else "light",
            permissions=["clipboard-read", "clipboard-write"],
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(8000)
        self.messages: list[str] = []
        self.outside: list[str] = []
        self.page.on("console", lambda message: self.messages.append(message.text))
        self.page.on("pageerror", lambda error: self.messages.append(str(error)))
        self.page.on("request", lambda request: self._note(request.url))

    def _note(self, url: str) -> None:
        own = urlsplit(self.server.address).netloc
        if urlsplit(url).netloc not in (own, ""):
            self.outside.append(url)

    def open(self, path: str = "/") -> Page:
        self.page.goto(self.server.address + path)
        self.settle()
        return self.page

    def go(self, path: str) -> None:
        """Move on inside the app, as a link does: much faster than loading it again."""
        before = self.page.locator("h1").inner_text()
        self.page.evaluate(PUSH, path)
        expect(self.page.locator("h1")).not_to_have_text(before)
        self.settle()

    def settle(self) -> None:
        """Wait for the page, and for its charts or what stands in their place."""
        expect(self.page.locator("h1")).to_be_visible()
        if self.page.locator("#overview-series-body").count() == 0:
            return
        for part in ("series", "curve"):
            shown = (
                f"#overview-{part}-body .main-svg:visible, #overview-{part}-table .nothing:visible"
            )
            expect(self.page.locator(shown).first).to_be_visible()

    def picture(self, name: str) -> None:
        self.page.screenshot(path=ARTEFACTS / f"{name}.png", full_page=True)

    def check(self) -> None:
        """Nothing on the console, nothing from outside, nothing to scroll sideways."""
        assert self.messages == []
        assert self.outside == []
        wide, inner = self.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide == inner
        assert self.page.evaluate(CROOKED) == []

    def check_axe(self) -> None:
        result = Axe().run(self.page)
        assert result.violations_count == 0, result.generate_report()


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[Visit]:
    made = Visit(browser, server, 1440, "light")
    yield made
    made.context.close()


def group_link(dimension: str, value: str) -> str:
    return f"/?dimension={dimension}&group={quote(value)}"


def choose(page: Page, label: str, option: str) -> None:
    """Pick an option by mouse."""
    page.get_by_role("combobox", name=label).or_(page.get_by_label(label)).first.click()
    page.get_by_role("option", name=option, exact=True).click()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_is_accessible_quiet_and_fits(
    browser: Browser, server: Server, width: int, theme: str
) -> None:
    visit = Visit(browser, server, width, theme)
    visit.open("/no-such-page")
    for path, name in PAGES.items():
        visit.go(path)
        visit.picture(f"{name}-{width}-{theme}")
        visit.check_axe()
        visit.check()
    visit.context.close()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_overview_stays_accessible_with_everything_open(
    browser: Browser, server: Server, width: int, theme: str
) -> None:
    visit = Visit(browser, server, width, theme)
    page = visit.open()
    page.locator(".chip summary").first.click()
    page.locator(".outcome .more summary").first.click()
    page.locator(".table-more summary").first.click()
    page.locator("#overview-pick-dimension").click()
    expect(page.get_by_role("option").first).to_be_visible()
    visit.picture(f"overview-{width}-{theme}-open")
    visit.check_axe()
    visit.check()
    visit.context.close()


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (390, "dark")])
def test_every_state_is_quiet_and_fits(
    browser: Browser, server: Server, width: int, theme: str
) -> None:
    visit = Visit(browser, server, width, theme)
    visit.open()
    for state, group in STATES.items():
        visit.go(group_link(*group))
        visit.picture(f"state-{state}-{width}-{theme}")
        visit.check()
    visit.context.close()


def test_picking_a_group_redraws_the_page_and_writes_the_link(visit: Visit) -> None:
    page = visit.open()
    choose(page, "Split by", "Organisation")
    expect(page.locator("h1")).not_to_contain_text("Mentored engineers did better on 2 of 4")
    choose(page, "Group", "Payments")
    expect(page.locator("h1")).to_contain_text(
        "Payments: mentored engineers did better on 2 of the 3"
    )
    expect(page).to_have_url(f"{visit.server.address}/?dimension=organisation&group=Payments")
    page.reload()
    visit.settle()
    expect(page.locator("h1")).to_contain_text("Payments")
    assert page.locator("#overview-pick-group").input_value() == "Payments"
    visit.check()


def test_view_follows_across_pages_and_back(visit: Visit) -> None:
    page = visit.open(group_link("organisation", "Payments"))
    page.get_by_role("link", name="Data").click()
    expect(page.locator("h1")).to_have_text("27 of 28 checks of the data pass.")
    expect(page).to_have_url(f"{visit.server.address}/data?dimension=organisation&group=Payments")
    expect(page).to_have_title("Data · Mentorship Impact")
    page.get_by_role("link", name="Overview").click()
    expect(page.locator("h1")).to_contain_text("Payments")
    page.go_back()
    expect(page.locator("h1")).to_have_text("27 of 28 checks of the data pass.")
    page.go_back()
    expect(page.locator("h1")).to_contain_text("Payments")
    visit.check()


def test_card_leads_to_its_outcome_and_tabs_to_the_others(visit: Visit) -> None:
    page = visit.open(group_link("organisation", "Payments"))
    page.locator('[data-outcome="pr_cycle_time"] .onward').click()
    expect(page.locator("h1")).to_contain_text("PR cycle time: likely 5 to 39")
    expect(page.locator(".f-row", has_text="picked")).to_contain_text("Payments")
    page.get_by_role("link", name="Retention").click()
    expect(page.locator("h1")).to_contain_text("Retention: likely 2 to 12 points more")
    expect(page).to_have_title("Retention · Mentorship Impact")
    choose(page, "Group", "Platform")
    expect(page.locator("h1")).to_have_text("Retention: no sign that it differs from everyone.")
    visit.check()


def test_evidence_follows_the_picked_group(visit: Visit) -> None:
    page = visit.open("/evidence")
    choose(page, "Split by", "Level")
    expect(page.locator("h1")).to_have_text("L2: nothing has been checked.")
    expect(page).to_have_url(f"{visit.server.address}/evidence?dimension=level&group=L2")
    visit.check()


def test_follow_up_changes_the_window_of_every_card(visit: Visit) -> None:
    page = visit.open()
    choose(page, "Follow-up", "18 months, no verdict")
    expect(page.locator("h1")).to_have_text("18 months on, figures without a verdict.")
    expect(page.locator(".outcome .badge").first).to_have_text("No verdict")
    expect(page).to_have_url(f"{visit.server.address}/?follow_up=18")


def test_chart_switch_shows_the_other_outcome(visit: Visit) -> None:
    page = visit.open()
    page.locator("#overview-series-outcome").get_by_text("Incident rate").click()
    expect(page.locator("#overview-series-head h2")).to_have_text(
        "Incident rate: no clear pattern in the 12 months after the start"
    )
    page.locator("#overview-curve-outcome").get_by_text("Promotion").click()
    expect(page.locator("#overview-curve-head h2")).to_contain_text("promoted within 12 months")
    visit.check()


def test_keyboard_reaches_content_chips_and_pickers(visit: Visit) -> None:
    page = visit.open()
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"
    page.locator(".chip summary").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".chip-panel").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".chip-panel").first).to_be_hidden()
    expect(page.locator(".chip summary").first).to_be_focused()
    page.locator("#overview-pick-dimension").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).not_to_contain_text("Mentored engineers did better on 2 of 4")
    visit.check()


def test_theme_is_kept_and_recolours_the_charts(visit: Visit) -> None:
    page = visit.open()
    line = "#overview-series-body .scatterlayer .js-line"
    stroke = "element => getComputedStyle(element).stroke"
    light = page.locator(line).last.evaluate(stroke)
    page.get_by_role("button", name="Switch between light and dark").click()
    dark = page.locator(line).last.evaluate(stroke)
    assert light == "rgb(36, 99, 230)"
    assert dark == "rgb(110, 166, 255)"
    page.reload()
    visit.settle()
    assert page.evaluate("document.documentElement.dataset.mantineColorScheme") == "dark"
    visit.check()


def test_link_is_copied_with_its_view(visit: Visit) -> None:
    page = visit.open(group_link("organisation", "Payments"))
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator('[data-action="copy-link"]')).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == visit.server.address + group_link("organisation", "Payments")


def test_print_is_light_and_leaves_the_controls_out(browser: Browser, server: Server) -> None:
    visit = Visit(browser, server, 1440, "dark")
    page = visit.open()
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    text = page.locator("h1").evaluate("element => getComputedStyle(element).color")
    assert text == "rgb(18, 23, 30)"
    expect(page.locator(".picker")).to_be_hidden()
    visit.picture("overview-print")
    visit.context.close()


def test_charts_have_a_table_for_those_who_cannot_see_them(visit: Visit) -> None:
    page = visit.open()
    series = page.locator("#overview-series-table table")
    assert series.locator("tbody tr").count() == 25
    assert "PR cycle time" in (series.locator("caption").text_content() or "")
    assert page.locator("#overview-curve-table .plain tbody tr").count() == 19


def test_card_and_curve_say_the_same_of_month_twelve(visit: Visit) -> None:
    page = visit.open()
    card = page.locator('[data-outcome="retention"] .arms dd b')
    row = page.locator("#overview-curve-table .plain tbody tr").nth(12).locator("td")
    for arm in range(2):
        assert (row.nth(arm).text_content() or "").startswith(card.nth(arm).inner_text())


def test_pages_open_from_one_button_on_a_phone(browser: Browser, server: Server) -> None:
    visit = Visit(browser, server, 390, "dark")
    page = visit.open()
    switch = page.locator(".nav-switch")
    expect(page.get_by_role("link", name="Evidence")).to_be_hidden()
    switch.click()
    expect(switch).to_have_attribute("aria-expanded", "true")
    visit.check_axe()
    page.get_by_role("link", name="Evidence").click()
    expect(page).to_have_title("Evidence · Mentorship Impact")
    visit.check()
    visit.context.close()


def test_answer_that_fails_leaves_the_page_and_says_so(visit: Visit) -> None:
    page = visit.open()
    before = page.locator("h1").inner_text()
    page.route("**/_dash-update-component*", lambda route: route.abort())
    choose(page, "Split by", "Organisation")
    expect(page.locator("#trouble")).to_be_visible()
    expect(page.locator("h1")).to_have_text(before)


def test_hostile_names_run_nothing(browser: Browser, server: Server) -> None:
    visit = Visit(browser, server, 1440, "light")
    dialogs: list[str] = []
    visit.page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    page = visit.open(group_link("organisation", rows.HOSTILE))
    expect(page.locator("h1")).to_contain_text("<img src=x")
    assert page.locator("main img").count() == 0
    assert dialogs == []
    visit.check()
    visit.context.close()


def test_snapshots_that_appear_while_the_page_is_open(browser: Browser, tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        visit = Visit(browser, server, 1440, "light")
        page = visit.page
        page.goto(server.address)
        expect(page.locator("h1")).to_have_text("There is no snapshot to show.")
        visit.picture("no-snapshot")
        visit.check_axe()

        rows.publish(tmp_path, rows.organisation())
        visit.open()
        expect(page.locator("#newer")).to_be_hidden()

        rows.publish(tmp_path, rows.organisation(), rows.NEXT_ID)
        choose(page, "Split by", "Level")
        expect(page.locator("#newer")).to_be_visible()
        expect(page.locator("h1")).to_have_text("Mentored engineers did better on 2 of 4 outcomes.")
        visit.check_axe()
        visit.picture("newer-snapshot")
        page.locator("#newer button").click()
        expect(page.locator(".as-of code")).to_have_text(rows.NEXT_ID[-8:])
        expect(page.locator("#newer")).to_be_hidden()
        visit.check()
        visit.context.close()
