"""`python -m lesson_engine` is `lesson`."""

import sys

from lesson_engine.command_line import main

sys.exit(main())
