# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A short soak and a small fleet: what `./tools/cw soak` and `fleet` run for longer."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

from setup import rabbitmq
from setup.report import Report

_TESTS = pathlib.Path(__file__).resolve().parents[1]
_LIMIT_S = 600  # of two minutes and less on an idle machine


@pytest.fixture
def run(request, tmp_path):
    """Runs a program of tests/ and returns the tables of its page; it must end with status 0."""

    def start(name, *arguments):
        binary = request.config.getoption("--board-binary")
        command = [sys.executable, str(_TESTS / name / "run.py"), "--board-binary", str(binary)]
        command += ["--output", str(tmp_path), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=_LIMIT_S)
        assert done.returncode == 0, done.stderr[-4000:]
        file = tmp_path / (f"{name}-rabbitmq" if "rabbitmq" in arguments else name)
        assert file.with_suffix(".svg").stat().st_size > 1000
        page = json.loads(file.with_suffix(".json").read_text())
        return {row[0]: row[1] for row in page["rows"]}, page.get("more")

    return start


def test_soak(run):
    # The second round is the first one under imp.uplink.keep.
    rows, _ = run("soak", "--seconds", "20", "--seed", "3", "--first-round", "2")
    assert rows["violations"] == 0
    assert rows["attempts"] > 6 and rows["faults"] > 0 and rows["messages received"] > 6
    assert rows["calls of imp.uplink.keep"] > 2
    assert rows["kept messages, all at the broker in their order"] > 2


def test_fleet(run):
    options = ("--boards", "4", "--outage", "1", "--spread", "0.5", "--limit", "60")
    rows, storms = run("fleet", *options)
    assert rows["boards"] == 4
    assert len(storms["rows"]) == 5
    assert all(row[storms["heads"].index("boards back")] == "4 of 4" for row in storms["rows"])


@pytest.mark.skipif(
    os.environ.get("CONNECTWITH_CLUSTER") != "1",
    reason="downloads 31 MB and takes two minutes: CONNECTWITH_CLUSTER=1 runs it",
)
def test_fleet_at_a_cluster(run):
    options = ("--boards", "4", "--spread", "0.5", "--mode", "jitter", "--broker", "rabbitmq")
    rows, storms = run("fleet", *options, "--rabbitmq", str(rabbitmq.ensure(Report())))
    assert rows["boards"] == 4
    back = storms["heads"].index("boards back")
    counts = [row[back].split(" of ") for row in storms["rows"]]
    assert all(came == wanted for came, wanted in counts) and counts[0] == ["4", "4"]
    names = [row[0] for row in storms["rows"]]
    assert "node 1 is killed, jitter" in names and "node 3 is drained, jitter" in names
