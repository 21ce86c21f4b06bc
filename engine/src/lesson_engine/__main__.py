"""`python -m lesson_engine` is `lesson`."""

import sys

from lesson_engine.cli import program

sys.exit(program())
