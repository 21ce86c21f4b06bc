"""The reader: what it finds, on which line, and what it refuses."""

import time

import pytest

from lesson_engine.core import reader
from lesson_engine.core.errors import LessonError

NESTED = """\
---
title: Nested
---

::: challenge

### Two

- in a list:

  ```python
  x = 1
  print(x)
  ```

  ```output
  1
  ```

::: solution

:::: callout

> ```python
> y = 2
> ```

~~~python
z = 3
~~~

::::

:::

:::
"""


def test_blocks_are_found_in_lists_quotations_and_nested_divs():
    page = reader.read(NESTED)
    assert [block.source for block in page.blocks] == ["x = 1\nprint(x)", "y = 2", "z = 3"]
    assert [block.first_line for block in page.blocks] == [11, 24, 28]
    assert [block.prefix for block in page.blocks] == ["  ", "> ", ""]
    assert page.blocks[0].recorded[0].text == "1"
    assert page.blocks[1].divs == ("challenge", "solution", "callout")
    assert [(div.name, div.depth) for div in page.divs] == [
        ("challenge", 0),
        ("solution", 1),
        ("callout", 2),
    ]


def test_what_does_not_run_is_left_alone():
    text = """
```{.python .skeleton}
x = _____
```

```bash
ls
```

```output
a.txt
```

<!--
```python
hidden = 1
```
-->

    ```python
    indented = 1
    ```

`` `python` `` and ::: in a line of text
"""
    page = reader.read(text)
    assert page.blocks == ()
    assert [skeleton.source for skeleton in page.skeletons] == ["x = _____"]
    assert page.divs == ()


def test_error_and_warning_belong_to_their_block():
    page = reader.read("```python\n1 / 0\n```\n\n```warning\nw\n```\n\n```error\nE: e\n```\n")
    (block,) = page.blocks
    assert [part.kind for part in block.recorded] == ["warning", "error"]
    assert block.expects_error


def test_figures_alt_texts_and_classes():
    text = """
```python
plot()
```

![A *caption*](fig/a.png){.cell-output alt="it’s a 'line'"}

![Other
words](fig/b.svg){alt='two
lines'}

Text with ![c](fig/c.png) inside.
"""
    page = reader.read(text)
    (drawn,) = page.blocks[0].figures
    assert (drawn.source, drawn.caption, drawn.alt) == ("fig/a.png", "A *caption*", "it’s a 'line'")
    other, inside = page.figures
    assert (other.alt, other.caption, other.alone) == ("two lines", "Other words", True)
    assert (inside.alt, inside.alone) == (None, False)


def test_directives_belong_to_their_block():
    text = """
```python
train()
```

<!-- tolerance: 0.02, because machines differ -->
<!-- figure-tolerance: 0.01, because machines differ -->
<!-- timeout: 90 -->

```output
0.5
```
"""
    (block,) = reader.read(text).blocks
    assert (block.tolerance, block.figure_tolerance, block.timeout) == (0.02, 0.01, 90)
    assert block.directive_lines["tolerance"] == 6
    assert block.recorded[0].text == "0.5"


def test_claims_know_their_sentence_and_the_block_above():
    text = """
```python
x = 5
```

There are **5** of
them. <!-- claim: str(x) -->

- in a list, 6 <!-- claim "6": x + 1 ==
  6 -->
"""
    first, second = reader.read(text).claims
    assert (first.expression, first.words) == ("str(x)", None)
    assert first.sentence == "There are **5** of them."
    assert (second.expression, second.words) == ("x + 1 == 6", "6")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("7", True),
        ("0.6", False),
        ("0.66", True),
        ("66", False),
        ("of 7 things", True),
        ("", False),
    ],
)
def test_words_are_found_between_borders(words, found):
    assert reader.contains("0.66 of 7 things.", words) is found


def test_line_endings_of_windows_are_read():
    page = reader.read(NESTED.replace("\n", "\r\n"))
    assert [block.first_line for block in page.blocks] == [11, 24, 28]
    assert page.blocks[0].source == "x = 1\nprint(x)"


@pytest.mark.parametrize("text", ["> - <?\n> ", ">1. <?\n> "])
def test_a_last_line_that_does_not_end_stops_nothing(text):
    assert reader.read("# A\n\n" + text).headings[0].text == "A"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a\n\n::: challenge\n\ntext\n", 3, "never closed"),
        ("a\n\n:::\n", 3, "never opened"),
        ("- ::: hint\n  a\n\n:::\n", 1, "opened in a list item"),
        ("```python\nx = 1\n", 1, "never closed"),
        (">\t```python\n>\tx = 1\n>\t```\n", 3, "write blanks instead"),
        ("~~~bash\nls\n", 1, "never closed"),
        ("::: hint\n```python\nx\n:::\n", 2, "never closed"),
        ("---\ntitle: [\n---\n", 2, "not YAML"),
        ("---\n- a\n---\n", 1, "needs lines such as"),
        ("<!-- tolerance: 0.1, because -->\n", 1, "directly below a block"),
        ("```python\n1\n```\n\n<!-- tolerance: much, because -->\n", 5, "needs a number"),
        ("```python\n1\n```\n\n<!-- tolerance: 0.1 -->\n", 5, "say why"),
        ("```python\n1\n```\n\n<!-- tolerence: 0.1, because -->\n", 5, "did you mean 'tolerance'"),
        ("<!-- claim: 1 -->\n", 1, "directly below the sentence"),
        ("text\n<!-- claim: 1 + -->\n", 2, "not a Python expression"),
        ('text\n<!-- claim "other": True -->\n', 2, 'no longer says "other"'),
        ("text ![a](b.png){.cell-output alt='c'}\n", 1, "stands alone"),
        # what other tools would read in another way, or a reader would trip over
        ("a\nb \0\n", 2, "the code 0"),
        ("\ufeff---\ntitle: a\n---\n", 1, "byte-order mark"),
        ("a\nb\rc\n", 2, "carriage return"),
        ("a\n\n<!-- claim: x\n\n```python\n1\n```\n", 3, "never closed"),
        ("a\n\n```python\nx = '```\n", 3, "never closed"),
        ("```python\nx\n~~~\n", 1, "never closed"),
        ("````python\nx\n```\n", 1, "never closed"),
        ("```python\nx\n```\n\n```error\na\n```\n\n```error\nb\n```\n", 9, "at most"),
        ("- " * 12 + "a\n", 1, "too deep"),
        ("---\ndate: 2026-13-45\n---\n", 2, "not YAML"),
        ("---\na: !!int ''\n---\n", 2, "not YAML"),
        ("---\na: !!bool maybe\n---\n", 2, "not YAML"),
        ("---\na: !!timestamp x\n---\n", 2, "not YAML"),
        (f"---\na: {'[' * 2000 + ']' * 2000}\n---\n", 2, "not YAML"),
        (f"text\n<!-- claim: {'(' * 500} -->\n", 2, "not a Python expression"),
    ],
)
def test_bad_input_is_refused_with_its_line(text, line, words):
    with pytest.raises(LessonError) as caught:
        reader.read(text, "episodes/x.md")
    assert str(caught.value).startswith(f"episodes/x.md:{line}: ")
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("::: chalenge\n:::\n", 1, "did you mean 'challenge'"),
        ("::: mystery\n:::\n", 1, "not a div of the Workbench"),
        ("::: {#only-id}\n:::\n", 1, "not a div"),
        ("text\n\n```output\n1\n```\n", 3, "belongs to no block"),
        (
            "~~~\nx = 1\n~~~\n{: .language-python}\n",
            1,
            "this block is not run: its language, python",
        ),
    ],
)
def test_what_is_odd_is_read_and_noted_with_its_line(text, line, words):
    (oddity,) = reader.read(text).oddities
    assert oddity.line == line and words in oddity.message


def seconds_for(line):
    """Time of the processor that it takes to read a page with a line, as text and as code."""
    start = time.process_time()
    reader.read(f"a\n\n{line}\n\nb\n\n```python\n{line}\n```\n")
    return time.process_time() - start


@pytest.mark.parametrize("parts", [("", ":"), ("::: ", " "), ("a", "`")])
def test_a_very_long_line_takes_no_longer_than_its_length(parts):
    """Four times as long, about four times the time, and not sixteen."""
    begin, repeated = parts
    short, long = (seconds_for(f"{begin}{repeated * n}!") for n in (25_000, 100_000))
    assert long < 8 * short + 1


def test_code_may_end_like_a_fence():
    (block,) = reader.read("> ````python\n> x = 3  # ```\n> ````\n").blocks
    assert (block.source, block.prefix) == ("x = 3  # ```", "> ")


def test_a_file_that_is_not_utf8_is_refused_with_its_line(tmp_path):
    path = tmp_path / "x.md"
    path.write_bytes(b"one\ntwo \xff\n")
    with pytest.raises(LessonError, match="x.md:2: is not UTF-8"):
        reader.read_file(path)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(LessonError, match="cannot be read"):
        reader.read_file(tmp_path / "none.md")
