"""The recorder: it changes what no longer agrees, nothing else, and never half."""

import base64
import io
import os
import sys

import pytest
from nbformat import v4
from PIL import Image
from small_lessons import PAGE

from lesson_engine.core import comparer, files, notebook, provenance, reader, recorder
from lesson_engine.core.errors import LessonError

DRAWING = """
```python
import matplotlib.pyplot as plt
plt.plot([1, 2])
plt.show()
```

![A line.](fig/01_line.png){.cell-output alt='a rising line'}
"""


def recording(text, *outputs, rules=None, rewrite=False):
    """What a recording changes, the text's blocks having given these lists of outputs."""
    page = reader.read(text, "episodes/x.md")
    pairs = zip(notebook.cells_of(page), outputs, strict=True)
    runs = [notebook.CellRun(cell, fresh, 0.0) for cell, fresh in pairs]
    return recorder.record(page, runs, rules or comparer.Rules(), rewrite)


def printed(text, name="stdout"):
    return [v4.new_output("stream", name=name, text=text)]


def test_an_output_that_agrees_keeps_every_byte():
    text = (
        "a\r\n\r\n```python\r\nx\r\n```\r\n\r\n```output\r\n<a object at 0x7f3b1e> 1.0\r\n```\r\n"
    )
    assert recording(text, printed("<a object at 0x8c4d2f> 1.0\n")).text == text


def test_an_output_is_replaced_in_its_place():
    text = "a\n\n```python\nx\n```\n\n```output\n1\n```\n\nb\n"
    assert recording(text, printed("2\n3\n")).text == text.replace("1\n```\n\nb", "2\n3\n```\n\nb")


def test_outputs_are_added_below_the_block_and_its_directives():
    text = "```python\nx\n```\n\n<!-- tolerance: 0.1,\n     because -->\n\nb\n"
    fresh = [*printed("1\n"), *printed("w\n", "stderr")]
    expected = text.replace(
        "because -->\n", "because -->\n\n```output\n1\n```\n\n```warning\nw\n```\n"
    )
    assert recording(text, fresh).text == expected


def test_an_output_that_is_gone_is_removed_with_its_empty_line():
    text = "```python\nx\n```\n\n```output\n1\n```\n\nb\n"
    assert recording(text, []).text == "```python\nx\n```\n\nb\n"


def test_lists_and_quotations_keep_their_prefix():
    text = "- a\n\n  ```python\n  x\n  ```\n\n> ```python\n> y\n> ```\n"
    result = recording(text, printed("1\n\n2\n"), printed("3\n")).text
    assert "\n\n  ```output\n  1\n\n  2\n  ```\n" in result
    assert "> ```\n>\n> ```output\n> 3\n> ```\n" in result
    assert len(reader.read(result).blocks[0].recorded) == 1
    assert len(reader.read(result).blocks[1].recorded) == 1


def test_an_output_with_a_fence_in_it_gets_a_longer_fence():
    result = recording("```python\nx\n```\n", printed("```\nno end\n"))
    (block,) = reader.read(result.text).blocks
    assert block.recorded[0].text == "```\nno end"


def test_windows_line_endings_stay():
    result = recording("a\r\n\r\n```python\r\nx\r\n```\r\n", printed("1\n")).text
    assert result.count("\r\n") == result.count("\n")


def test_a_last_line_without_its_end_gets_one_before_an_output():
    for end in ("\n", "\r\n"):
        text = end.join(["a", "", "```python", "x", "```"])
        expected = end.join([text, "", "```output", "1", "```", ""])
        assert recording(text, printed("1\n")).text == expected


def test_an_output_that_no_page_can_show_is_a_fault_with_its_line():
    result = recording("\n```python\nx\n```\n", printed("a\0b\n"))
    assert result.text == "\n```python\nx\n```\n"
    assert str(result.faults[0]).startswith("episodes/x.md:2: its output holds a character")


def test_a_figure_without_a_place_is_a_fault_with_its_line():
    picture = v4.new_output("display_data", {"image/png": "AAAA"})
    (fault,) = recording("\n```python\nx\n```\n", [picture]).faults
    assert str(fault).startswith("episodes/x.md:2: this block draws a figure; write")


def test_a_figure_that_is_no_longer_drawn_is_a_fault_with_its_line():
    text = "```python\nx\n```\n\n![c](fig/a.png){.cell-output alt='a'}\n"
    (fault,) = recording(text, []).faults
    assert str(fault).startswith("episodes/x.md:5: the block above does not draw fig/a.png")


def test_a_figure_within_its_tolerance_is_replaced_once_a_result_above_it_is(tmp_path):
    def picture(grey):
        buffer = io.BytesIO()
        Image.new("L", (8, 8), grey).save(buffer, "PNG")
        return buffer.getvalue()

    (tmp_path / "a.png").write_bytes(picture(100))
    text = (
        "```python\nx\n```\n<!-- tolerance: 0.1, because -->\n\n```output\n1.0\n```\n\n"
        "```python\ny\n```\n<!-- figure-tolerance: 0.1, because -->\n\n"
        "![A.](a.png){.cell-output alt='a'}\n"
    )
    data = {"image/png": base64.b64encode(picture(101)).decode("ascii")}
    drawn = [v4.new_output("display_data", data=data)]
    rules = comparer.Rules(figure_folder=tmp_path)
    assert recording(text, printed("1.05\n"), drawn, rules=rules).pictures == {}
    assert recording(text, printed("1.5\n"), drawn, rules=rules).pictures == {"a.png": picture(101)}
    rewritten = recording(text, printed("1.05\n"), drawn, rules=rules, rewrite=True)
    assert rewritten.pictures == {"a.png": picture(101)}


def test_recording_twice_changes_no_byte(make_lesson, lesson_command, tmp_path):
    make_lesson(PAGE.replace("total: 7\n", "total: 8\n") + DRAWING)
    first = lesson_command("record")
    assert first.returncode == 0, first.stderr
    path = tmp_path / "episodes" / "01-small.md"
    assert path.read_text("utf-8") == PAGE + DRAWING
    assert (tmp_path / "episodes" / "fig" / "01_line.png").is_file()

    before = {
        p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file() and "build" not in p.parts
    }
    second = lesson_command("record")
    after = {
        p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file() and "build" not in p.parts
    }
    assert second.returncode == 0, second.stderr
    assert after == before
    assert "wrote" not in second.stdout


def test_an_episode_edited_while_it_ran_is_not_overwritten(make_lesson, tmp_path):
    lesson = make_lesson()
    path = tmp_path / "episodes" / "01-small.md"
    page = reader.read_page(lesson, path)
    path.write_text(PAGE + "more\n", "utf-8")
    with pytest.raises(LessonError, match="was edited while it ran"):
        recorder.write(page, lesson, recorder.Recording("new"), [])
    assert path.read_text("utf-8") == PAGE + "more\n"


def test_what_was_recorded_with_what_is_noted(make_lesson, lesson_command):
    lesson = make_lesson(PAGE.replace("total: 7\n", "total: 8\n"))
    lesson_command("record")
    noted = provenance.load("01-small", lesson)
    (block,) = noted["blocks"]
    assert noted["environments"][block["environment"]]["python"] == sys.version.split()[0]
    assert block["seconds"] >= 0
    page = reader.read_page(lesson, lesson.root / "episodes" / "01-small.md")
    (found,) = provenance.of_blocks(page, lesson)
    assert found.seconds == block["seconds"] and found.environment["machine"]
    (unknown,) = provenance.of_blocks(
        reader.read(page.text.replace("3 + 4", "4 + 3"), page.path), lesson
    )
    assert unknown is None, "other code was never recorded"


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "a.md"
    path.write_text("old", "utf-8")

    def fail(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(KeyboardInterrupt):
        files.write(path, "new")
    assert path.read_text("utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]
