"""What is only there while somebody does something keeps axe's rules, at every width and theme."""

import pytest
from test_browser import violations

pytestmark = pytest.mark.slow

PAGE = "instructor/episodes/04-build-cnn.html"


def search(page):
    if page.viewport_size["width"] < 1008:
        page.get_by_role("button", name="Menu").click()
    page.locator(".sidebar-search").fill("pooling")
    page.wait_for_selector(".search-answers:popover-open a")
    page.keyboard.press("ArrowDown")


def menu(page):
    page.locator(".lesson-teach summary").click()


def present(page):
    menu(page)
    page.locator(".present").click()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("n")
    page.mouse.move(1, 1)  # off any term, whose definition would be shown
    page.wait_for_function("document.querySelector('#glossary-definition')?.hidden !== false")


def nothing(page):
    pass


STATES = {
    "search": (PAGE, search),
    "menu": (PAGE, menu),
    "present": (PAGE, present),
    "slides": ("instructor/slides/04-build-cnn.html", nothing),
    "404": ("404.html", nothing),
    "search page": ("search.html", nothing),
}


@pytest.mark.parametrize("width", [360, 1400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(site, browser, state, scheme, width):
    name, does = STATES[state]
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto((site / name).as_uri())
    does(page)
    assert violations(page, {}) == []
    context.close()
