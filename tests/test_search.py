"""Searching the built site, in a browser: from any page, from a folder, as somebody types."""

import json

import pytest
from lxml import html
from the_lesson import pause

pytestmark = pytest.mark.slow

# what people look for, the same with one wrong letter, and where they have to land first
ASKED = {
    ("overfitting", "overfiting"): "episodes/05-fit-cnn.html#underfitting-and-overfitting",
    ("confusion matrix", "confusion matrx"): "episodes/06-evaluate-tune.html#the-confusion-matrix",
    ("learning rate", "lerning rate"): "Learning rate",
    ("softmax probabilities", "softmax probabilites"): "Softmax",
    ("grid search", "grid serch"): "episodes/09-tuning.html#grid-search",
    ("install spyder", "install spydr"): "learners/setup.html#with-pip-which-we-recommend",
    ("transfer learning", "transfer lerning"): "Transfer learning",
    ("one-hot", "one-hott"): "episodes/03-image-data.html#one-hot-encode-the-labels",
    ("validation set", "validaton set"): "Validation set",
    (
        "categorical_crossentropy",
        "categorical_crossentrpy",
    ): "keras.losses.CategoricalCrossentropy()",
}


@pytest.fixture
def page(site, browser):
    """A page somewhere in the site, opened from a folder."""
    opened = browser.new_page(viewport={"width": 1400, "height": 900})
    opened.set_default_timeout(60_000)
    opened.requested = []
    opened.on("request", lambda request: opened.requested.append(request.url))
    opened.on("pageerror", lambda error: pytest.fail(str(error)))
    opened.goto((site / "episodes" / "01-introduction.html").as_uri())
    yield opened
    opened.close()


def answers(page, query):
    """(title, address from the site's top) of what is offered below the field."""
    field = page.locator(".sidebar-search")
    field.fill("")
    field.press_sequentially(query)
    page.wait_for_selector(".search-answers:popover-open a")
    pause(page, 200)
    return [
        (one.locator(".search-title").inner_text(), one.evaluate("one => one.href"))
        for one in page.locator(".search-answers a").all()
    ]


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: asked[0])
def test_the_right_place_comes_first_with_a_wrong_letter_too(page, asked):
    for query in asked:
        title, address = answers(page, query)[0]
        wanted = ASKED[asked]
        assert address.endswith(f"/{wanted}") if "#" in wanted else title == wanted, (query, title)


def test_answers_have_an_excerpt_and_say_what_they_are(page):
    answers(page, "confusion mat")  # the last word is unfinished
    first = page.locator(".search-answers a").first
    assert first.locator(".search-where").inner_text() == "Section · Evaluate, predict and tune"
    assert "confusion" in first.locator("mark").first.inner_text().lower()
    assert len(first.locator(".search-excerpt").inner_text()) > 40


def test_an_answer_is_chosen_with_the_keyboard_and_leads_to_its_section(page):
    answers(page, "grid search")
    field = page.locator(".sidebar-search")
    assert field.get_attribute("aria-expanded") == "true"
    page.keyboard.press("ArrowDown")
    chosen = page.locator(f"#{field.get_attribute('aria-activedescendant')}")
    assert chosen.get_attribute("aria-selected") == "true"
    page.keyboard.press("Enter")
    page.wait_for_url("**/09-tuning.html#grid-search")
    assert page.locator("#grid-search").bounding_box()["y"] < 300


def test_escape_closes_the_answers_and_nothing_found_is_said(page):
    answers(page, "grid search")
    page.keyboard.press("Escape")
    assert page.locator(".search-answers").is_hidden()
    field = page.locator(".sidebar-search")
    field.fill("xyzzy plugh")
    page.wait_for_selector(".search-answers p")
    assert page.locator(".search-answers").inner_text() == "Nothing was found."


def test_nothing_is_loaded_before_somebody_searches(page):
    assert not [url for url in page.requested if "search-data" in url or "minisearch" in url]
    answers(page, "kernel")
    assert len([url for url in page.requested if "search-data" in url or "minisearch" in url]) == 2
    assert all(url.startswith(("file:", "data:")) for url in page.requested)


def test_enter_shows_all_answers_on_a_page(page):
    answers(page, "kernel")
    page.keyboard.press("Enter")
    page.wait_for_selector("#search-results li a")
    assert page.locator("#search-results li").count() > 8
    assert page.locator("#search-contents").is_hidden()
    assert page.locator("#search-form input").input_value() == "kernel"


def test_the_search_page_is_a_table_of_contents_without_a_script(site, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((site / "search.html").as_uri())
    link = page.get_by_role("link", name="Underfitting and overfitting", exact=True)
    link.first.click()
    page.wait_for_url("**/episodes/05-fit-cnn.html#underfitting-and-overfitting")
    context.close()


def test_instructors_find_what_is_in_their_pages_only(site, page):
    assert answers(page, "fine-tuning")
    page.goto((site / "instructor" / "episodes" / "01-introduction.html").as_uri())
    _, address = answers(page, "what learners say")[0]
    assert address.endswith("/instructor/instructors/what-learners-say.html")


def test_a_phone_can_search_in_the_menu(site, browser):
    page = browser.new_page(viewport={"width": 360, "height": 740})
    page.goto((site / "episodes" / "01-introduction.html").as_uri())
    page.get_by_role("button", name="Menu").click()
    pause(page, 400)
    assert answers(page, "pooling")
    box = page.locator(".search-answers").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 360
    page.close()


def test_every_section_of_every_episode_can_be_found_and_lands_there(site):
    text = (site / "search-data.js").read_text("utf-8")
    data = json.loads(text.removeprefix("window.lessonSearchData = ").removesuffix(";\n"))
    pages = {address: entries for address, entries in data}
    assert "<br>" not in text
    for path in sorted((site / "episodes").glob("*.html")):
        page = html.parse(str(path)).getroot()
        found = {title: place for _, place, title, _ in pages[f"episodes/{path.name}"]}
        for heading in page.xpath("//article//section/section/h2 | //article//section/section/h3"):
            title = " ".join(heading.text_content().removesuffix("¶").split())
            assert page.xpath(f"//*[@id='{found[title]}']"), f"{path.name}: {title}"
