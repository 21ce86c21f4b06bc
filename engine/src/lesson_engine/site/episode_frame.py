"""What stands around an episode's text: its times and files above, how it was recorded below."""

from dataclasses import replace

from docutils import nodes

from lesson_engine.core import exporter, provenance, settings

ZIP = "lesson.zip"  # everything in one file, at the top of the site
LONG = 5  # seconds: a block that took less is not worth a remark


def in_words(seconds):
    """A time as people say it: "40 s", "1 min 15 s"."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def look_up_notes(env, page):
    """Have noted_blocks at hand while Sphinx reads a page.

    Args:
        env: Sphinx's, while it reads the page.
        page: the same page as an Episode.
    """
    lesson = settings.find(env.srcdir)
    path = lesson.root / f"{env.docname}.md"
    noted = env.temp_data["lesson_noted"] = []
    if path in lesson.episode_paths():
        env.note_dependency(str(provenance.path_of(path.stem, lesson)))
        noted += provenance.of_blocks(replace(page, path=path), lesson)


def noted_blocks(env):
    """What was noted of each block of the page that Sphinx reads; [] if it is no episode."""
    return env.temp_data["lesson_noted"]


def seconds_of(noted):
    """Seconds that the blocks worth waiting for took, together."""
    return sum(block["seconds"] for block in noted if block and block["seconds"] >= LONG)


def machines_of(noted):
    """The machines on which blocks were recorded, in words."""
    return {block["environment"]["machine"] for block in noted if block and block["environment"]}


def times(metadata, noted):
    """The line below the title.

    Args:
        metadata: front matter of the page.
        noted: from noted_blocks.

    Returns: paragraph.
    """
    text = f"Teaching: {metadata['teaching']} min · Exercises: {metadata['exercises']} min"
    if seconds_of(noted):
        text += f" · Computing time in our run: {in_words(seconds_of(noted))}"
    return nodes.paragraph("", text, classes=["lesson-times"])


def files(name, root):
    """Links to an episode's notebooks and script.

    Args:
        name: the episode's name, such as "05-fit-cnn".
        root: address of the site's top as seen from the page.

    Returns: paragraph.
    """
    script, notebooks = exporter.script_name(name), f"{root}notebooks"
    targets = {
        "Exercise notebook": f"{notebooks}/{exporter.notebook_name(name, 'exercises')}",
        "Solution notebook": f"{notebooks}/{exporter.notebook_name(name, 'solutions')}",
        "Script": f"{root}scripts/{script}",
    }
    line = nodes.paragraph("", "Downloads: ", classes=["lesson-files"])
    for place, (text, target) in enumerate(targets.items()):
        line += nodes.Text(" · " if place else "")
        link = nodes.reference("", text, refuri=target, internal=True)
        line += link
    return line


def whole_lesson(root):
    """The home page's link to everything in one file. Args and returns: as files."""
    line = nodes.paragraph("", classes=["lesson-files"])
    line += nodes.reference(
        "", "The whole lesson as one file", refuri=f"{root}{ZIP}", internal=True
    )
    line += nodes.Text(": notebooks, scripts, data and these pages, for a place without a network.")
    return line


def recording(noted):
    """When, where and with what the outputs were made; None if nothing was recorded.

    Args:
        noted: from noted_blocks.

    Returns: paragraph.
    """
    environments = [block["environment"] for block in noted if block and block["environment"]]
    if not environments:
        return None
    newest = max(environments, key=lambda environment: environment["date"])
    versions = [
        f"{name} {version}"
        for name, version in newest.items()
        if name not in ("date", "machine", "python")
    ]
    text = (
        "The outputs on this page were produced by running its code, most recently on "
        f"{newest['date']}, with Python {newest['python']}, {', '.join(versions)}, "
        f"on {newest['machine']}."
    )
    return nodes.paragraph("", text, classes=["lesson-provenance"])
