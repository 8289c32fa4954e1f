# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""`cw test --target`: valid combinations of options, and the arguments of pytest."""

import argparse
import socket

import pytest

import commands
from commands import layers, test
from setup.problem import Problem
from setup.report import Report
from target import options as target_options

HARDWARE = ["test", "--target", "hardware", "--erase-settings", "--board", "LILYGO_T_SIM7600"]
QEMU = ["test", "--target", "qemu", "--erase-settings"]


@pytest.fixture
def bench(tmp_path):
    file = tmp_path / "bench.toml"
    file.write_text("[wifi.cafe]\nssid = 'x'\n")
    return file


@pytest.fixture
def ran(monkeypatch):
    """The contexts with which layers were run, none of them really."""
    contexts = []

    def run_layer(name, context):
        contexts.append((name, context))
        return layers.Outcome(name, passed=1)

    monkeypatch.setattr(test, "run_layer", run_layer)
    monkeypatch.setattr(test, "prepare", lambda report: pytest.fail("nothing is to be built"))
    return contexts


def run(*words):
    _, options = commands.parse(list(map(str, words)))
    return test.run(options, Report())


def test_hardware_runs_the_system_tests_alone(bench, ran):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = f"rfc2217://127.0.0.1:{server.getsockname()[1]}"
        assert run(*HARDWARE, "--bench", bench, "--port", port, "-k", "results") == 0
    ((name, context),) = ran
    assert name == "system" and context.built is None
    assert context.pytest_arguments == ["-k", "results"]
    assert context.target == [
        "--target", "hardware", "--board=LILYGO_T_SIM7600", f"--bench={bench}",
        f"--port={port}", "--erase-settings",
    ]  # fmt: skip


def test_qemu_is_started_by_its_command(bench, ran):
    assert run(*QEMU, "--bench", bench, "--emulator", "emulate {port}") == 0
    assert "--emulator=emulate {port}" in ran[0][1].target


@pytest.mark.parametrize(
    "words, said",
    [
        ([*HARDWARE], "needs a serial port"),
        ([*HARDWARE, "--port", "rfc2217://h:1", "--emulator", "{port}"], "not go with hardware"),
        ([*HARDWARE, "--port", "rfc2217://h:1"], "needs --bench"),
        ([*HARDWARE, "--port", "/dev/not-there", "--bench", "B"], "no port /dev/not-there"),
        ([*HARDWARE[:-2], "--port", "rfc2217://h:1", "--bench", "B"], "needs --board"),
        ([*HARDWARE[:-1], "NONE", "--port", "rfc2217://h:1", "--bench", "B"], "no board 'NONE'"),
        ([*QEMU, "--emulator", "emulate", "--bench", "B"], "has no {port}"),
        ([*QEMU[:-1], "--port", "socket://h:1", "--bench", "B"], "change what is stored"),
        ([*QEMU, "--port", "socket://h:1", "--only", "unit"], "is for the layer system"),
        ([*QEMU, "--port", "socket://h:1", "--sanitizer", "asan"], "--sanitizer does not go with"),
        (["test", "--port", "/dev/ttyUSB0"], "--port does not go with the virtual board"),
        (["test", "--erase-settings"], "does not go with the virtual board"),
    ],
)
def test_what_does_not_go_together_is_said_before_anything_runs(bench, ran, words, said):
    with pytest.raises(Problem, match=said) as caught:
        run(*(bench if word == "B" else word for word in words))
    assert len(str(caught.value).splitlines()) == 3
    assert ran == []


def test_a_table_that_the_board_has_no_link_for(bench, ran):
    bench.write_text("[ethernet]\n")
    with pytest.raises(Problem, match="LILYGO_T_SIM7600 has no Ethernet"):
        run(*HARDWARE, "--port", "rfc2217://h:1", "--bench", bench)


def test_an_unknown_target():
    with pytest.raises(Problem, match="no target 'moon'"):
        target_options.check("moon", argparse.Namespace())
