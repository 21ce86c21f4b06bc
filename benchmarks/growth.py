"""How the time of build and check grows with the number of episodes: python benchmarks/growth.py

Lessons of 1, 7, 28 and 112 equal episodes, each with twelve blocks, a challenge and a figure.
"""

import shutil
import tempfile
from pathlib import Path

from common import save, seconds_of

NUMBERS = (1, 7, 28, 112)
HEAD = """\
---
title: Episode {number}
teaching: 5
exercises: 5
---

::: questions
- What?
:::

::: objectives
- That.
:::

## Begin {number}

```python
import matplotlib.pyplot as plt
plt.plot([1, {number}])
plt.show()
```

![A line.](fig/{number:03}_line.png){{.cell-output alt='a line'}}
"""
SECTION = """
## Part {part} of {number}

Some words about a sum, and some more of them, so that there is something to read.

::: challenge

### How much is it ({part})?

::: solution

```python
total = {number} + {part}
print("total:", total)
```

```output
total: {total}
```

:::
:::
"""
TAIL = "\n::: keypoints\n- Done.\n:::\n"


def main():
    lines = [
        f"{'episodes':>9}{'build, s':>10}{'no change':>11}{'check':>8}{'again':>8}  s an episode"
    ]
    for number in NUMBERS:
        with tempfile.TemporaryDirectory() as folder:
            lesson = write_lesson(Path(folder) / "lesson", number)
            seconds_of(lesson, "record")  # the figures
            shutil.rmtree(lesson / "build")
            times = [
                seconds_of(lesson, command) for command in ("build", "build", "check", "check")
            ]
        each = ", ".join(f"{seconds / number:.2f}" for seconds in times)
        shown = "{:10.1f}{:11.1f}{:8.1f}{:8.1f}".format(*times)
        lines.append(f"{number:9}{shown}  {each}")
        print(lines[-1], flush=True)
    save("growth", lines)


def write_lesson(folder, number):
    """A lesson of so many episodes; gives its folder."""
    (folder / "episodes" / "fig").mkdir(parents=True)
    (folder / "config.yaml").write_text("title: Synthetic\n", "utf-8")
    (folder / "index.md").write_text("---\ntitle: Home\n---\n\nWelcome.\n", "utf-8")
    (folder / "pyproject.toml").write_text("[tool.lesson]\nindependent_episodes = true\n", "utf-8")
    for n in range(1, number + 1):
        parts = [SECTION.format(number=n, part=part, total=n + part) for part in range(1, 12)]
        text = HEAD.format(number=n) + "".join(parts) + TAIL
        (folder / "episodes" / f"{n:03}-synthetic.md").write_text(text, "utf-8")
    return folder


if __name__ == "__main__":
    main()
