"""The pages as readers meet them: the home page's top, the glossary, pictures, ways to link."""

import io
import json
import re
import shutil

import pytest
from lxml import html
from PIL import Image, ImageDraw
from small_lessons import LESSONS, lesson_in

from lesson_engine.core import glossary
from lesson_engine.core.errors import LessonError
from lesson_engine.core.lesson import find_lesson
from lesson_engine.site import dark_pictures, landing, picture_files

SVG = """<svg xmlns="http://www.w3.org/2000/svg" width="90pt" height="60pt" viewBox="0 0 90 60">
<path d="M 0 0 L 90 60" style="fill: #ffffff; stroke: #000000"/><text x="5" y="9">a</text>
<path d="M 0 0" stroke="#0072b2"/></svg>"""
HOME = """\
---
title: Bees
description: 'Count the bees in a photograph, and say how sure you are.'
image: episodes/fig/plot.png
facts:
  For: people with a hive
  Cost: nothing
instructors_first:
- instructors/notes.md
---

Welcome.

<!-- schedule -->

## Below

Text.
"""
REFERENCE = """\
---
title: Glossary
---

## Words

"""
TERMS = ["Hive", "Honey comb", "Axis (axes)", "Frame", "ReLU", *(f"Word{n}" for n in range(10))]
ENTRIES = "\n\n".join(f"{term}\n:   What *{term}* means.\n:   A link." for term in TERMS)
FIRST = """\
---
title: One
teaching: 10
exercises: 20
---

::: questions
- What is a hive?
:::

::: objectives
- Count.
:::

## A hive in a heading

A frame here is everyday. See the honey
comb in Step 5, `hive`, [a hive](#other), then the hives, and a hive again.

::: challenge

### Count them

Relu is not ReLU.

::: solution

Ten.

:::

:::

::: callout

Mind the axes.

:::

![A plot.](fig/plot.png){alt='a line'}

![A photograph.](fig/photo.png){alt='colours'}

![A drawing.](fig/drawing.svg){alt='a stroke' width='50%'}

![Both.](fig/own.png){alt='the light one'}

::: keypoints
- Hive.
:::
"""
SECOND = FIRST.replace("title: One", "title: Two").replace("A frame here", "A **frame** here")


def picture(lines=True, photograph=False):
    """A PNG: black lines on white, with or without something of many colours."""
    image = Image.new("RGB", (400, 300), "white")
    draw = ImageDraw.Draw(image)
    if lines:
        draw.line((20, 280, 380, 280), "black", 2)
        draw.line((20, 280, 380, 20), "#0072b2", 3)
    if photograph:
        gradient = Image.linear_gradient("L").resize((160, 160))
        image.paste(
            Image.merge("RGB", (gradient, gradient.rotate(90), gradient.rotate(180))), (40, 60)
        )
    written = io.BytesIO()
    image.save(written, "PNG")
    return written.getvalue()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A lesson with all that these tests look at, built."""
    root = tmp_path_factory.mktemp("bees")
    files = {
        "config.yaml": "title: Bees\nurl: https://example.org/bees\nlicense: CC-BY 4.0\n",
        "CITATION.cff": "message: Cite.\ntitle: Bees\nauthors:\n- name: Bee Group\n",
        "index.md": HOME,
        "learners/setup.md": "---\ntitle: Setup\n---\n\nInstall it.\n",
        "learners/reference.md": f"{REFERENCE}{ENTRIES}\n",
        "instructors/notes.md": "---\ntitle: Notes for you\n---\n\nText.\n",
        "instructors/more.md": "---\ntitle: More\n---\n\nText.\n",
        "episodes/01-one.md": FIRST,
        "episodes/02-two.md": SECOND.replace("fig/photo", "fig/photo2"),
        "episodes/fig/drawing.svg": SVG,
        "episodes/fig/plot.png": picture(),
        "episodes/fig/photo.png": picture(lines=False, photograph=True),
        "episodes/fig/photo2.png": picture(photograph=True),
        "episodes/fig/own.png": picture(),
        "episodes/fig/own-dark.png": picture(photograph=True),
        "pyproject.toml": '[[tool.lesson.days]]\ntitle = "Day 1"\nstart = "09:00"\n'
        'plan = ["01-one.md", "Break: 15", "02-two.md"]\n',
    }
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    code, said = lesson_in(root, "build")
    assert code == 0, said
    return root


@pytest.fixture(scope="module")
def page(folder):
    """A parsed page of that lesson, by its name."""
    return lambda name: html.parse(str(folder / "_site" / f"{name}.html"))


def below_title(tree):
    """What stands between the title and the first section: (class, text) of each."""
    parts = tree.xpath("//article/section/h1/following-sibling::*[not(self::section)]")
    return [(part.get("class") or "", " ".join(part.text_content().split())) for part in parts]


# ---- the home page


def test_the_home_page_begins_with_promise_buttons_and_facts(page):
    home = page("index")
    shown = dict(below_title(home))
    assert shown["lesson-promise"] == "Count the bees in a photograph, and say how sure you are."
    links = home.xpath("//p[@class='lesson-begin']/a")
    assert [(link.text, link.get("href")) for link in links] == [
        ("Start", "episodes/01-one.html"),
        ("Set up", "learners/setup.html"),
    ]
    facts = home.xpath("//dl[contains(@class, 'lesson-facts')]/*")
    assert [one.text_content().strip() for one in facts] == [
        *("For", "people with a hive"),
        *("Cost", "nothing"),
    ]
    kinds = [kind for name, _ in below_title(home) for kind in name.split() if "lesson" in kind]
    assert kinds == ["lesson-promise", "lesson-begin", "lesson-facts", "lesson-files"]


def test_instructors_find_first_what_they_need_first(page):
    assert not page("index").xpath("//*[contains(@class, 'lesson-first')]")
    links = page("instructor/index").xpath("//div[contains(@class, 'lesson-first')]//a")
    assert [(link.text, link.get("href")) for link in links] == [
        ("Notes for you", "instructors/notes.html")
    ]


def test_where_the_author_chooses_none_the_first_five_pages_are_offered(folder):
    said = landing.of(find_lesson(folder), {})
    assert [path.stem for path in said.first] == ["more", "notes"]
    assert landing.MOST_LINKS == 5


@pytest.mark.parametrize(
    ("front_matter", "words"),
    [
        ({"facts": "beginners"}, "'facts:' is lines such as"),
        ({"description": 3}, "'description:' is one sentence"),
        ({"image": "fig/none.png"}, "names fig/none.png, which isn't there"),
        ({"instructors_first": ["instructors/none.md"]}, "names instructors/none.md"),
    ],
)
def test_front_matter_of_another_kind_is_refused_with_what_to_write(folder, front_matter, words):
    with pytest.raises(LessonError) as caught:
        landing.of(find_lesson(folder), front_matter)
    assert words in str(caught.value)


def test_the_schedule_stands_where_the_author_wants_it_and_is_short(page):
    sections = page("index").xpath("//article/section/section")
    titles = [section.findtext("h2") for section in sections]
    assert titles == ["Schedule", "Below", "Episodes", "Who made it, and how to cite it"]
    cells = [cell.text_content() for cell in sections[0].xpath(".//tbody//td")]
    assert cells == [
        *("09:00", "1. One", "30"),
        *("09:30", "Break", "15"),
        *("09:45", "2. Two", "30"),
        *("10:15", "End", ""),
    ]
    assert "What is a hive?" in sections[2].text_content()
    assert "Bee Group" in sections[3].text_content()
    assert sections[3].xpath(".//a/@href")[-1] == "citation.html"


def test_a_sparse_lesson_has_a_top_too(tmp_path):
    shutil.copytree(LESSONS / "numbers", tmp_path / "numbers")
    code, said = lesson_in(tmp_path / "numbers", "build")
    assert code == 0, said
    home = html.parse(str(tmp_path / "numbers" / "_site" / "index.html"))
    assert [link.text for link in home.xpath("//p[@class='lesson-begin']/a")] == ["Start", "Set up"]
    (fact,) = home.xpath("//dl[contains(@class, 'lesson-facts')]/dd")
    assert re.fullmatch(r"(\d+ h )?\d+ min of teaching and exercises", fact.text_content().strip())
    described = home.xpath("//meta[@name='description']/@content")
    assert described == ["Seeds are small, and there are many of them. This lesson counts them."]
    assert home.xpath("//link[contains(@rel, 'icon')]/@href")


def test_other_sites_can_describe_a_page(page, folder):
    said = {
        name: {
            one.get("name") or one.get("property"): one.get("content")
            for one in page(name).xpath("//meta[@content and (@name or @property)]")
        }
        for name in ("index", "episodes/01-one")
    }
    home, episode = said["index"], said["episodes/01-one"]
    assert home["description"] == home["og:description"] == HOME.split("'")[1]
    assert episode["description"] == "What is a hive?" and episode["og:title"] == "One"
    assert episode["og:url"] == "https://example.org/bees/episodes/01-one.html"
    assert home["og:image"] == "https://example.org/bees/_images/plot.png"
    assert (folder / "_site" / "_images" / "plot.png").read_bytes() == picture()
    icon = page("episodes/01-one").xpath("//link[contains(@rel, 'icon')]/@href")[0]
    assert (folder / "_site" / "episodes" / icon.partition("?")[0]).is_file()
    data = json.loads(page("index").findtext(".//script[@type='application/ld+json']"))
    assert data["description"] == home["description"]


# ---- an episode


def test_questions_and_objectives_are_one_box(page):
    (box,) = page("episodes/01-one").xpath("//div[contains(@class, 'lesson-div overview')]")
    titles = [
        one.text_content().strip("¶ ") for one in box.xpath(".//p[contains(@class, 'title')]")
    ]
    assert titles == ["Overview", "Questions", "Objectives"]
    parts = box.xpath("div[contains(@class, 'overview-parts')]/div")
    assert [part.xpath("string(.//li)").strip() for part in parts] == ["What is a hive?", "Count."]


def test_the_pages_beside_are_linked_at_both_ends(page):
    tree = page("episodes/01-one")
    (nav,) = tree.xpath("//nav[@class='lesson-beside']")
    assert nav.get("aria-label")
    top = [(link.get("rel"), link.get("href")) for link in nav.iter("a")]
    assert top == [("prev", "../index.html"), ("next", "02-two.html")]
    bottom = tree.xpath("//div[@class='related-pages']/a/@href")
    assert {"../index.html", "02-two.html"} == set(bottom)
    assert nav.getnext().tag == "section", "it stands above the title"


def test_every_heading_and_box_can_be_linked(page):
    tree = page("episodes/01-one")
    titles = tree.xpath(
        "//article//h1 | //article//h2 | //article//p[contains(@class, 'div-title')]"
    )
    assert len(titles) > 6
    places = [title.xpath("a[@class='headerlink']/@href") for title in titles]
    assert all(len(place) == 1 for place in places), places
    ids = tree.xpath("//@id")
    assert all(ids.count(place[0][1:]) == 1 for place in places)
    assert "#count-them" in [place[0] for place in places]


# ---- the glossary


def test_entries_have_places_and_letters(page):
    tree = page("learners/reference")
    assert tree.xpath("//dt/@id")[:3] == ["term-hive", "term-honey-comb", "term-axis"]
    letters = tree.xpath("//div[contains(@class, 'glossary-letters')]//a")
    assert [(one.text, one.get("href")) for one in letters] == [
        ("H", "#term-hive"),
        ("A", "#term-axis"),
        ("F", "#term-frame"),
        ("R", "#term-relu"),
        ("W", "#term-word0"),
    ]


def test_a_term_is_linked_where_an_episode_uses_it_first(page):
    def links(name):
        found = page(name).xpath("//article//a[@class='glossary-term']")
        return [(" ".join(one.text_content().split()), one.get("href")) for one in found]

    at = "../learners/reference.html#term-"
    common = [("honey comb", f"{at}honey-comb"), ("hives", f"{at}hive"), ("ReLU", f"{at}relu")]
    assert links("episodes/01-one") == [*common, ("axes", f"{at}axis")]
    # "frame" is explained, in bold, in the second episode: in the first it's an everyday word
    assert links("episodes/02-two") == [("frame", f"{at}frame"), *common, ("axes", f"{at}axis")]
    term = page("episodes/01-one").xpath("//a[@class='glossary-term']")[0]
    assert term.get("data-definition") == "What Honey comb means."


def test_what_is_longer_is_found_first_and_a_number_makes_a_name():
    text = "Step\n:   One.\n\nStep length\n:   Two.\n"
    pattern, known = glossary.pattern_of(glossary.read(text))
    found = [
        known[glossary.key_of(one[0])].name for one in pattern.finditer("Step lengths, step 5.")
    ]
    assert found == ["Step length"]
    assert [entry.forms for entry in glossary.read("Baum\n:   X.\n", "de")] == [("Baum",)]
    assert glossary.read("Text without a list.") == []


# ---- pictures


def test_pictures_are_small_known_in_size_and_wait_until_they_are_seen(page, folder):
    images = page("episodes/01-one").xpath("//article//figure//img")
    assert len(images) == 4
    for image in images:
        assert image.get("loading") == "lazy" and image.get("alt")
    plot, photo, drawing, _ = images
    assert (plot.get("width"), plot.get("height")) == ("400", "300")
    assert plot.get("src").endswith("/plot.webp") and photo.get("src").endswith(".webp")
    shown = folder / "_site" / "_images" / "plot.webp"
    with Image.open(shown) as image, Image.open(io.BytesIO(picture())) as original:
        assert image.convert("RGB").tobytes() == original.convert("RGB").tobytes(), "exact"
    assert shown.stat().st_size < len(picture())
    assert "50%" in drawing.get("style") and drawing.get("width") is None
    assert "--natural: 120px" in drawing.get("style"), "90 points"


def test_a_figure_leads_to_its_file(page):
    links = page("episodes/01-one").xpath("//figure//a[@class='picture-link']")
    assert len(links) == 4
    for link in links:
        assert link.get("href") == link.xpath(".//img/@src")[0]


def test_in_the_dark_there_is_a_dark_form(page, folder):
    figures = page("episodes/01-one").xpath("//figure")
    dark = [figure.xpath(".//picture/source/@srcset") for figure in figures]
    assert [bool(one) for one in dark] == [True] * 4
    assert dark[3][0].endswith("own-dark.webp"), "the author's own"
    media = set(page("episodes/01-one").xpath("//source/@media"))
    assert media == {"screen and (prefers-color-scheme: dark)"}, "paper is white"
    with Image.open(folder / "_site" / "_images" / "plot-dark.webp") as image:
        turned = image.convert("RGB")
    assert max(turned.getpixel((5, 5))) < 32 and min(turned.getpixel((100, 280))) > 200
    red, green, blue = turned.getpixel((200, 150))
    assert blue > green > red, "the blue line stays blue"
    text = (folder / "_site" / "_images" / "drawing-dark.svg").read_text("utf-8")
    assert "#ffffff" not in text and "#000000" not in text and 'fill="#e8e8e8"' in text


def test_photographs_and_maps_stay_as_they_are_in_the_dark():
    data = picture(photograph=True)
    original, turned = picture_files.opened(data), dark_pictures._turned(picture_files.opened(data))
    box = (41, 61, 199, 219)
    assert turned.crop(box).tobytes() == original.crop(box).tobytes()
    assert max(turned.getpixel((20, 40))) < 32, "and the ground is dark"
    whole = Image.merge("RGB", [Image.linear_gradient("L")] * 3)
    assert dark_pictures._turned(whole) is None


def test_an_all_but_white_map_of_a_grid_is_no_drawing():
    """Its lightness says something; turned round it would say the opposite."""
    image = Image.new("RGB", (600, 400), "white")
    gradient = Image.linear_gradient("L").resize((150, 150))
    photo = Image.merge("RGB", (gradient, gradient.rotate(90), gradient.rotate(180)))
    for place in ((20, 20), (420, 20), (20, 220), (220, 220)):
        image.paste(photo, place)
    image.paste((252, 252, 255), (220, 20, 370, 170))
    assert dark_pictures._turned(image).getpixel((300, 100)) == (252, 252, 255)


@pytest.mark.parametrize(
    ("root", "size"),
    [
        ('<svg width="90pt" height="1in">', (120, 96)),
        ('<svg width="100%" viewBox="0 0 30 20">', (30, 20)),
        ("<svg viewBox='0 0 30.4 20'>", (30, 20)),
        ("<svg>", None),
        ("no drawing", None),
    ],
)
def test_the_size_of_a_drawing_is_what_it_says(tmp_path, root, size):
    (tmp_path / "a.svg").write_text(root, "utf-8")
    assert picture_files.size_of(tmp_path / "a.svg") == size


def test_what_is_no_picture_is_left_as_it_is(tmp_path):
    (tmp_path / "a.png").write_bytes(b"text")
    assert picture_files.web_form(tmp_path / "a.png", tmp_path) == tmp_path / "a.png"
    assert picture_files.size_of(tmp_path / "a.png") is None
    assert dark_pictures.dark_form(tmp_path / "a.png", tmp_path) is None


# ---- formulas


def test_a_long_formula_in_a_line_has_a_box_that_can_scroll():
    from lesson_engine.site import formulas

    class Translator:
        body: list = []

    from docutils import nodes

    for source in ("x", "0 \\cdot (-1) + 0.5 \\cdot (-0.5) + 1 \\cdot 0.5 + 1 = 1.25"):
        with pytest.raises(nodes.SkipNode):
            formulas.visit_inline(Translator, nodes.math("", source))
    short, long = Translator.body
    assert short.startswith("<math") and long.startswith('<span class="math-inline"><math')
