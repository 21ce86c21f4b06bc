"""What each page says about itself comes from config.yaml and git, and nothing is made up."""

import os
import subprocess
import sys

import pytest
from lxml import html
from small_lessons import PAGE, lesson_in

from lesson_engine.core.lesson import find_lesson
from lesson_engine.site import about

CONFIG = """\
title: Said
source: https://github.com/somebody/said
branch: trunk
contact: us@example.org
license: CC-BY 4.0
license_url: https://example.org/licence
life_cycle: pre-alpha
analytics: <script>count()</script>
disable_sidebar_numbering: true
url: https://example.org/said
"""


def lesson_with(folder, config, git=False):
    for name, text in {
        "config.yaml": config,
        "index.md": "Hello.\n",
        "episodes/01-a b.md": PAGE,
        "episodes/02-second.md": PAGE.replace("Small", "Second"),
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    if git:
        who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        day = {
            "GIT_AUTHOR_DATE": "2024-05-06T12:00:00",
            "GIT_COMMITTER_DATE": "2024-05-06T12:00:00",
        }
        for command in (["init", "-q"], ["add", "."], [*who, "commit", "-qm", "all"]):
            subprocess.run(["git", *command], cwd=folder, check=True, env={**os.environ, **day})
    return find_lesson(folder)


def test_links_lead_to_the_file_of_the_page(tmp_path):
    lesson = lesson_with(tmp_path, CONFIG)
    found = {link.kind: link.address for link in about.links(lesson, "episodes/01-a b")}
    assert found == {
        "edit": "https://github.com/somebody/said/edit/trunk/episodes/01-a%20b.md",
        "source": "https://github.com/somebody/said/blob/trunk/episodes/01-a%20b.md",
        "issue": "https://github.com/somebody/said/issues/new?title=episodes%2F01-a+b%3A+",
        "contact": "mailto:us@example.org",
    }
    assert "edit" not in {link.kind for link in about.links(lesson, "aio")}  # nobody wrote it


def test_gitlab_has_other_addresses(tmp_path):
    lesson = lesson_with(tmp_path, "title: Said\nsource: https://gitlab.example.org/a/b.git\n")
    found = {link.kind: link.address for link in about.links(lesson, "index")}
    assert found["edit"] == "https://gitlab.example.org/a/b/-/edit/main/index.md"
    assert found["issue"] == "https://gitlab.example.org/a/b/-/issues/new"


def test_what_is_not_said_is_left_out(tmp_path):
    lesson = lesson_with(tmp_path, "title: Said\nlife_cycle: prototype\nanalytics: carpentries\n")
    assert about.links(lesson, "index") == []
    assert about.licence(lesson) is None and about.stage(lesson) is None
    assert about.updated(lesson, "index") == "" and about.analytics(lesson) == ""


def test_the_day_of_the_last_change_is_gits(tmp_path):
    lesson = lesson_with(tmp_path, CONFIG, git=True)
    assert about.updated(lesson, "episodes/01-a b") == "2024-05-06"
    assert about.updated(lesson, "episodes/03-new") == ""


def test_a_copy_without_its_history_does_not_know_the_day(tmp_path):
    lesson_with(tmp_path / "whole", CONFIG, git=True)
    address = (tmp_path / "whole").as_uri()
    command = ["git", "clone", "-q", "--depth", "1", address, str(tmp_path / "copy")]
    subprocess.run(command, check=True)
    assert about.updated(find_lesson(tmp_path / "copy"), "index") == ""


def test_every_page_says_it(tmp_path):
    pytest.importorskip("furo")
    lesson_with(tmp_path, CONFIG, git=True)
    code, said = lesson_in(tmp_path, "build")
    assert code == 0, said
    for view in ("", "instructor/"):
        page = html.parse(str(tmp_path / "_site" / view / "episodes/02-second.html")).getroot()
        foot = page.xpath("//div[@class='lesson-about']//a")
        assert [link.text for link in foot] == [
            *("Edit this page", "Source", "Report a problem", "Contact"),
            "Licence: CC-BY 4.0",
        ]
        assert foot[-1].get("href") == "https://example.org/licence"
        text = " ".join(page.text_content().split())
        assert "Last updated: 2024-05-06" in text
        assert "pre-alpha: a first version, not taught yet" in text
        bar = page.find(".//progress")
        assert (bar.get("value"), bar.get("max")) == ("2", "2")
        assert "Episode 2 of 2" in text
        assert page.xpath("//nav//a[text()='Second']") and "2. Second" not in text
        (icon,) = page.xpath("//link[contains(@rel, 'icon')]/@href")
        assert (tmp_path / "_site" / view / "episodes" / icon.partition("?")[0]).is_file()
        assert "<script>count()</script>" in html.tostring(page, encoding="unicode")


@pytest.mark.skipif(sys.platform == "win32", reason="the program is a script of the shell")
def test_a_repository_starts_no_program(tmp_path):
    """What a stranger's .git/config names to verify signatures is not run."""
    lesson = lesson_with(tmp_path, CONFIG, git=True)
    evil, ran = tmp_path / "evil.sh", tmp_path / "ran"
    evil.write_text(f"#!/bin/sh\ntouch '{ran}'\n", "utf-8")
    evil.chmod(0o755)

    def git(*command, text=None):
        return subprocess.check_output(["git", *command], cwd=tmp_path, input=text, text=True)

    head, _, message = git("cat-file", "commit", "HEAD").partition("\n\n")
    signed = (
        f"{head}\ngpgsig -----BEGIN PGP SIGNATURE-----\n -----END PGP SIGNATURE-----\n\n{message}"
    )
    git("reset", "--soft", git("hash-object", "-t", "commit", "-w", "--stdin", text=signed).strip())
    git("config", "gpg.program", str(evil))
    git("config", "log.showSignature", "true")
    git("log", "-1")
    assert ran.exists(), "git by itself runs it"
    ran.unlink()
    assert about.updated(lesson, "episodes/02-second") == "2024-05-06"
    assert not ran.exists()
