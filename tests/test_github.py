"""What GitHub reads besides workflows: forms, updates, reviewers. And what must be filled in."""

import json
import re
import runpy
import subprocess

import jsonschema
import pytest
import yaml
from the_lesson import ROOT

GITHUB = ROOT / ".github"
FORMS = sorted(set(GITHUB.glob("ISSUE_TEMPLATE/*.yml")) - {GITHUB / "ISSUE_TEMPLATE/config.yml"})


def keys(needed=(), /, **allowed):
    """A JSON schema: an object with these keys and no others."""
    return {
        "type": "object",
        "properties": allowed,
        "required": list(needed),
        "additionalProperties": False,
    }


def many(item):
    """A JSON schema: a list of at least one item."""
    return {"type": "array", "items": item, "minItems": 1}


TEXT = {"type": "string", "minLength": 1}
SWITCH = {"type": "boolean"}
SAID = {"label": TEXT, "description": TEXT}
# docs.github.com: "Syntax for GitHub's form schema"
ATTRIBUTES = {
    "markdown": keys(["value"], value=TEXT),
    "textarea": keys(["label"], **SAID, placeholder=TEXT, value=TEXT, render=TEXT),
    "input": keys(["label"], **SAID, placeholder=TEXT, value=TEXT),
    "dropdown": keys(
        ["label", "options"],
        **SAID,
        multiple=SWITCH,
        options={**many(TEXT), "uniqueItems": True},
        default={"type": "integer"},
    ),
    "checkboxes": keys(
        ["label", "options"], **SAID, options=many(keys(["label"], label=TEXT, required=SWITCH))
    ),
}
ELEMENTS = [
    keys(
        ["type", "attributes"],
        type={"const": kind},
        attributes=attributes,
        **({} if kind == "markdown" else {"id": {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"}}),
        **({} if kind in ("markdown", "checkboxes") else {"validations": keys(required=SWITCH)}),
    )
    for kind, attributes in ATTRIBUTES.items()
]
FORM = keys(
    ["name", "description", "body"],
    name=TEXT,
    description=TEXT,
    title=TEXT,
    labels=many(TEXT),
    assignees=many(TEXT),
    projects=many(TEXT),
    type=TEXT,
    body=many({"oneOf": ELEMENTS}),
)
CHOOSER = keys(
    blank_issues_enabled=SWITCH,
    contact_links=many(keys(["name", "url", "about"], name=TEXT, url=TEXT, about=TEXT)),
)
# docs.github.com: "Dependabot options reference", as far as we use it
UPDATE = keys(
    ["package-ecosystem", "directory", "schedule"],
    **{"package-ecosystem": TEXT, "directory": TEXT},
    schedule=keys(["interval"], interval={"enum": ["daily", "weekly", "monthly"]}),
    cooldown=keys(**{"default-days": {"type": "integer"}}),
    groups={"additionalProperties": keys(["patterns"], patterns=many(TEXT))},
)
UPDATES = keys(["version", "updates"], version={"const": 2}, updates=many(UPDATE))


def loaded(name):
    return yaml.safe_load((GITHUB / name).read_text("utf-8"))


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_a_form_has_only_keys_that_github_knows(path):
    form = yaml.safe_load(path.read_text("utf-8"))
    jsonschema.validate(form, FORM)
    asked = [element for element in form["body"] if element["type"] != "markdown"]
    assert asked and all("id" in element for element in asked)
    labels = [element["attributes"]["label"] for element in asked]
    names = [element["id"] for element in asked]
    assert len(set(labels)) == len(labels) and len(set(names)) == len(names)


@pytest.mark.parametrize(
    "change",
    [
        lambda form: form.update(about="what the older templates have"),
        lambda form: form.pop("description"),
        lambda form: form["body"][1].update(type="text"),
        lambda form: form["body"][1]["attributes"].update(options=["a"]),
        lambda form: form["body"][1].pop("attributes"),
        lambda form: form["body"][0].update(validations={"required": True}),
    ],
)
def test_a_form_that_github_would_refuse_is_refused_here(change):
    form = loaded("ISSUE_TEMPLATE/typo.yml")
    change(form)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(form, FORM)


def test_there_is_a_form_for_each_reason_to_write():
    assert [path.stem for path in FORMS] == ["does-not-run", "taught", "typo"]
    assert len({loaded(f"ISSUE_TEMPLATE/{path.name}")["name"] for path in FORMS}) == 3
    jsonschema.validate(loaded("ISSUE_TEMPLATE/config.yml"), CHOOSER)


def test_pages_that_forms_link_to_are_there():
    site = yaml.safe_load((ROOT / "config.yaml").read_text("utf-8"))["url"]
    text = "".join(path.read_text("utf-8") for path in GITHUB.glob("ISSUE_TEMPLATE/*.yml"))
    pages = re.findall(re.escape(site) + r"/([\w/-]+)\.html(?:#([\w-]+))?", text)
    assert len(pages) == 2
    for name, place in pages:
        page = (ROOT / f"{name}.md").read_text("utf-8")
        headings = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
        assert not place or place in [title.lower().replace(" ", "-") for title in headings]


def test_actions_are_kept_up_to_date_and_lock_files_left_to_make():
    updates = loaded("dependabot.yml")
    jsonschema.validate(updates, UPDATES)
    assert [update["package-ecosystem"] for update in updates["updates"]] == ["github-actions"]


def test_no_reviewer_is_invented():
    lines = (GITHUB / "CODEOWNERS").read_text("utf-8").splitlines()
    named = {word for line in lines if not line.startswith("#") for word in line.split()[1:]}
    assert "@OWNER" not in named, "the example was taken in without a name"


# ---- releases


@pytest.fixture
def release():
    """What tools/release.py defines."""
    return runpy.run_path(str(ROOT / "tools" / "release.py"))["main"].__globals__


def test_zenodo_is_told_what_the_citation_says():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    zenodo = json.loads((ROOT / ".zenodo.json").read_text("utf-8"))
    assert zenodo["title"] == citation["title"]
    assert zenodo["description"] == citation["abstract"].strip()
    assert zenodo["keywords"] == citation["keywords"]
    names = [person.get("name") or named(person) for person in citation["authors"]]
    assert [person["name"] for person in zenodo["creators"]] == names
    assert zenodo["license"] in [name.lower() for name in citation["license"]]  # it takes one


def named(person):
    """A person's name as Zenodo writes it."""
    return f"{person['family-names']}, {person['given-names']}"


def test_the_changelog_begins_with_the_version_of_the_citation(release):
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert release["sections"]()[0][:2] == (citation["version"], str(citation["date-released"]))
    assert "changelog" not in " ".join(release["problems"]("v0.0.0"))


def test_a_wrong_tag_is_refused_and_so_is_what_is_not_filled_in(release, monkeypatch, capsys):
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    monkeypatch.setitem(release, "stand_ins", lambda: {"Homo sapiens": ["a"]})
    texts = {
        "CITATION.cff": "version: 2.0.0\ndate-released: 2027-03-01\n",
        "CHANGELOG.markdown": "# C\n\n## 1.0.0 (2027-02-01)\n\n- x\n",
        "a": "by Homo sapiens\n\n## Before you publish\n\nHomo sapiens\n",
    }
    monkeypatch.setitem(release, "read", texts.get)
    assert release["main"]("v1.0.0") == 1
    assert len(capsys.readouterr().err.splitlines()) == 4
    texts["CITATION.cff"] = texts["CITATION.cff"].replace("2.0.0", "1.0.0").replace("-03-", "-02-")
    assert release["problems"]("v1.0.0") == ["a still has Homo sapiens."]
    texts["a"] = texts["a"].removeprefix("by Homo sapiens")
    assert release["problems"]("v1.0.0") == []


def test_a_release_has_the_lesson_and_the_notes_of_its_version(release, monkeypatch, tmp_path):
    monkeypatch.setitem(release, "ROOT", tmp_path)
    monkeypatch.setitem(release, "problems", lambda tag: [])
    (tmp_path / "_site").mkdir()
    (tmp_path / "_site" / "lesson.zip").write_bytes(b"all")
    log = "# C\n\n## 1.1.0 (2027-02-01)\n\n- new\n\n## 1.0.0 (2027-01-01)\n\n- old\n"
    (tmp_path / "CHANGELOG.markdown").write_text(log, "utf-8")
    assert release["main"]("v1.1.0") == 0
    made = {path.name: path.read_bytes() for path in (tmp_path / "build" / "release").iterdir()}
    assert made == {"image-classification-cnn-1.1.0.zip": b"all", "notes.md": b"- new\n"}


@pytest.mark.parametrize("repository", ["", "carpentries-incubator/image-classification-cnn"])
def test_addresses_are_in_the_way_only_of_a_repository_that_is_elsewhere(
    release, monkeypatch, repository
):
    monkeypatch.setenv("GITHUB_REPOSITORY", repository)
    assert [word for word in release["stand_ins"]() if "/" in word] == []
    monkeypatch.setenv("GITHUB_REPOSITORY", "somebody/lesson")
    assert len([word for word in release["stand_ins"]() if "/" in word]) == 2


def test_owners_are_told_what_has_never_been_run():
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    listing = re.split(r"^## ", text.partition("\n## Before you publish\n")[2], flags=re.MULTILINE)[
        0
    ]
    told = listing.partition("**What has never been run.**")[2]
    for word in ("GitHub", "Windows", "macOS", "conda", "Colab", "Zenodo", "CIFAR-10"):
        assert word in told


def test_every_place_that_is_to_be_filled_in_is_listed(release, monkeypatch):
    monkeypatch.setenv("GITHUB_REPOSITORY", "somebody/lesson")
    listed = release["stand_ins"]()
    assert len(listed) == 5
    for word, files in listed.items():
        command = ["git", "grep", "-lIF", word, "--", ":!tests", ":!engine/tests"]
        found = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8").stdout
        found = [name for name in found.splitlines() if word in release["unlisted"](name)]
        assert set(found) <= set(files), f"CONTRIBUTING.md, Before you publish: {word}"
        assert all((ROOT / name).is_file() for name in files)
