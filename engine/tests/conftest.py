"""What the engine's tests share: see small_lessons.py."""

from small_lessons import (  # noqa: F401
    lesson_command,
    make_lesson,
    old,
    pytest_collection_modifyitems,
)

collect_ignore = ["lessons"]  # test_other_lessons.py runs them, stale outputs and all
