"""A small stand-in for GitHub's runner: the jobs of a workflow file, their steps' `run` lines in order, for real.

Steps that are actions are done by hand for those that our workflows use (a checkout, a Python, a cache, artifacts); a
composite action is run step by step. Expressions are evaluated; one that is not understood is an error, and so is an
action that is not known. It knows nothing of docs-matrix.
"""

from __future__ import annotations

import fnmatch
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import yaml

_TOKEN = re.compile(r"\s*('(?:[^']|'')*'|\|\||&&|==|!=|[!(),]|[\w.*-]+)")


def evaluate(text: str, context: Mapping[str, Any]) -> Any:
    """The value of a GitHub expression."""
    tokens = _TOKEN.findall(text)
    if "".join(tokens) != re.sub(r"\s+(?=(?:[^']*'[^']*')*[^']*$)", "", text):
        raise ValueError(f"not understood: {text}")
    value = _either(tokens, context)
    if tokens:
        raise ValueError(f"not understood: {text}: {tokens}")
    return value


def _either(tokens: list[str], context: Mapping[str, Any]) -> Any:
    value = _both(tokens, context)
    while tokens[:1] == ["||"]:
        tokens.pop(0)
        other = _both(tokens, context)
        value = value or other
    return value


def _both(tokens: list[str], context: Mapping[str, Any]) -> Any:
    value = _equal(tokens, context)
    while tokens[:1] == ["&&"]:
        tokens.pop(0)
        other = _equal(tokens, context)
        value = value and other
    return value


def _equal(tokens: list[str], context: Mapping[str, Any]) -> Any:
    value = _one(tokens, context)
    while tokens[:1] in (["=="], ["!="]):
        same = tokens.pop(0) == "=="
        other = _one(tokens, context)
        value = ((value or "") == (other or "")) is same
    return value


def _one(tokens: list[str], context: Mapping[str, Any]) -> Any:
    word = tokens.pop(0)
    if word == "!":
        return not _one(tokens, context)
    if word == "(":
        value = _either(tokens, context)
        assert tokens.pop(0) == ")"
        return value
    if word.startswith("'"):
        return word[1:-1].replace("''", "'")
    if tokens[:1] == ["("]:
        return _call(word, tokens, context)
    value = context
    for name in word.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _call(name: str, tokens: list[str], context: Mapping[str, Any]) -> Any:
    tokens.pop(0)
    arguments = []
    while tokens[0] != ")":
        arguments.append(_either(tokens, context))
        if tokens[0] == ",":
            tokens.pop(0)
    tokens.pop(0)
    functions: dict[str, Callable[..., Any]] = {
        "always": lambda: True,
        "cancelled": lambda: False,
        "success": lambda: not context["failed"],
        "failure": lambda: context["failed"],
        "fromJSON": json.loads,
        "contains": lambda some, one: one in some,
    }
    return functions[name](*arguments)


def filled(value: Any, context: Mapping[str, Any]) -> Any:
    """`value` with its expressions evaluated."""
    if isinstance(value, dict):
        return {key: filled(item, context) for key, item in value.items()}
    if not isinstance(value, str):
        return value
    whole = re.fullmatch(r"\s*\$\{\{(.*)\}\}\s*", value, re.DOTALL)
    if whole and "${{" not in whole[1]:
        return evaluate(whole[1].strip(), context)
    return re.sub(r"\$\{\{(.*?)\}\}", lambda found: _text(evaluate(found[1].strip(), context)), value)


def _text(value: Any) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


@dataclass
class Job:
    """What a job left: whether it failed, its log, its summary, the outputs of its steps."""

    name: str
    failed: bool = False
    log: str = ""
    summary: str = ""
    steps: dict[str, dict[str, Any]] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    ran: list[str] = field(default_factory=list)


@dataclass
class Runner:
    """Runs workflows of the clone at `workspace`; `scratch` keeps artifacts, caches and homes; `actions` are folders of
    composite actions by name. `python` stands for what `actions/setup-python` sets up, `interpreters` are further folders
    of interpreters, and `variables` are given to every step."""

    workspace: Path
    scratch: Path
    python: Path
    actions: Mapping[str, Path]
    event: Mapping[str, Any]
    interpreters: tuple[Path, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    cached: list[str] = field(default_factory=list)
    uploads: list[tuple[str, Path]] = field(default_factory=list)

    def workflow(self, path: Path) -> dict[str, list[Job]]:
        """Run all jobs of the workflow file `path` that are not skipped, in the order of the file; the jobs by their id."""
        read = yaml.safe_load(path.read_text("utf-8"))
        shutil.rmtree(self.scratch / "artifacts", ignore_errors=True)
        done: dict[str, list[Job]] = {}
        for name, job in read["jobs"].items():
            needs = [job["needs"]] if isinstance(job.get("needs"), str) else job.get("needs", [])
            result = {need: _result(done.get(need)) for need in needs}
            context = {
                "github": self.event,
                "needs": result,
                "failed": any(r["result"] != "success" for r in result.values()),
            }
            if not _holds(job.get("if"), context):
                continue
            matrix = filled(job.get("strategy", {}).get("matrix"), context)
            combinations = [{}] if matrix is None else _combinations(matrix)
            done[name] = [self._job(name, job, {**context, "matrix": one}, read.get("env", {})) for one in combinations]
        return done

    def _job(self, name: str, job: dict[str, Any], context: dict[str, Any], env: Mapping[str, str]) -> Job:
        made = Job(filled(job.get("name", name), context))
        home = self.scratch / "homes" / re.sub(r"\W", "_", made.name)
        shutil.rmtree(home, ignore_errors=True)  # a fresh machine
        (home / "temp").mkdir(parents=True)
        shutil.rmtree(self.workspace / "docs-matrix-report", ignore_errors=True)
        shutil.rmtree(self.workspace / "docs-matrix-results", ignore_errors=True)
        self._steps(job["steps"], made, {**context, "failed": False}, home, dict(env), None)
        outer = {**context, "steps": {name: {"outputs": told} for name, told in made.steps.items()}}
        made.outputs = filled(job.get("outputs", {}), outer)
        return made

    def _steps(
        self,
        steps: list[dict[str, Any]],
        job: Job,
        outer: Mapping[str, Any],
        home: Path,
        env: dict[str, str],
        action: Path | None,
    ) -> dict[str, dict[str, Any]]:
        outputs: dict[str, dict[str, Any]] = {}
        saving: list[Callable[[], None]] = []
        for step in steps:
            told = {name: {"outputs": values} for name, values in outputs.items()}
            runner = {"os": "Linux", "arch": "X64", "temp": str(home / "temp")}
            context = {**outer, "steps": told, "runner": runner, "failed": job.failed}
            if not _holds(step.get("if"), context):
                continue
            given = {**env, **{key: _text(value) for key, value in filled(step.get("env", {}), context).items()}}
            if "run" in step:
                assert "${{" not in step["run"], f"an expression inside of a script: {step['run']}"
                place = filled({"place": step.get("working-directory", ".")}, context)["place"]
                made = self._script(step["run"], job, home, given, action, self.workspace / place)
            else:
                made = self._action(
                    step["uses"], filled(step.get("with", {}), context), job, context, home, env, saving
                )
            outputs[step.get("id", f"step-{len(outputs)}")] = made
            if "id" in step and action is None:
                job.steps[step["id"]] = made
        for save in saving if not job.failed else []:
            save()
        return outputs

    def _script(
        self, text: str, job: Job, home: Path, env: Mapping[str, str], action: Path | None, place: Path
    ) -> dict[str, Any]:
        output, summary = home / "output", home / "summary"
        output.write_text("")
        summary.write_text("")
        variables = {
            "PATH": os.pathsep.join([*map(str, (self.python.parent, *self.interpreters)), os.environ["PATH"]]),
            "HOME": str(home),
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKSPACE": str(self.workspace),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(summary),
            "RUNNER_TEMP": str(home / "temp"),
            **self.variables,
            **({"GITHUB_ACTION_PATH": str(action)} if action else {}),
            **env,
        }
        words = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", text]
        done = subprocess.run(
            words,
            cwd=place,
            env=variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        job.ran.append(text)
        job.log += done.stdout
        job.summary += summary.read_text()
        job.failed = job.failed or done.returncode != 0
        return dict(line.split("=", 1) for line in output.read_text().splitlines())

    def _action(
        self,
        name: str,
        given: dict[str, Any],
        job: Job,
        context: Mapping[str, Any],
        home: Path,
        env: dict[str, str],
        saving: list[Callable[[], None]],
    ) -> dict[str, Any]:
        bare = name.partition("@")[0]
        if bare in self.actions:
            return self._composite(self.actions[bare], given, job, context, home, env)
        artifacts = self.scratch / "artifacts"
        if bare == "actions/upload-artifact":
            place = self.workspace / given["path"]
            if place.is_dir():
                shutil.copytree(place, artifacts / given["name"], dirs_exist_ok=True)
        elif bare == "actions/download-artifact":
            self._download(artifacts, given)
        elif bare in ("actions/cache", "actions/cache/restore"):
            restored = self._restored(given, home)
            if bare == "actions/cache" and restored != given["key"]:
                saving.append(partial(self._save, given, home))
            return {"cache-primary-key": given["key"], "cache-hit": "true" if restored == given["key"] else ""}
        elif bare == "actions/cache/save":
            self._save(given, home)
        elif bare == "actions/setup-python":
            version = given["python-version"]
            return {"python-path": str(self.python), "python-version": version}
        elif bare == "github/codeql-action/upload-sarif":
            self.uploads.append((given["category"], self.workspace / given["sarif_file"]))
        elif bare != "actions/checkout":  # the workspace is one already
            raise ValueError(f"unknown action: {name}")
        return {}

    def _composite(
        self,
        folder: Path,
        given: dict[str, Any],
        job: Job,
        context: Mapping[str, Any],
        home: Path,
        env: dict[str, str],
    ) -> dict[str, Any]:
        read = yaml.safe_load((folder / "action.yml").read_text("utf-8"))
        assert set(given) <= set(read["inputs"]), given
        inputs = {name: given.get(name, about.get("default")) for name, about in read["inputs"].items()}
        inner = {"github": context["github"], "inputs": inputs}
        steps = self._steps(read["runs"]["steps"], job, inner, home, env, folder)
        told = {**inner, "steps": {name: {"outputs": values} for name, values in steps.items()}}
        return {name: filled(about["value"], told) for name, about in read["outputs"].items()}

    def _download(self, artifacts: Path, given: Mapping[str, Any]) -> None:
        target = self.workspace / given["path"]
        if "name" in given:
            shutil.copytree(artifacts / given["name"], target, dirs_exist_ok=True)
            return
        for found in sorted(artifacts.iterdir()) if artifacts.is_dir() else []:
            if fnmatch.fnmatch(found.name, given["pattern"]):
                shutil.copytree(found, target / found.name, dirs_exist_ok=True)

    def _restored(self, given: Mapping[str, Any], home: Path) -> str | None:
        """Restore the cache of the key, else the newest of the first prefix that one has; return its key."""
        found = sorted((self.scratch / "caches").glob("*"), key=lambda cache: cache.stat().st_mtime_ns, reverse=True)
        for prefix in (given["key"], *given.get("restore-keys", "").split()):
            for cache in found:
                if cache.name == prefix or (cache.name.startswith(prefix) and prefix != given["key"]):
                    self.cached.append(cache.name)
                    for number, path in enumerate(_paths(given, home)):
                        _copy(cache / str(number), path)
                    return cache.name
        return None

    def _save(self, given: Mapping[str, Any], home: Path) -> None:
        for number, path in enumerate(_paths(given, home)):
            _copy(path, self.scratch / "caches" / given["key"] / str(number))


def _paths(given: Mapping[str, Any], home: Path) -> list[Path]:
    return [home / line.removeprefix("~/") for line in given["path"].split()]


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
    elif source.exists():
        shutil.copy2(source, target)


def _holds(condition: str | None, context: Mapping[str, Any]) -> bool:
    """Whether a job or a step runs; without one of the functions of status, only where nothing failed before."""
    text = re.sub(r"^\s*\$\{\{|\}\}\s*$", "", condition or "").strip()
    if not re.search(r"\b(always|cancelled|failure|success)\(", text) and context["failed"]:
        return False
    return bool(evaluate(text, context)) if text else True


def _result(jobs: list[Job] | None) -> dict[str, Any]:
    if jobs is None:
        return {"result": "skipped", "outputs": {}}
    return {"result": "failure" if any(job.failed for job in jobs) else "success", "outputs": jobs[0].outputs}


def _combinations(matrix: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The jobs of a matrix with one list and an `include` that adds to them."""
    jobs = [{"cell": cell} for cell in matrix["cell"]]
    for added in matrix["include"]:
        for job in jobs:
            if job["cell"] == added["cell"]:
                job.update(added)
    return jobs


def a_python(folder: Path) -> Path:
    """An interpreter of its own for the runner, as `actions/setup-python` gives one."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    return folder / "bin" / "python"
