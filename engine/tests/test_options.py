"""What is wrong in [tool.lesson], in config.yaml or in a call is said in a sentence."""

import pytest
from small_lessons import PAGE

from lesson_engine.core.errors import LessonError
from lesson_engine.core.lesson import Lesson, find_lesson
from lesson_engine.core.options import Options

DAY = '[[tool.lesson.days]]\ntitle = "Day 1"\nstart = "09:00"\nplan = ["01-small.md"]\n'


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('timeout = "600"', "timeout is a number of seconds, such as 600; it says '600'"),
        ("timeout = 0", "timeout is a number of seconds"),
        ("timeout = true", "timeout is a number of seconds"),
        ("largest_tolerance = -1", "largest_tolerance is a number, such as 0.05"),
        ('data_words = "cat"', 'data_words is a list of text, such as ["cat", "dog"]'),
        ("data_words = [1]", "data_words is a list of text"),
        ("data_source = 3", "data_source is the path of a Python file"),
        ('environment = ["A"]', "environment is a table of text"),
        ("environment = { A = 1 }", "environment is a table of text"),
        ('independent_episodes = "false"', "independent_episodes is true or false"),
        ("longest_stretch = 2.5", "longest_stretch is a number of words"),
        ('script_start = "a\\nb"', "script_start is one line of code"),
        ('colab_branch = "a b"', 'colab_branch is the name of a branch, such as "notebooks"'),
        ("sanitise = { '(' = 'x' }", "sanitise: '(' is not a regular expression"),
        ("given = { '(' = 'x' }", "given: '(' is not a regular expression"),
        ("days = 3", "days is written as tables"),
        ("colour = 1", "'colour' is not known; there are rules, timeout"),
        (DAY.replace('"09:00"', "9"), "start of day 1 of days is a time"),
        (DAY.replace('["01-small.md"]', "[]"), "plan of day 1 of days is a list of episodes"),
        (DAY + "room = 1\n", "'room' of day 1 of days is not known"),
    ],
)
def test_an_option_of_another_kind_is_explained(make_lesson, line, words):
    with pytest.raises(LessonError) as raised:
        make_lesson(options=line)
    assert str(raised.value).startswith("pyproject.toml: [tool.lesson]: ")
    assert words in str(raised.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- a\n- b\n", "config.yaml:1: needs lines such as 'title: …'"),
        ("title: x\nepisodes: 01-small.md\n", "'episodes:' is a list of file names"),
        ("title: x\nlearners:\n- 3\n", "'learners:' is a list of file names; it says [3]"),
        ("title: [\n", "is not YAML"),
    ],
)
def test_a_config_of_another_shape_is_explained(make_lesson, tmp_path, text, words):
    make_lesson()
    (tmp_path / "config.yaml").write_text(text, "utf-8")
    with pytest.raises(LessonError) as raised:
        find_lesson(tmp_path)
    assert words in str(raised.value)


def test_every_option_is_a_choice_of_the_lesson(make_lesson):
    """Whatever can be written has its place in Lesson, with the same default."""
    chosen = make_lesson(options='rules = "workbench"')
    for name in Options.__struct_fields__:
        assert getattr(chosen, name) == getattr(Lesson(chosen.root, {}), name)


@pytest.mark.parametrize("jobs", ["0", "-1", "two", "1.5"])
def test_a_number_of_jobs_is_whole_and_at_least_one(make_lesson, lesson_command, jobs):
    make_lesson(PAGE, options="independent_episodes = true")
    done = lesson_command("check", "--jobs", jobs)
    assert done.returncode == 2
    assert f"{jobs!r} is not a whole number from 1" in done.stderr


def test_the_version_is_said(lesson_command):
    done = lesson_command("--version")
    assert done.returncode == 0 and done.stdout.startswith("lesson-engine 0.")
