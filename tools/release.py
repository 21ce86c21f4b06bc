"""The files of a release, in build/release/: the lesson as one zip file, and the notes.

    make release TAG=v0.2.0

It refuses a tag that CITATION.cff or the changelog doesn't agree with, and a lesson in which
something is still to be filled in: what Zenodo has archived can't be taken back.
"""

import os
import re
import shutil
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
SECTION = re.compile(r"^## (\S+) \((\d{4}-\d\d-\d\d)\)\n(.*?)(?=^## |\Z)", re.DOTALL | re.MULTILINE)
LISTING = re.compile(r"^## Before you publish\n.*?(?=^## |\Z)", re.DOTALL | re.MULTILINE)


def main(tag):
    """Write the files for a tag; returns 0, or 1 after saying what stands in the way."""
    found = problems(tag)
    if found:
        print("\n".join([f"no release of {tag or 'nothing'} yet:", *found]), file=sys.stderr)
        return 1
    place = ROOT / "build" / "release"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    name = f"image-classification-cnn-{tag.removeprefix('v')}.zip"
    shutil.copyfile(ROOT / "_site" / "lesson.zip", place / name)
    (place / "notes.md").write_text(sections()[0][2].strip() + "\n", "utf-8")
    print(f"build/release/ has {name} and notes.md")
    return 0


def problems(tag):
    """What stands in the way of a release; list of sentences."""
    citation = yaml.safe_load(read("CITATION.cff"))
    version, date, _ = sections()[0]
    found = []
    if tag != f"v{citation['version']}":
        found.append(
            f"CITATION.cff has version {citation['version']}, so the tag would be another."
        )
    if (version, date) != (citation["version"], str(citation["date-released"])):
        found.append(
            f"The newest section of the changelog is {version} of {date}, and CITATION.cff has "
            f"{citation['version']} of {citation['date-released']}."
        )
    for word, files in stand_ins().items():
        found += [f"{name} still has {word}." for name in files if word in unlisted(name)]
    return found


def sections():
    """Of the changelog, newest first: tuples of version, date and text."""
    return SECTION.findall(read("CHANGELOG.markdown"))


def stand_ins():
    """What "Before you publish" lists, as far as it's to be filled in: {words: names of files}."""
    (listing,) = LISTING.findall(read("CONTRIBUTING.md"))
    rows = [re.findall("`([^`]+)`", line) for line in listing.splitlines() if line.startswith("| ")]
    listed = {words[0]: words[1:] for words in rows if words}
    here = os.environ.get("GITHUB_REPOSITORY", "")  # the addresses are right if this is the one
    owner, _, name = here.partition("/")
    right = {here, f"{owner}.github.io/{name}"} if here else {w for w in listed if "/" in w}
    return {word: files for word, files in listed.items() if word not in right}


def unlisted(name):
    """The text of a file without the list of what's to be filled in."""
    return LISTING.sub("", read(name))


def read(name):
    """The text of a file of the lesson."""
    return (ROOT / name).read_text("utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
