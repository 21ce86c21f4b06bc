"""How the built pages read in a real browser: on a phone, in the dark, larger, and on paper."""

import pytest
from test_browser import LEARNER, open_page  # noqa: F401
from the_lesson import pause

pytestmark = pytest.mark.slow

NEURONS = "episodes/02-neural-networks.html"
# the contrast of an element's text with the first ground behind it that isn't clear
CONTRAST = """one => {
    const rgb = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const light = (colour) => {
        const [r, g, b] = rgb(colour).map((level) => level / 255)
            .map((level) => level <= 0.04045 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    let behind = one;
    while (behind && (rgb(getComputedStyle(behind).backgroundColor)[3] ?? 1) === 0) {
        behind = behind.parentElement;
    }
    const ground = behind ? getComputedStyle(behind).backgroundColor : 'rgb(255, 255, 255)';
    const [a, b] = [light(getComputedStyle(one).color), light(ground)].sort((x, y) => y - x);
    return [(a + 0.05) / (b + 0.05), light(ground)];
}"""


@pytest.mark.parametrize("chosen", [True, False], ids=["chosen", "of the system"])
def test_a_dark_page_prints_as_a_light_one(open_page, chosen):  # noqa: F811
    page = open_page(NEURONS, color_scheme="light" if chosen else "dark")
    if chosen:
        page.evaluate("document.body.dataset.theme = 'dark'")
    page.emulate_media(media="print")
    for place in ("div.cell_input pre", "div.cell_output pre", "article p", ".lesson-div li"):
        contrast, ground = page.locator(place).first.evaluate(CONTRAST)
        assert contrast > 4.5 and ground > 0.8, f"{place}: {contrast:.2f} on {ground:.2f}"


def test_paper_has_everything_open_and_solutions_at_its_end(open_page):  # noqa: F811
    page = open_page(NEURONS, color_scheme="dark")
    before = page.locator("article").inner_html()
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("article details:not([open])").count() == 0, "hints, too"
    tasks = page.locator(".challenge:has(.printed-elsewhere)").count()
    ending = page.locator("article > section > .printed-solutions")
    assert ending.locator("> h3").count() == ending.locator("> details.solution").count() == tasks
    assert tasks > 3 and page.locator(".challenge details.solution").count() == 0
    assert page.evaluate("document.querySelector('.printed-solutions').nextElementSibling") is None
    assert ending.locator("> h3").first.inner_text() == "Challenge: A neuron on paper (4 minutes)"
    shown = "[...document.images].map((one) => one.currentSrc).filter((one) => /-dark/.test(one))"
    page.wait_for_function(f"{shown}.length === 0")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("article details[open]").count() == 0, "as it was"
    after = page.locator("article").inner_html()
    assert [after.replace('loading="eager"', 'loading="lazy"') == before] == [True]


def test_names_in_code_are_not_underlined_in_the_dark(open_page):  # noqa: F811
    page = open_page(LEARNER, color_scheme="dark")
    assert page.locator(".highlight .nn").count() > 0
    lines = "[...document.querySelectorAll('.highlight span')].map((one) =>"
    lines += " getComputedStyle(one).textDecorationLine).filter((one) => one !== 'none')"
    assert page.evaluate(lines) == []


def test_a_deep_link_is_there_at_once(open_page):  # noqa: F811
    page = open_page(LEARNER)
    last = page.locator("article section[id] > h2").last
    page.evaluate(f"location.hash = {last.evaluate('one => one.parentElement.id')!r}")
    first = page.evaluate("new Promise((done) => requestAnimationFrame(() => done(scrollY)))")
    pause(page, 500)
    assert first == page.evaluate("scrollY") > 3000
    assert 0 < last.bounding_box()["y"] < 200


def test_icons_stay_where_the_system_chooses_the_colours(open_page):  # noqa: F811
    page = open_page(LEARNER, forced_colors="active")
    icon = "one => [getComputedStyle(one, '::before').backgroundColor,"
    icon += " getComputedStyle(one).color, getComputedStyle(document.body).backgroundColor]"
    for place in (".challenge > .lesson-div-title", ".sidebar-search-container"):
        drawn, text, ground = page.locator(place).first.evaluate(icon)
        assert drawn == text != ground, place


def test_a_long_formula_in_a_line_scrolls_on_a_phone(open_page):  # noqa: F811
    page = open_page(NEURONS, viewport={"width": 360, "height": 800})
    page.evaluate("document.querySelectorAll('details').forEach((box) => { box.open = true; })")
    edge = page.evaluate("document.querySelector('article').getBoundingClientRect().right")
    box = page.locator(".math-inline").first
    assert box.evaluate("one => one.scrollWidth > one.clientWidth"), "it would be cut off"
    assert box.bounding_box()["x"] + box.bounding_box()["width"] <= edge
    page.wait_for_function("document.querySelector('.math-inline').tabIndex === 0")


@pytest.mark.parametrize("width", [320, 390, 768, 1024, 1100, 1280, 1400, 1920])
@pytest.mark.parametrize("view", ["", "instructor/"])
def test_the_bar_takes_one_line_and_hides_what_scrolls_below(open_page, width, view):  # noqa: F811
    page = open_page(f"{view}{LEARNER}", viewport={"width": width, "height": 900})
    page.evaluate("window.scrollTo(0, 2000)")
    bar, article = (page.locator(one).bounding_box() for one in (".lesson-bar", "article"))
    assert bar["height"] < 48
    assert bar["x"] <= article["x"]
    assert bar["x"] + bar["width"] >= article["x"] + article["width"], "nothing shows beside it"
    for part in page.locator(".lesson-bar > *:visible").all():
        box = part.bounding_box()
        assert bar["y"] <= box["y"] and box["y"] + box["height"] <= bar["y"] + bar["height"]
        assert box["x"] + box["width"] <= width


def test_a_long_title_takes_one_line_of_the_narrow_bar(open_page):  # noqa: F811
    page = open_page(NEURONS, viewport={"width": 360, "height": 800})
    boxes = (".mobile-header", ".mobile-header .brand")
    bar, title = (page.locator(one).bounding_box() for one in boxes)
    assert bar["y"] <= title["y"]
    assert title["y"] + title["height"] <= bar["y"] + bar["height"]
    assert title["height"] < 30, "one line"


def test_a_solution_has_one_chevron_and_an_output_begins_with_its_first_line(open_page):  # noqa: F811
    page = open_page(NEURONS)
    solution = "details.solution > summary"
    icon = page.locator(solution).first.evaluate(
        "one => getComputedStyle(one, '::before').maskImage"
    )
    spoiler = "M3 6l7 7 7-7"
    assert "path" in icon and spoiler not in icon
    gap = page.evaluate("""() => {
        const box = document.querySelector('div.cell_output');
        const text = box.querySelector('pre');
        return text.getBoundingClientRect().top - box.getBoundingClientRect().top;
    }""")
    assert gap < 30, "the label's line, and no other"


def test_no_code_is_wider_than_its_box_on_a_laptop(open_page, site, lesson):  # noqa: F811
    page = open_page("index.html", viewport={"width": 1280, "height": 900})
    wide = []
    for path in lesson.episode_paths():
        page.goto((site / "episodes" / f"{path.stem}.html").as_uri())
        page.evaluate("document.querySelectorAll('details').forEach((box) => { box.open = true; })")
        wider = "[...document.querySelectorAll('article pre')].filter((one) => one.scrollWidth >"
        wider += " one.clientWidth).map((one) => one.textContent.slice(0, 60))"
        wide += [f"{path.stem}: {text}" for text in page.evaluate(wider)]
    assert not wide, "\n".join(wide)


def test_lines_are_not_too_long_on_a_large_screen(open_page):  # noqa: F811
    page = open_page(LEARNER, viewport={"width": 1920, "height": 1080})
    letters = page.evaluate("""() => {
        const text = document.querySelector('article section > p:not([class])');
        const size = parseFloat(getComputedStyle(text).fontSize);
        return text.clientWidth / size / 0.5;  // a letter is about half as wide as it is high
    }""")
    assert 60 <= letters <= 90


def test_what_is_written_in_figures_can_be_read_on_a_phone(open_page, site, lesson):  # noqa: F811
    page = open_page("index.html", viewport={"width": 360, "height": 800})
    for path in lesson.episode_paths():
        page.goto((site / "episodes" / f"{path.stem}.html").as_uri())
        scales = page.evaluate("""() => [...document.querySelectorAll('article figure img')]
            .filter((one) => one.checkVisibility())
            .map((one) => one.getBoundingClientRect().width / Number(one.getAttribute('width')))""")
        assert scales and min(scales) > 0.58, f"{path.stem}: {min(scales):.2f}"


def test_a_figure_opens_larger_and_closes_with_the_keyboard(open_page):  # noqa: F811
    page = open_page(NEURONS, viewport={"width": 390, "height": 800})
    link = page.locator("a.picture-link").first
    small = link.locator("img").bounding_box()["width"]
    link.focus()
    page.keyboard.press("Enter")
    picture = page.locator("dialog.larger-picture img")
    picture.wait_for()
    page.wait_for_function("document.querySelector('dialog img').complete")
    assert picture.bounding_box()["width"] > 1.4 * small
    assert page.evaluate("document.activeElement.textContent") == "Close"
    page.keyboard.press("Escape")
    page.wait_for_function("!document.querySelector('dialog')")
    assert page.evaluate("document.activeElement.className") == "picture-link"
    assert page.url.endswith(NEURONS), "it did not leave the page"


def test_in_the_dark_no_figure_is_a_white_card(open_page, site, lesson):  # noqa: F811
    """Looked at as shown: the mean of the frame of each picture, which is no photograph."""
    page = open_page("index.html", viewport={"width": 1400, "height": 900}, color_scheme="dark")
    bright = []
    for path in lesson.workshop_paths():
        page.goto((site / "episodes" / f"{path.stem}.html").as_uri())
        shown = page.evaluate("""() => [...document.querySelectorAll('article figure img')]
            .map((one) => [one.currentSrc || one.src, getComputedStyle(one).backgroundColor])""")
        bright += [f"{path.stem}: {one}" for one in shown if one[1] == "rgb(255, 255, 255)"]
    assert not bright, "\n".join(bright)


def test_the_theme_chosen_by_hand_chooses_the_pictures(open_page):  # noqa: F811
    page = open_page(NEURONS, color_scheme="light")
    shown = "document.querySelector('article figure picture img').currentSrc"
    for theme, dark in (("dark", True), ("light", False), ("auto", False)):
        page.evaluate(f"document.body.dataset.theme = {theme!r}")
        page.wait_for_function(f"/-dark\\.svg$/.test({shown}) === {str(dark).lower()}")


def test_a_term_shows_its_definition_to_mouse_keyboard_and_finger(open_page):  # noqa: F811
    page = open_page(NEURONS, has_touch=True)
    term, tip = page.locator(".glossary-term").first, page.locator("[role=tooltip]")
    said = term.get_attribute("data-definition")
    term.hover()
    assert tip.inner_text() == said
    page.keyboard.press("Escape")
    assert not tip.is_visible()
    page.mouse.move(0, 0)  # while the mouse is on the definition, it stays
    term.focus()
    assert tip.is_visible() and term.get_attribute("aria-describedby") == tip.get_attribute("id")
    page.keyboard.press("Tab")
    page.wait_for_function(
        "document.querySelector('[role=tooltip]').hidden || "
        "document.activeElement.matches('.glossary-term')"
    )
    other = page.locator(".glossary-term").nth(3)
    other.tap()
    assert page.url.endswith(NEURONS), "the first tap only shows"
    link = tip.locator("a")
    assert link.inner_text() == "In the glossary"
    link.tap()
    page.wait_for_url("**/learners/reference.html#term-*")


def test_signs_that_link_show_on_focus(open_page):  # noqa: F811
    page = open_page(NEURONS)
    sign = page.locator(".challenge > .lesson-div-title .headerlink").first
    opacity = "one => getComputedStyle(one).opacity"
    page.mouse.move(0, 0)
    assert sign.evaluate(opacity) == "0"
    page.locator(".challenge > .lesson-div-title").first.hover()
    assert sign.evaluate(opacity) == "1"
    page.mouse.move(0, 0)
    sign.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert sign.evaluate(opacity) == "1"
