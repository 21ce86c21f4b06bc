"""Where Google Colab opens a notebook: it takes them from a branch of a repository on GitHub."""

import re
from urllib.parse import quote

from lesson_engine.core import exporter
from lesson_engine.core.errors import LessonError
from lesson_engine.core.lesson import Lesson

REPOSITORY = re.compile(r"https://github\.com/([^/\s]+/[^/\s]+?)(?:\.git)?/?")


def address(lesson: Lesson, episode: str) -> str:
    """The address that opens an episode's exercise notebook there; "" if the lesson wants none.

    Args:
        lesson: the lesson; `colab_branch` is where its notebooks are published.
        episode: its name, such as "05-fit-cnn".

    Raises: LessonError if config.yaml names no repository on GitHub.
    """
    if not lesson.colab_branch:
        return ""
    repository = REPOSITORY.fullmatch(str(lesson.config.get("source", "")))
    if repository is None:
        message = "colab_branch in pyproject.toml needs `source:`, a repository on github.com"
        raise LessonError("config.yaml", None, message)
    name = quote(exporter.notebook_name(episode, "exercises"))
    branch = quote(lesson.colab_branch)
    return f"https://colab.research.google.com/github/{repository[1]}/blob/{branch}/{name}"
