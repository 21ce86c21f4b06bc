"""What the engine's tests share: see small_lessons.py."""

from small_lessons import lesson_command, make_lesson  # noqa: F401

collect_ignore = ["lessons"]  # test_other_lessons.py runs them, stale outputs and all
