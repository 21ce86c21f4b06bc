"""A lesson in another language: the engine's own words follow, from one file per language."""

import json
import re
import string
import tomllib
from pathlib import Path

import pytest
from lxml import html as lxml_html
from small_lessons import PAGE, lesson_in

from lesson_engine.core import exporter, reader, scripts, words
from lesson_engine.core.divs import DIV_KINDS, TABS
from lesson_engine.core.lesson import find_lesson
from lesson_engine.site import theme_words

LANGUAGES = [name for name in words.languages() if name != "en"]
SAME = {  # the same word in English and in one of the others
    *(
        "Menu",
        "Minutes",
        "Questions",
        "Script",
        "Solution",
        "Solutions",
        "Discussion",
        "Error",
        "Episode",
    ),
    *("Output", "Figure", "Code", "Formula"),
    *("Page", "Section", "Slides", "Notes (N)", "Minute {minute} · {minutes} min"),
    *("Downloads:", "version {version}", "{minutes} min"),
}

PARTS = """
```python
1 / 0
```

```error
ZeroDivisionError: division by zero
```

<!-- skip: needs the sea -->

```python
open("sea")
```

```python
await later()
```

::: challenge

### Count

```python
_ = 1
```

::: hint

Fingers.

:::

::: solution

```python
_ = 2
```

:::

:::

::: callout

Text.

:::

![A dot.](fig/dot.png){alt='a dot'}
"""


def placeholders(text):
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_key_and_the_same_placeholders(language):
    english = tomllib.loads((words.FOLDER / "en.toml").read_text("utf-8"))
    texts = tomllib.loads((words.FOLDER / f"{language}.toml").read_text("utf-8"))
    assert {table: list(keys) for table, keys in texts.items()} == {
        table: list(keys) for table, keys in english.items()
    }
    for table, keys in english.items():
        for key, text in keys.items():
            assert placeholders(texts[table][key]) == placeholders(text), f"{table}.{key}"
            assert texts[table][key] == texts[table][key].strip() != "", f"{table}.{key}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_left_in_english(language):
    english, theirs = words.words_in().texts, words.words_in(language).texts
    same = {english[key] for key in english if theirs[key] == english[key]}
    left = {text for text in same if re.search(r"[a-z]{3}", re.sub(r"\{.*?\}", "", text))}
    assert left <= SAME


def test_the_workbenchs_languages_and_portuguese_are_there():
    assert words.languages() == ["de", "en", "es", "fr", "it", "ja", "pt", "uk"]
    assert {f"box.{name}" for name, kind in DIV_KINDS.items() if kind.titled} <= set(
        words.words_in().texts
    )


@pytest.mark.parametrize(
    ("written", "tag", "challenge", "catalogue"),
    [
        ("de", "de", "Aufgabe", "de"),
        ("de-AT", "de-AT", "Aufgabe", "de"),
        ("pt_br", "pt-BR", "Exercício", "pt_BR"),
        ("pt", "pt", "Exercício", "pt"),
        ("uk", "uk", "Вправа", "uk_UA"),
        ("ja_JP.UTF-8", "ja-JP", "演習", "ja"),
        ("en", "en", "Challenge", "en"),
        ("en-GB", "en-GB", "Challenge", "en"),
        ("zh_CN", "zh-CN", "Challenge", "zh_CN"),
        ("zh-Hant-TW", "zh-Hant-TW", "Challenge", "zh_TW"),
        ("Deutsch", "en-GB", "Challenge", "en"),
    ],
)
def test_a_language_is_understood_however_it_is_written(written, tag, challenge, catalogue):
    found = words.words_in(written)
    assert (found.tag, found("box.challenge")) == (tag, challenge)
    assert theme_words.catalogue_of(found) == catalogue
    assert bool(found.oddity) == (written in ("zh_CN", "zh-Hant-TW", "Deutsch"))
    if found.oddity:
        assert "there are no words" in found.oddity or "is no language" in found.oddity
        assert "de, en, es, fr, it, ja, pt, uk" in found.oddity


def test_every_kind_of_box_has_an_icon():
    theme = Path(theme_words.__file__).with_name("theme")
    style = (theme / "static" / "lesson.css").read_text("utf-8")
    for kind in DIV_KINDS.keys() - set(TABS):
        assert re.search(rf"\.lesson-div\.{kind}\b[^{{}}]*{{[^}}]*--icon", style), kind


def test_norwegian_is_no_negation(tmp_path):
    """YAML reads `lang: no` as false."""
    (tmp_path / "config.yaml").write_text("lang: no\n", "utf-8")
    assert find_lesson(tmp_path).words.tag == "no"


def test_a_script_is_in_the_lessons_language_and_runs():
    page = reader.read(PAGE.replace("::: keypoints", PARTS + "\n::: keypoints"), "episodes/a.md")
    for language in words.languages():
        theirs = words.words_in(language)
        text = scripts.to_script(page, words=theirs)
        compile(text, "a.py", "exec")
        stop = json.dumps(theirs("file.stop"), ensure_ascii=False)
        assert f"raise SystemExit({stop})" in text
        for key in ("file.fails", "file.solution"):
            assert f"# {theirs(key)}\n" in text
        assert f"# {theirs('file.not_run', reason='needs the sea')}\n" in text
        titled = theirs("box.titled", kind=theirs("box.challenge"), title="Count")
        assert f"# ## {titled}\n" in text


def test_a_notebook_is_in_the_lessons_language(tmp_path):
    page = reader.read(PAGE.replace("::: keypoints", PARTS + "\n::: keypoints"), "episodes/a.md")
    book = exporter.to_solutions(page, tmp_path, words=words.words_in("de"))
    text = "\n".join(cell.source for cell in book.cells)
    for word in ("**Aufgabe**", "**Lösung**", "**Hinweis**", "**Fragen**", "Tipp anzeigen"):
        assert word in text
    assert "Solution" not in text and "Challenge" not in text


# ---- built

SHOWN = {  # key -> where it is seen
    "box.callout": "episodes/01-small",
    "box.solution": "episodes/01-small",
    "episode.downloads": "episodes/01-small",
    "episode.solution_notebook": "episodes/01-small",
    "menu.whole": "episodes/01-small",
    "menu.episodes": "episodes/01-small",
    "menu.learners": "episodes/01-small",
    "view.to_instructor": "episodes/01-small",
    "theme.here": "episodes/01-small",
    "theme.previous": "episodes/01-small",
    "theme.skip": "episodes/01-small",
    "home.whole_link": "index",
    "schedule.schedule": "index",
    "schedule.start_note": "index",
    "collected.lost": "404",
    "collected.lost_hint": "404",
    "search.no_script": "search",
    "menu.images": "images",
}
ENGLISH = re.compile(
    r"\b(the|and|with|Home|Menu|Next|Previous|Search|Toggle|Skip|Made with|Copyright|Link to|"
    r"Schedule|Episode|Whole|Challenge|Solution|Learner|Instructor)\b"
)


@pytest.fixture(scope="module")
def foreign(tmp_path_factory):
    """Lessons in Japanese and German, with a page that cannot be read; gives their folders."""
    found = {}
    for lang in ("ja", "de-AT"):
        folder = found[lang] = tmp_path_factory.mktemp(lang)
        for name in ("episodes/fig", "learners"):
            (folder / name).mkdir(parents=True)
        (folder / "config.yaml").write_text(f"title: 題名\nlang: {lang}\n", "utf-8")
        (folder / "index.md").write_text("---\ntitle: 家\n---\n\n.\n", "utf-8")
        page = re.sub(r"```python\nawait.*?```", "", PARTS, flags=re.S).replace("Count", "数")
        (folder / "episodes" / "01-small.md").write_text(
            PAGE.replace("::: keypoints", f"{page}\n::: keypoints").replace(
                "title: Small", "title: 小"
            ),
            "utf-8",
        )
        (folder / "episodes" / "02-bad.md").write_text("---\ntitle: 悪\n---\n\n::: hint\n", "utf-8")
        (folder / "learners" / "a.md").write_text("---\ntitle: 頁\n---\n\n.\n", "utf-8")
        (folder / "episodes" / "fig" / "dot.png").write_bytes(b"\x89PNG")
        code, said = lesson_in(folder, "build")
        assert code == 0, said
        assert "lang" not in said
    return found


def tree(folder, page):
    return lxml_html.parse(str(folder / "_site" / f"{page}.html")).getroot()


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["ja", "de-AT"])
def test_all_around_the_text_is_in_the_lessons_language(foreign, lang):
    theirs = find_lesson(foreign[lang]).words
    for key, page in SHOWN.items():
        root = tree(foreign[lang], page)
        assert root.get("lang") == lang
        assert theirs(key) in " ".join(root.text_content().split()), f"{key} on {page}"
    page = tree(foreign[lang], "episodes/01-small")
    assert f'--word-output: "{theirs("view.output")}"' in page.xpath("string(//head)")
    titled = theirs("box.titled", kind=theirs("box.challenge"), title="数")
    assert titled in page.text_content()
    assert (
        json.loads(page.xpath("//script[@type='application/ld+json']")[0].text)["inLanguage"]
        == lang
    )
    bad = tree(foreign[lang], "episodes/02-bad").text_content()
    assert theirs("episode.unreadable", fault="episodes/02-bad.md:5") in bad


@pytest.mark.slow
def test_no_english_word_is_left_around_the_text(foreign):
    for page in (
        "index",
        "episodes/01-small",
        "search",
        "404",
        "images",
        "aio",
        "instructor/index",
    ):
        root = tree(foreign["ja"], page)
        for element in root.xpath("//script | //style | //pre | //code | //article//li"):
            element.drop_tree()
        texts = [*root.itertext(), *root.xpath("//@aria-label | //@title | //@placeholder")]
        for text in texts:
            assert not ENGLISH.search(text), f"{page}: {text}"


@pytest.mark.slow
def test_scripts_of_the_page_speak_the_language_too(foreign):
    given = json.loads(tree(foreign["ja"], "search").get_element_by_id("lesson-words").text)
    theirs = words.words_in("ja")
    assert given["collapse"] == theirs("view.collapse")
    assert given["copy"]["copy_success"] == theirs("copy.copied")
    assert given["searching"]["none"] == theirs("search.none")
    assert given["searching"]["kinds"]["term"] == theirs("search.term")
    assert given["teach"]["next"] == theirs("teach.next")
    site = foreign["ja"] / "_site" / "_static"
    for name, file in [*((name, "copybutton.js") for name in given["copy"])]:
        assert f"'{name}'" in (site / file).read_text("utf-8")
