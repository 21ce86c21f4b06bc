"""Teaching from the instructor view, in a browser."""

import re

import pytest

pytestmark = pytest.mark.slow

EPISODE = "instructor/episodes/04-build-cnn.html"


@pytest.fixture
def page(site, browser):
    """Episode 4 as its instructor sees it."""
    context = browser.new_context(viewport={"width": 1400, "height": 900}, reduced_motion="reduce")
    opened = context.new_page()
    opened.set_default_timeout(60_000)
    opened.on("pageerror", lambda error: pytest.fail(str(error)))
    opened.goto((site / EPISODE).as_uri())
    yield opened
    context.close()


def clocks(page):
    return re.findall(r"\d\d:\d\d", " ".join(page.locator(".section-clock").all_inner_texts()))


def test_the_clock_follows_the_start_which_is_kept_for_the_day(page, site):
    planned = clocks(page)
    assert len(planned) > 5 and planned == sorted(planned)
    page.locator(".lesson-teach summary").click()
    page.locator(".lesson-start").fill("10:30")
    moved = clocks(page)
    assert [minutes(one) - minutes(other) for one, other in zip(moved, planned, strict=True)] == [
        90
    ] * len(planned)
    page.goto((site / "instructor/episodes/03-image-data.html").as_uri())
    before = clocks(page)
    assert before[0] < moved[0]  # the same day began later, too
    page.goto((site / EPISODE).as_uri())
    assert clocks(page) == moved
    page.goto((site / "instructor/episodes/05-fit-cnn.html").as_uri())
    assert page.locator(".lesson-start").input_value() == "09:00"  # of another day


def minutes(clock):
    hours, rest = clock.split(":")
    return 60 * int(hours) + int(rest)


def test_the_clock_agrees_with_the_schedule(page, site):
    first = clocks(page)[0]
    page.goto((site / "instructor/index.html").as_uri())
    row = page.locator("tr", has_text="4. Build a convolutional neural network").first
    planned = re.search(r"\d?\d:\d\d", row.inner_text())[0]
    assert minutes(first) == minutes(planned)


def test_boxes_open_together_and_solutions_only_when_asked(page):
    notes = page.locator("article details.instructor")
    assert notes.count() > 3 and page.locator("article details.instructor[open]").count() == (
        notes.count()
    )
    page.locator(".lesson-teach summary").click()
    page.locator(".expand-all").click()
    assert page.locator("article details.solution[open]").count() == 0
    others = "article details.lesson-div:not(.solution):not(.instructor)"
    assert page.locator(f"{others}[open]").count() == page.locator(others).count() > 0
    page.locator(".show-solutions").click()
    assert page.locator("article details.solution:not([open])").count() == 0
    page.locator(".show-solutions").click()
    assert page.locator("article details.solution[open]").count() == 0


def test_presenting_shows_one_section_larger_and_goes_on_with_keys(page):
    size = "parseFloat(getComputedStyle(document.querySelector('article p')).fontSize)"
    usual = page.evaluate(size)
    page.locator(".lesson-teach summary").click()
    page.locator(".present").focus()
    page.keyboard.press("Enter")
    headings = page.locator("article .present-way > :is(h1, h2, h3):visible")
    assert headings.first.inner_text().startswith("Build a convolutional neural network")
    headings = page.locator("article section section > :is(h2, h3):visible")
    assert headings.count() == 0
    page.keyboard.press("ArrowRight")
    page.keyboard.press("PageDown")
    assert headings.count() == 1
    assert headings.first.inner_text().startswith("A kernel slides over the image")
    assert page.evaluate(size) > 1.3 * usual
    for part in (".sidebar-drawer", ".toc-drawer", ".lesson-bar", "footer", "details.instructor"):
        assert not page.locator(part).first.is_visible(), part
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert re.fullmatch(r"3 / \d+ · \d\d:\d\d", page.locator(".present-panel span").inner_text())
    page.locator(".present-shown").get_by_role("button", name="Try it here").click()
    figure = page.frame_locator(".present-shown iframe")
    figure.get_by_role("button", name="Show the sum").click()
    page.keyboard.press("PageDown")  # in the figure, which leaves this key to the page
    headings.filter(has_text="Stride, padding").wait_for()
    page.keyboard.press("PageUp")
    headings.filter(has_text="A kernel slides").wait_for()
    page.keyboard.press("PageDown")
    headings.filter(has_text="Stride, padding").wait_for()
    page.keyboard.press("ArrowRight")
    notes = page.locator(".present-shown > details.instructor")
    assert headings.first.inner_text().startswith("Filters") and not notes.first.is_visible()
    page.keyboard.press("n")
    assert notes.first.is_visible()
    page.keyboard.press("ArrowLeft")
    assert headings.first.inner_text().startswith("Stride, padding and kernel size")
    page.keyboard.press("Escape")
    assert page.locator(".lesson-bar").is_visible() and headings.count() > 5


def test_the_bar_takes_one_line_and_its_menu_is_in_sight(page):
    for width in (360, 768, 1400):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.locator(".lesson-bar").bounding_box()["height"] < 45
        page.locator(".lesson-teach summary").click()
        box = page.locator(".lesson-teach > div").bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= width
        page.keyboard.press("Escape")
        assert page.locator(".lesson-teach > div").is_hidden()


def test_presenting_begins_where_one_is(page):
    page.evaluate("document.getElementById('pooling').scrollIntoView({ behavior: 'instant' })")
    page.locator(".lesson-teach summary").click()
    page.locator(".present").click()
    shown = page.locator("article .present-shown > :is(h1, h2, h3)").inner_text()
    assert shown.startswith("Pooling")


def test_what_to_do_while_it_trains_and_what_is_said_stand_beside_the_section(page, site):
    beside = page.locator("#filters > details.beside")
    assert "Who decided on 16" in beside.inner_text()
    page.goto((site / "instructor/episodes/05-fit-cnn.html").as_uri())
    beside = page.locator("#compile-and-train > details.beside")
    assert "The same network again" in beside.nth(0).inner_text()
    assert "My loss stays at 2.30" in beside.nth(1).inner_text()


def test_every_piece_for_a_section_of_the_workshop_is_shown_beside_one(site, lesson):
    """None leads to a section that is not there."""
    shown = "".join(
        (site / "instructor" / "episodes" / f"{path.stem}.html").read_text("utf-8")
        for path in lesson.episode_paths()
    )
    for name in lesson.beside_episodes:
        text = (lesson.root / "instructors" / name).read_text("utf-8")
        links = re.findall(r"\.\./episodes/([\w-]+)\.md#([\w.-]+)\)", text)
        assert len(links) >= 6
        for episode, place in links:
            page = (site / "instructor" / "episodes" / f"{episode}.html").read_text("utf-8")
            assert f'id="{place}"' in page, f"{name}: {episode}#{place}"
    assert shown.count("What learners say") >= 15


def test_slides_go_on_with_the_keyboard_and_print_whole(page, site):
    page.locator(".lesson-teach summary").click()
    page.get_by_role("link", name="Slides", exact=True).click()
    page.wait_for_url("**/slides/04-build-cnn.html*")
    slides = page.locator(".slide:visible")
    assert slides.count() == 1
    assert slides.locator("h1").inner_text() == "Build a convolutional neural network"
    page.keyboard.press("ArrowRight")
    assert slides.locator("h2").inner_text() == "Why not a dense layer?"
    page.keyboard.press("End")
    assert slides.locator("h2").inner_text() == "Key points"
    page.emulate_media(media="print")
    assert slides.count() > 8


def test_pictures_of_slides_are_there(page, site):
    page.goto((site / "instructor/slides/04-build-cnn.html").as_uri())
    broken = page.evaluate(
        "[...document.images].filter(one => one.complete && !one.naturalWidth).map(one => one.src)"
    )
    assert page.locator("img").count() > 3 and broken == []
