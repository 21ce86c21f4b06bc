"""The instructor view: minutes, notes, what other pages say of a section, slides, ways to pages."""

import pytest
from lxml import html
from small_lessons import PAGE, lesson_in

pytestmark = pytest.mark.slow

EPISODE = (
    PAGE.replace("teaching: 5", "teaching: 10").replace("exercises: 5", "exercises: 7")
    + """
## Go on

Words, words and words.

![A dot.](fig/dot.png){alt='a dot'}

::: challenge

### Count (7 minutes)

How many?

::: solution

Two.

:::

::: hint

Use your fingers.

:::

:::

::: instructor

Wait for hands.

:::
"""
)
SAID = """---
title: Said
---

## Waiting

In the first episode, at [Go on](../episodes/01-small.md#go-on).

Ask for a guess, as [the plan](plan.md#before) says.

## Heard

**Why?** Because. ([Begin](../episodes/01-small.md#begin))

**Nothing to do with it.** Left here.
"""
OPTIONS = """[tool.lesson]
beside_episodes = ["said.md"]

[[tool.lesson.days]]
title = "Monday"
start = "13:30"
plan = ["Welcome: 15", "01-small.md"]
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A lesson with two pages for instructors; its site."""
    pytest.importorskip("furo")
    folder = tmp_path_factory.mktemp("taught")
    for name, text in {
        "config.yaml": "title: Taught\n",
        "pyproject.toml": OPTIONS,
        "index.md": "Hello.\n",
        "episodes/01-small.md": EPISODE,
        "instructors/said.md": SAID,
        "instructors/plan.md": "---\ntitle: The plan\n---\n\n## Before\n\nSleep.\n",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    (folder / "episodes" / "fig").mkdir()
    (folder / "episodes" / "fig" / "dot.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    code, said = lesson_in(folder, "build")
    assert code == 0, said
    return folder / "_site"


def page(site, name):
    return html.parse(str(site / name)).getroot()


def text_of(element):
    return " ".join(element.text_content().split())


def test_each_section_says_its_minute_and_the_clock_can_be_worked_out(site):
    shown = page(site, "instructor/episodes/01-small.html")
    times = [text_of(one) for one in shown.iterfind(".//p[@class='section-time']")]
    minutes = [
        time.get("data-minute") for time in shown.iterfind(".//span[@class='section-clock']")
    ]
    assert len(times) == len(minutes) >= 2 and minutes[0] == "0"
    assert times[-1].startswith(f"Minute {minutes[-1]} · ")
    start = shown.find(".//input[@class='lesson-start']")
    assert (start.get("value"), start.get("data-before")) == ("13:30", "15")
    assert "Monday starts at" in text_of(start.getparent())


def test_learners_see_nothing_of_it(site):
    text = (site / "episodes" / "01-small.html").read_text("utf-8")
    for word in ("section-time", "lesson-start", "Wait for hands", "Ask for a guess", "slides/"):
        assert word not in text
    assert not (site / "slides").exists()


def test_notes_are_open_and_solutions_and_hints_are_not(site):
    shown = page(site, "instructor/episodes/01-small.html")
    opened = {
        box.get("class").split()[1]: "open" in box.attrib
        for box in shown.iter("details")
        if "lesson-div" in box.get("class", "")
    }
    assert opened == {"instructor": True, "solution": False, "hint": False}


def test_what_other_pages_say_of_a_section_stands_beside_it(site):
    shown = page(site, "instructor/episodes/01-small.html")
    beside = {
        one.getparent().find("h2").text: one
        for one in shown.xpath("//details[contains(@class, 'beside')]")
    }
    assert set(beside) == {"Go on", "Begin"}
    assert text_of(beside["Go on"]) == "Said Waiting Ask for a guess, as the plan says."
    assert text_of(beside["Begin"]) == "Said Why? Because."
    (link,) = beside["Go on"].iter("a")
    assert link.get("href") == "../instructors/plan.html#before"


def test_it_stays_on_its_own_page_too(site):
    text = text_of(page(site, "instructor/instructors/said.html").find(".//article"))
    assert "Ask for a guess" in text and "Left here." in text


def test_the_instructors_home_leads_to_all_their_pages(site):
    links = {
        link.text_content(): link.get("href")
        for link in page(site, "instructor/index.html").xpath(
            "//div[contains(@class, 'instructor-pages')]//a"
        )
    }
    assert links == {"Said": "instructors/said.html", "The plan": "instructors/plan.html"}
    assert "instructor-pages" not in (site / "index.html").read_text("utf-8")


def test_an_episode_has_slides_of_headings_figures_and_key_points(site):
    shown = page(site, "instructor/slides/01-small.html")
    slides = shown.xpath("//section[@class='slide']")
    titles = [slide.xpath("./h1 | ./h2")[0].text for slide in slides]
    assert titles == ["Small", "Begin", "Go on", "Key points"]
    assert "What?" in text_of(slides[0]) and "Done." in text_of(slides[3])
    assert slides[2].find(".//img").get("alt") == "a dot"
    assert (site / "instructor/slides" / slides[2].find(".//img").get("src")).resolve().is_file()
    assert text_of(slides[2].find("./p")) == "Challenge: Count (7 minutes)"
    assert "Two." not in text_of(shown) and "Wait for hands" not in text_of(shown)


def test_other_lessons_have_no_days_and_an_episode_has_a_start_of_its_own(
    make_lesson, lesson_command, tmp_path
):
    make_lesson(PAGE)
    assert lesson_command("build").returncode == 0
    shown = page(tmp_path / "_site", "instructor/episodes/01-small.html")
    start = shown.find(".//input[@class='lesson-start']")
    assert (start.get("value"), start.get("data-before")) == ("", "0")
    assert "This episode starts at" in text_of(start.getparent())
