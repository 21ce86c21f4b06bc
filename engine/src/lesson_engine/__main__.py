"""`python -m lesson_engine` is `lesson`."""

import sys

from lesson_engine.cli import main

sys.exit(main())
