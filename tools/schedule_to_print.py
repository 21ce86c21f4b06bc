"""Make instructors/files/schedule.html: choose a start, and print one page per half day.

    python tools/schedule_to_print.py

It's made from the episodes and from the days in pyproject.toml, as the tables in
instructors/schedules.md are. Run it after `lesson export`; a test says when it's out of step.
"""

import re
from pathlib import Path
from string import Template

from lesson_engine.core import files, timetables
from lesson_engine.core.lesson import Lesson, find_lesson
from lesson_engine.core.markdown import markdown_parser

ROOT = Path(__file__).resolve().parents[1]
PLACE = ROOT / "instructors" / "files" / "schedule.html"
LINK = re.compile(r"\[((?:\\.|[^\]\\])*)\]\([^)\s]*\)")

PAGE = Template("""\
<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Schedule to print</title>
<link rel="icon" href="data:,">
<style>
:root { color-scheme: light dark; }
body { margin: 1rem auto; max-width: 60rem; padding: 0 1rem; font: 1rem/1.35 sans-serif; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: 0.25rem 0.5rem; border-bottom: 1px solid #8888; }
th, td { text-align: left; vertical-align: top; }
td:nth-child(-n+3) { white-space: nowrap; font-variant-numeric: tabular-nums; }
tr.pause td, tr:last-child td { font-weight: bold; }
input, button { font: inherit; padding: 0.2rem 0.4rem; }
@media print {
  @page { size: A4; margin: 12mm; }
  :root { color-scheme: light; }
  body { margin: 0; max-width: none; padding: 0; font-size: 9.5pt; line-height: 1.25; }
  .on-screen { display: none; }
  .scroll { overflow: visible; }
  section { break-after: page; }
  section:last-of-type { break-after: auto; }
  h2 { margin: 0 0 0.4rem; }
  td, th { padding: 0.13rem 0.4rem; }
}
</style>
</head>
<body>
<main>
<h1 class="on-screen">$lesson: schedule to print</h1>
<p class="on-screen">Choose when each half day starts, and print: each is on a page of its own.
<button type="button" id="print">Print</button></p>
$days
</main>
<script>
"use strict";
const minutes = (text) => text.split(":").reduce((sum, part) => 60 * sum + Number(part), 0);
const clock = (value) => [Math.floor(value / 60) % 24, value % 60]
  .map((part) => String(part).padStart(2, "0")).join(":");
for (const day of document.querySelectorAll("section")) {
  const input = day.querySelector("input");
  const planned = minutes(input.value);
  const times = [...day.querySelectorAll("td:nth-child(-n+2)")]
    .map((cell) => [cell, minutes(cell.textContent)]);
  input.addEventListener("input", () => {
    if (!input.value) return;
    const later = minutes(input.value) - planned;
    for (const [cell, time] of times) cell.textContent = clock(time + later + 1440);
  });
}
document.getElementById("print").addEventListener("click", () => window.print());
</script>
</body>
</html>
""")

DAY = Template("""\
<section>
<h2>$title</h2>
<p class="on-screen"><label>Start <input type="time" value="$start" required></label></p>
<div class="scroll">
$table
</div>
</section>""")


def made(lesson: Lesson) -> str:
    """The content of the file.

    Args:
        lesson: the lesson, of which one day's table at least is made.
    """
    episodes = timetables.timed_episodes(lesson)
    text = timetables.each_day(lesson, episodes, PLACE.parent)
    tables = [part.partition("\n\n")[2] for part in re.split(r"^## ", text, flags=re.M)[1:]]
    days = [
        DAY.substitute(title=day.title, start=timetables.clock(day.start), table=as_html(table))
        for day, table in zip(lesson.days, tables, strict=True)
    ]
    return PAGE.substitute(lesson=lesson.config["title"], days="\n".join(days))


def as_html(table: str) -> str:
    """A table of Markdown as HTML, without its links; what is no episode stands out."""
    html = markdown_parser().render(LINK.sub(r"\1", table)).strip()
    rows = [
        row if "Episode " in row or "<th" in row else row.replace("<tr>", '<tr class="pause">')
        for row in html.split("</tr>")
    ]
    return re.sub(r' style="text-align:\w+"', "", "</tr>".join(rows))


if __name__ == "__main__":
    changed = files.write_all({PLACE: made(find_lesson(ROOT))})
    print(*(f"wrote {path.relative_to(ROOT)}" for path in changed), sep="\n")
