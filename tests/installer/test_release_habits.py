"""Workflows, hooks, templates and pages that a release leans on, each against the thing that it speaks of."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

REPO = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((REPO / ".github" / "workflows").glob("*.yml"))
FORMS = sorted(path for path in (REPO / ".github" / "ISSUE_TEMPLATE").glob("*.yml") if path.name != "config.yml")
FIELDS = {"markdown", "textarea", "input", "dropdown", "checkboxes"}


def read(path: Path) -> dict[Any, Any]:
    """Return a YAML file."""
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def commands(workflow: dict[Any, Any]) -> list[str]:
    """Return every command of a workflow."""
    return [step["run"] for job in workflow["jobs"].values() for step in job["steps"] if "run" in step]


def test_ci_runs_what_the_local_ci_runs() -> None:
    local = (REPO / ".ci" / "run").read_text(encoding="utf-8")
    assert "make test" in local
    target = re.search(r"^test:.*\n\t(.+)$", (REPO / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert target is not None
    words = target.group(1).replace("$(PYTHON)", "python").split()
    assert " ".join(words) in commands(read(REPO / ".github" / "workflows" / "ci.yml"))


def test_the_local_ci_does_nothing_else_and_can_be_started() -> None:
    path = REPO / ".ci" / "run"
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert len(lines) == 1
    assert lines[0].endswith("&& exec make test")
    assert path.read_text(encoding="utf-8").startswith("#!/usr/bin/env bash\n")
    if os.name == "posix":
        assert os.access(path, os.X_OK)


def test_ci_names_every_check_and_tries_every_python_and_system(checks: ModuleType) -> None:
    path = REPO / ".github" / "workflows" / "ci.yml"
    listed = re.search(r"^# \(([a-z, -]+)\)\.$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert listed is not None
    assert listed.group(1).split(", ") == [step.name for step in checks.all_steps()]
    job = read(path)["jobs"]["test"]
    matrix = job["strategy"]["matrix"]
    places = [(system, python) for system in matrix["os"] for python in matrix["python"]]
    places += [(entry["os"], entry["python"]) for entry in matrix["include"]]
    assert {python for _, python in places} == {"3.11", "3.12", "3.13"}
    assert {system.split("-")[0] for system, _ in places} == {"ubuntu", "windows", "macos"}
    assert [step["run"] for step in job["steps"] if "bootstrap" in step.get("run", "")] == [commands(read(path))[-1]]
    assert not [step for step in job["steps"] if step.get("continue-on-error")]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_may_read_only_and_ends_some_time(path: Path) -> None:
    workflow = read(path)
    assert workflow["permissions"] == {"contents": "read"}
    for name, job in workflow["jobs"].items():
        assert job["timeout-minutes"] <= 60, name
        for step in job["steps"]:
            assert re.fullmatch(r"actions/[\w-]+@v\d+", step.get("uses", "actions/checkout@v4")), "only GitHub's own"


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_files_that_a_workflow_names_are_there(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    named = set(re.findall(r"\b(installer/[\w.-]+|\.ci/run|CHANGELOG\.md)", text))
    assert named
    assert [name for name in named if not (REPO / name).exists()] == []


def test_the_audit_looks_at_every_pin_once_a_week() -> None:
    workflow = read(REPO / ".github" / "workflows" / "audit.yml")
    triggers = workflow[True]  # YAML 1.1 reads the key "on" so
    minute, hour, day, month, weekday = triggers["schedule"][0]["cron"].split()
    assert (day, month) == ("*", "*")
    assert minute.isdigit()
    assert hour.isdigit()
    assert weekday.isdigit()
    (audit,) = [line for line in commands(workflow) if "pip_audit" in line]
    pins = {"installer/constraints.txt", "installer/release-tools.txt"}
    assert pins <= set(audit.split())
    assert pins == set(triggers["push"]["paths"])


def test_that_the_audit_has_not_been_made_is_said_where_it_is_spoken_of() -> None:
    for name in ("SECURITY.md", ".github/workflows/audit.yml"):
        text = " ".join((REPO / name).read_text(encoding="utf-8").replace("#", " ").split())
        assert "audit" in text
        assert "not been made yet" in text or "Not run yet" in text, name


def test_every_pin_is_one_that_the_audit_can_read() -> None:
    for name in ("constraints.txt", "release-tools.txt"):
        lines = (REPO / "installer" / name).read_text(encoding="utf-8").splitlines()
        pins = [line for line in lines if line and not line.startswith("#")]
        assert [line for line in pins if not re.fullmatch(r"[a-z0-9-]+==[\w.!+-]+", line)] == []
        names = [line.partition("==")[0] for line in pins]
        assert len(names) == len(set(names)), "a package is pinned twice"


def test_a_release_tests_first_and_tries_the_frozen_program_on_each_system() -> None:
    jobs = read(REPO / ".github" / "workflows" / "release.yml")["jobs"]
    assert jobs["build"]["needs"] == "test"
    assert ".ci/run" in [step.get("run") for step in jobs["test"]["steps"]]
    systems = [entry["os"].split("-")[0] for entry in jobs["build"]["strategy"]["matrix"]["include"]]
    assert systems == ["ubuntu", "windows", "macos"]
    lines = [step.get("run", "") for step in jobs["build"]["steps"]]
    built = next(number for number, line in enumerate(lines) if "freeze.py" in line)
    tried = next(number for number, line in enumerate(lines) if "demo --no-window" in line)
    assert built < tried
    trial = "\n".join(step.get("run", "") for step in jobs["try"]["steps"])
    assert jobs["try"]["container"].startswith("debian:")
    assert "if command -v python3; then exit 1; fi" in trial, "the package must need none"
    assert {"try", "build", "wheel"} == set(jobs["draft"]["needs"])
    assert "--draft" in jobs["draft"]["steps"][-1]["run"], "a person publishes it"


def test_a_release_carries_bills_of_materials_and_checksums() -> None:
    text = (REPO / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8")
    assert "sbom.cdx.json" in text
    assert "SHA256SUMS" in text


def test_the_hooks_are_the_checks(checks: ModuleType) -> None:
    (repository,) = read(REPO / ".pre-commit-config.yaml")["repos"]
    assert repository["repo"] == "local", "nothing is fetched: the environment has the tools at their pinned versions"
    hooks = {hook["id"]: hook for hook in repository["hooks"]}
    assert list(hooks) == [step.name for step in checks.all_steps()]
    for name, hook in hooks.items():
        assert hook["entry"] == f"python installer/bootstrap.py test {name}"
        assert hook["pass_filenames"] is False


def test_quick_hooks_run_before_a_commit_and_the_others_before_a_push() -> None:
    settings = read(REPO / ".pre-commit-config.yaml")
    stages = {hook["id"]: hook.get("stages", settings["default_stages"]) for hook in settings["repos"][0]["hooks"]}
    assert {name for name, when in stages.items() if when == ["pre-commit"]} == {"lint", "format", "imports"}
    assert all(when == ["pre-push"] for name, when in stages.items() if name not in ("lint", "format", "imports"))


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_a_form_is_one_that_github_accepts(path: Path) -> None:
    form = read(path)
    assert {"name", "description", "body"} <= set(form)
    named = [field for field in form["body"] if field["type"] != "markdown"]
    assert {field["type"] for field in form["body"]} <= FIELDS
    assert len({field["id"] for field in named}) == len(named)
    assert len({field["attributes"]["label"] for field in named}) == len(named)
    assert any(field.get("validations", {}).get("required") for field in named)
    for field in named:
        if field["type"] == "dropdown":
            assert len(field["attributes"]["options"]) > 1


def test_the_forms_ask_for_what_the_program_can_tell() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in FORMS)
    for command in sorted(set(re.findall(r"`ktrdr-app ([a-z]+)", text))):
        done = subprocess.run(
            [sys.executable, "-m", "ktrdr_app", command, "--help"], capture_output=True, cwd=REPO, check=False
        )
        assert done.returncode == 0, command
    assert read(REPO / ".github" / "ISSUE_TEMPLATE" / "config.yml") == {"blank_issues_enabled": False}
    assert "SECURITY.md" in (REPO / ".github" / "ISSUE_TEMPLATE" / "bug.yml").read_text(encoding="utf-8")


def test_the_security_page_says_what_the_code_does() -> None:
    from ktrdr_app.api import security, serving
    from ktrdr_app.model_store import weights

    page = (REPO / "docs" / "explanation" / "security-model.md").read_text(encoding="utf-8")
    assert len(weights._GLOBALS) == 3
    assert "*allow-list of three*" in page
    assert f"at least {serving.SHORTEST_TOKEN} signs" in page
    assert f"limited to {security.LARGEST_BODY >> 20} MiB" in page
    assert "127.0.0.1" in security.LOOPBACK_NAMES


WATCHED = """
import sys
def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "urllib.Request"):
        sys.stderr.write(f"asked the network: {event} {arguments[1:]}\\n")
        sys.exit(99)
sys.addaudithook(refuse)
"""


@pytest.mark.parametrize("words", [["strategies", "list"], ["doctor"], ["data", "list"], ["models", "list"]])
def test_commands_connect_to_nothing(words: list[str], tmp_path: Path) -> None:
    code = f"{WATCHED}\nfrom ktrdr_app.cli.start import main\nmain({[*words, '--workspace', str(tmp_path)]})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=REPO, check=False)
    assert done.returncode != 99, done.stderr
    assert done.stdout


@pytest.mark.gui
def test_the_window_connects_to_nothing_when_it_opens(tmp_path: Path) -> None:
    code = f"{WATCHED}\nfrom ktrdr_app.gui.screenshot import screenshot\nfrom pathlib import Path\n"
    code += f"screenshot('window', {str(tmp_path)!r}, Path({str(tmp_path / 'w.png')!r}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=REPO, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "w.png").stat().st_size > 10_000


def test_the_watch_itself_would_notice() -> None:
    code = f"{WATCHED}\nimport socket\nsocket.create_connection(('127.0.0.1', 9), timeout=1)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 99
