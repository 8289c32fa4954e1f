# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The workflows of a forge: every ./tools/cw in them is a command line that cw understands."""

import itertools
import re
import shlex

import pytest
import yaml

import commands
from setup import esp32, paths
from setup.lock import read_lock
from setup.problem import Problem

FILES = sorted((paths.ROOT / ".github" / "workflows").glob("*.yml"))
# What may run beside cw: what the forge needs to make a release.
_BESIDE = re.compile(r"gh release create ")
_ACTIONS = {"actions/checkout", "actions/cache", "actions/upload-artifact"}


def jobs():
    for file in FILES:
        for name, job in yaml.safe_load(file.read_text())["jobs"].items():
            yield f"{file.name}:{name}", job


def pairs(job):
    return job.get("strategy", {}).get("matrix", {}).get("include", [{}])


def command_lines():
    """Each command line of cw, the matrix' values filled in."""
    for name, job in jobs():
        for step, values in itertools.product(job["steps"], pairs(job)):
            text = re.sub(r"\$\{\{ matrix\.(\w+) \}\}", lambda m, v=values: v[m[1]],
                          step.get("run", ""))  # fmt: skip
            if text and not _BESIDE.match(text):
                yield name, text


def test_there_are_some():
    lines = [line for _, line in command_lines()]
    assert "./tools/cw test" in lines and "./tools/cw release --yes" in lines
    assert sum("--micropython" in line for line in lines) == 3


@pytest.mark.parametrize("name, line", command_lines())
def test_cw_takes_it(name, line):
    program, *words = shlex.split(line)
    assert program == "./tools/cw"
    commands.parse(words)


def test_a_wrong_one_would_be_seen():
    with pytest.raises(Problem):
        commands.parse(shlex.split("release --yess"))


def test_each_pair_is_pinned_and_fits():
    lock = read_lock(paths.LOCK_FILE)
    found = [pair for _, job in jobs() for pair in pairs(job) if pair]
    for pair in found:
        _, oldest, newest = esp32.idf_range(esp32.Tags(pair["micropython"]))
        assert oldest <= lock.esp_idf.pin(pair["idf"]).version[:2] <= newest
    built = {(pair["micropython"], pair["idf"]) for pair in found}
    assert (lock.micropython.tag, lock.esp_idf.tag) in built
    assert any(lock.micropython.pin(m).version[:2] == esp32.MICROPYTHON_OLDEST for m, _ in built)


def test_no_other_actions():
    used = {
        step["uses"].partition("@")[0]
        for _, job in jobs()
        for step in job["steps"]
        if "uses" in step
    }
    assert used == _ACTIONS


def test_only_the_release_may_write():
    for file in FILES:
        assert yaml.safe_load(file.read_text())["permissions"] == {"contents": "read"}
    writing = [name for name, job in jobs() if "permissions" in job]
    assert writing == ["firmware.yml:release"]
