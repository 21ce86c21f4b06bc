"""The built site with nothing but a keyboard, at every width."""

import pytest

pytestmark = pytest.mark.slow

WIDTHS = (320, 768, 1400)
PAGES = ("index.html", "episodes/04-build-cnn.html", "instructor/episodes/05-fit-cnn.html")
# What a keyboard has to reach: of radio buttons of one group, the chosen one
WANTED = """() => [...document.querySelectorAll(
    'a[href], button, input:not([type=hidden]), select, summary, [tabindex="0"], iframe'
)].filter(one => one.checkVisibility({ visibilityProperty: true })
    && !one.closest('[inert]') && !one.disabled && one.tabIndex >= 0
    && !(one.type === 'radio' && !one.checked)
).map((one, place) => { one.dataset.wanted = place; return place; })"""
FOCUSED = """() => {
    const one = document.activeElement;
    if (one === document.body) return null;
    const box = one.getBoundingClientRect();
    const style = getComputedStyle(one);
    const shown = one.type === 'radio' ? one.nextElementSibling : one;
    const seen = getComputedStyle(shown);
    const edge = shown.getBoundingClientRect();
    return {
        wanted: one.dataset.wanted === undefined ? null : Number(one.dataset.wanted),
        name: one.outerHTML.slice(0, 120),
        inside: edge.left >= -1 && edge.right <= document.documentElement.clientWidth + 1
            && edge.bottom > 0 && edge.top < window.innerHeight,
        outlined: seen.outlineStyle !== 'none' && parseFloat(seen.outlineWidth) > 0,
        clear: seen.opacity === '1',
    };
}"""


@pytest.fixture
def page(site, browser):
    """An empty page."""
    opened = browser.new_page(reduced_motion="reduce")
    opened.set_default_timeout(60_000)
    yield opened
    opened.close()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_tab_reaches_everything_and_nothing_out_of_sight(site, page, name, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto((site / name).as_uri())
    wanted = set(page.evaluate(WANTED))
    reached, faults = set(), []
    for _ in range(3 * len(wanted)):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is None:
            break
        reached.add(focused["wanted"])
        if not (focused["inside"] and focused["outlined"] and focused["clear"]):
            faults.append(focused)
    missing = [
        page.locator(f"[data-wanted='{place}']").evaluate("one => one.outerHTML.slice(0, 200)")
        for place in sorted(wanted - reached)
    ]
    assert not missing and not faults


@pytest.mark.parametrize("width", WIDTHS[:2])
def test_the_menu_opens_and_closes_with_the_keyboard(site, page, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto((site / PAGES[1]).as_uri())
    button = page.get_by_role("button", name="Menu")
    drawer = page.locator(".sidebar-drawer")
    assert button.get_attribute("aria-expanded") == "false"
    assert drawer.evaluate("one => one.inert")
    button.focus()
    page.keyboard.press("Enter")
    assert button.get_attribute("aria-expanded") == "true"
    assert drawer.evaluate("one => one.contains(document.activeElement) && !one.inert")
    assert drawer.bounding_box()["x"] >= 0
    page.keyboard.press("Escape")
    assert button.get_attribute("aria-expanded") == "false"
    assert button.evaluate("one => one === document.activeElement")
    assert drawer.evaluate("one => one.inert")


def test_the_contents_open_with_the_keyboard_and_lead_on(site, page):
    page.set_viewport_size({"width": 768, "height": 900})
    page.goto((site / PAGES[1]).as_uri())
    button = page.get_by_role("button", name="On this page").first
    button.focus()
    page.keyboard.press("Space")
    assert page.locator(".toc-drawer").bounding_box()["x"] < 768
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") not in ("", "#")
    assert button.get_attribute("aria-expanded") == "false"


def test_what_is_beside_the_text_stays_reachable_when_the_window_changes(site, page):
    page.set_viewport_size({"width": 768, "height": 900})
    page.goto((site / PAGES[1]).as_uri())
    assert page.locator(".sidebar-drawer").evaluate("one => one.inert")
    page.set_viewport_size({"width": 1400, "height": 900})
    page.wait_for_function("!document.querySelector('.sidebar-drawer').inert")


def test_landmarks_and_what_scrolls_have_names(site, page):
    page.set_viewport_size({"width": 320, "height": 900})
    for name in PAGES:
        page.goto((site / name).as_uri())
        nameless = page.evaluate(
            "[...document.querySelectorAll('[tabindex=\"0\"], nav, aside, [role=search]')]"
            ".filter(one => !one.getAttribute('aria-label') && !one.querySelector('input'))"
            ".map(one => one.outerHTML.slice(0, 100))"
        )
        assert nameless == []
        assert page.locator("main, [role=main]").count() == 1
    assert page.locator("pre[role=group]").count() > 0
