"""The built site in a real browser: what people see, hear and press.

Needs Debian's chromium (.ci/run installs it) and Playwright, which drives it; skipped with a
reason where there is none.
"""

import json

import pytest
from the_lesson import pages_of

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")

pytestmark = pytest.mark.slow

WIDTHS = (360, 768, 1400)
LEARNER = "episodes/04-build-cnn.html"
INSTRUCTOR = f"instructor/{LEARNER}"
# Of the coloured pieces of code, one of each colour on each ground stays, as axe takes a while for
# each: one of those whose classes, and those of all that is around them, are the same
ONE_OF_EACH = """() => {
    const seen = new Set();
    for (const piece of document.querySelectorAll("pre span")) {
        let classes = "";
        for (let at = piece; at; at = at.parentElement) classes += at.className + "/";
        if (seen.has(classes)) piece.replaceWith(...piece.childNodes);
        seen.add(classes);
    }
}"""


@pytest.fixture
def open_page(site, browser):
    """Open a page from the folder, as from a USB stick; gives a Playwright page."""
    opened = []

    def open_one(name, **options):
        page = browser.new_page(**options)
        page.set_default_timeout(60_000)
        page.requested = []
        page.on("request", lambda request: page.requested.append(request.url))
        page.on("pageerror", lambda error: pytest.fail(f"{name}: {error}"))
        page.goto((site / name).as_uri())
        opened.append(page)
        return page

    yield open_one
    for page in opened:
        page.close()


def violations(page, options):
    """What axe finds: a list of text."""
    options = {**options, "resultTypes": ["violations"]}
    found = axe.Axe().run(page, options=options).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:200]}: {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("view", ["learner", "instructor"])
def test_no_page_breaks_a_rule_of_axe(site, open_page, view):
    page = open_page("index.html", viewport={"width": 1400, "height": 900})
    found = {}
    others_see = set(pages_of(site)) if view == "instructor" else set()
    for name in pages_of(site):
        if name.startswith("instructor/") != (view == "instructor"):
            continue
        page.goto((site / name).as_uri())
        if view == "instructor":  # so that the boxes are looked at closed once and open once
            page.evaluate("document.querySelectorAll('details').forEach(box => box.open = true)")
        if name.endswith("aio.html"):
            # the same text as on the episodes' pages, for which axe would take minutes once more
            others = "document.querySelectorAll('article > section > section + section')"
            page.evaluate(f"{others}.forEach(one => one.remove())")
        faults = violations(page, {"rules": {"color-contrast": {"enabled": False}}})
        # What instructors see of a page beside what learners see has the same colours on each
        told = name.removeprefix("instructor/") not in others_see or "04-build" in name
        if told:
            page.evaluate(ONE_OF_EACH)
        for scheme in ("light", "dark") if told else ():
            page.emulate_media(color_scheme=scheme)
            only = {"type": "rule", "values": ["color-contrast"]}
            faults += [f"{scheme}: {one}" for one in violations(page, {"runOnly": only})]
        if faults:
            found[name] = faults
    assert not found, json.dumps(found, indent=1)


def test_no_request_leaves_the_site(site, open_page):
    page = open_page("index.html")
    for name in pages_of(site):
        page.goto((site / name).as_uri())
    assert page.requested
    assert not [url for url in page.requested if not url.startswith(("file:", "data:"))]


def test_no_page_scrolls_sideways(site, open_page):
    page = open_page("index.html")
    wide = []
    for name in pages_of(site):
        page.goto((site / name).as_uri())
        for width in WIDTHS:  # of a page that is there already, as opening it takes longest
            page.set_viewport_size({"width": width, "height": 900})
            if page.evaluate("document.documentElement.scrollWidth") > width:
                wide.append(f"{name} at {width}")
            # what sticks out of a part that hides it, or scrolls by itself as code and tables may
            inside = "one => one.scrollWidth > one.clientWidth"
            if page.evaluate(f"[document.querySelector('.content, main')].some({inside})"):
                wide.append(f"{name} at {width}: its text")
    assert not wide


def test_the_view_changes_and_keeps_its_place(open_page):
    page = open_page(LEARNER, reduced_motion="reduce")  # scrolls at once
    assert page.locator(".lesson-div.instructor").count() == 0
    heading = page.locator("article section > h2").nth(3)
    title = heading.inner_text()
    top = heading.bounding_box()["y"] - 60
    page.evaluate(f"window.scrollTo({{ top: {top}, behavior: 'instant' }})")
    page.click(".view-toggle")
    page.wait_for_url("**/instructor/episodes/04-build-cnn.html#*")
    assert page.locator(".lesson-div.instructor").count() > 0
    there = page.get_by_role("heading", name=title.replace("¶", "").strip()).first
    page.wait_for_function("window.scrollY > 1000")
    assert -50 < there.bounding_box()["y"] < 300
    page.locator(".view-toggle").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/_site/episodes/04-build-cnn.html#*")


def test_boxes_open_at_once_and_one_by_one_with_the_keyboard_and_solutions_when_asked(open_page):
    page = open_page(LEARNER)
    opened = page.locator("article details[open]")
    solutions = page.locator("article details.solution").count()
    others = page.locator("article details").count() - solutions
    assert solutions > 3 and others > 0 and opened.count() == 0
    page.locator("article details > summary").first.focus()
    page.keyboard.press("Enter")
    assert opened.count() == 1
    page.keyboard.press("Enter")
    for button, count in ((".expand-all", others), (".show-solutions", others + solutions)):
        page.locator(button).focus()
        page.keyboard.press("Space")
        assert opened.count() == count
    page.keyboard.press("Space")
    assert opened.count() == others


def test_a_link_into_a_closed_box_opens_it(open_page, site):
    page = open_page(LEARNER)
    page.evaluate(
        "document.querySelector('article details p').id = 'inside'; location.hash = 'inside'"
    )
    page.wait_for_selector("article details[open] #inside")


def test_code_is_copied_with_the_keyboard(site, browser):
    context = browser.new_context()
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto((site / LEARNER).as_uri())
    block = page.locator("div.cell_input").first
    button = block.locator("button.copybtn")
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("button.copybtn.success")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.strip() == block.locator("pre").inner_text().strip()
    context.close()


def test_the_first_press_of_tab_offers_the_way_to_the_text(open_page):
    page = open_page(LEARNER)
    for _ in range(4):
        page.keyboard.press("Tab")
        if "skip" in page.evaluate("document.activeElement.className"):
            break
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#furo-main-content"


def test_everything_can_be_reached_with_tab_and_shows_that_it_is(open_page):
    page = open_page(LEARNER)
    reached = set()
    for _ in range(200):
        page.keyboard.press("Tab")
        tag, classes, opacity, outline = page.evaluate(
            "(one => [one.tagName, one.className, getComputedStyle(one).opacity,"
            " getComputedStyle(one).outlineStyle])(document.activeElement)"
        )
        if tag == "BODY":
            break  # round
        assert opacity == "1" and outline != "none", f"{tag} {classes}"
        reached |= {tag, *classes.split()}
    assert {"sidebar-search", "view-toggle", "expand-all", "SUMMARY", "copybtn"} <= reached


def test_tabs_change_with_the_arrow_keys(open_page):
    page = open_page("learners/setup.html")
    tabs = page.locator(".tab-set").first
    shown = tabs.locator("> .tab-content")
    assert [shown.nth(place).is_visible() for place in range(2)] == [True, False]
    tabs.locator("> input").first.focus()
    page.keyboard.press("ArrowRight")
    assert [shown.nth(place).is_visible() for place in range(2)] == [False, True]


def test_code_says_its_language_and_outputs_that_they_are_outputs(open_page):
    page = open_page("episodes/02-neural-networks.html")
    label = "(one, part) => getComputedStyle(one, '::before').content"
    for place, words in {
        "div.cell_input > div": "Python",
        "div.cell_output": "Output",
        "div.cell .cell-figure": "Figure",
    }.items():
        assert page.locator(place).first.evaluate(label) == f'"{words}"'
    # an output begins where its block ends
    cell = page.locator("div.cell:has(.cell_output)").first
    block = cell.locator(".cell_input").bounding_box()
    output = cell.locator(".cell_output").bounding_box()
    assert abs(block["y"] + block["height"] - output["y"]) < 2


def test_dark_colours_can_be_chosen_and_stay(open_page):
    page = open_page(LEARNER, color_scheme="light")
    background = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(background)
    for _ in range(3):
        page.locator(".theme-toggle:visible").first.click()
        if page.evaluate("document.body.dataset.theme") == "dark":
            break
    assert page.evaluate(background) != light
    page.reload()
    assert page.evaluate("document.body.dataset.theme") == "dark"


def test_who_wants_no_motion_gets_none(open_page):
    page = open_page(LEARNER, reduced_motion="reduce")
    moving = """[...document.querySelectorAll('*')].filter(one => {
        const style = getComputedStyle(one);
        return parseFloat(style.transitionDuration) > 0.01 || style.scrollBehavior === 'smooth';
    }).map(one => one.className)"""
    assert page.evaluate(moving) == []


def test_code_and_figures_can_be_read_on_paper(open_page):
    page = open_page(LEARNER)
    page.emulate_media(media="print")
    assert not page.locator(".lesson-bar").is_visible()
    assert len(page.pdf()) > 100_000


def test_tabs_change_together_and_stay_on_other_pages_and_reloads(open_page, site):
    page = open_page("learners/setup.html")
    chosen = ".tab-set > input:checked + label"
    page.locator(".tab-set").first.locator("label", has_text="macOS").click()
    names = page.locator(chosen).all_inner_texts()
    others = page.locator(".tab-set", has=page.locator("label", has_text="macOS")).count()
    assert names.count("macOS") == others > 2
    page.reload()
    assert page.locator(chosen).all_inner_texts() == names
    page.goto((site / "instructor/learners/setup.html").as_uri())
    assert page.locator(chosen).all_inner_texts().count("macOS") == others


def test_tabs_have_a_frame(open_page):
    page = open_page("learners/setup.html")
    width = "one => parseFloat(getComputedStyle(one).borderTopWidth)"
    assert page.locator(".lesson-tabs .tab-set").first.evaluate(width) >= 1
