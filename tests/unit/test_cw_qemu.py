# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw test --target qemu fetches an emulator if there is none, and builds the image."""

import shlex

import pytest
from test_cw_idf import bench, espressif  # noqa: F401 - fixtures

import commands
from commands import boards, emulator, layers, test
from setup import paths
from setup.problem import Problem
from setup.report import Report
from target import bench_file, qemu

C3 = "ESP32_C3_QEMU"


@pytest.fixture
def qemu_there(bench):  # noqa: F811
    """What ESP-IDF's idf_tools.py installs."""
    program = bench.espressif / "qemu-riscv32"
    program.write_text("#!/bin/sh\necho 'esp32c3    Espressif ESP32C3 machine'\n")
    program.chmod(0o755)
    yield bench
    program.unlink()


def run(monkeypatch, *words):
    """cw test with these words, its layers not run; the context of each."""
    contexts = []
    monkeypatch.setattr(emulator, "_prepare_bench", lambda report: None)
    monkeypatch.setattr(
        test,
        "run_layer",
        lambda name, context: contexts.append((name, context)) or layers.Outcome(name, passed=1),
    )
    _, options = commands.parse(["test", "--target", "qemu", *words])
    assert test.run(options, Report()) == 0
    return contexts


def option(context, name):
    return next(w.partition("=")[2] for w in context.target if w.startswith(f"{name}="))


def test_one_command_from_nothing(qemu_there, monkeypatch, tmp_path):
    ((name, context),) = run(monkeypatch, "--yes", "-k", "rules")
    assert name == "system" and context.pytest_arguments == ["-k", "rules"]
    assert option(context, "--board") == C3 and "--erase-settings" in context.target
    words = shlex.split(option(context, "--emulator"))
    assert words[0] == str(tmp_path / "cache" / "espressif" / "bin" / "qemu-system-riscv32")
    serials = [words[at + 1] for at, word in enumerate(words) if word == "-serial"]
    assert ["{port}" in serials[0], "{uart1}" in serials[1], len(serials)] == [True, True, 2]
    flash = (paths.BUILD / "qemu" / C3 / "flash.bin").read_bytes()
    image = (paths.BUILD / C3 / "firmware.bin").read_bytes()
    assert len(flash) == 4 << 20 and flash == image + b"\xff" * (len(flash) - len(image))
    said = bench_file.read(paths.BUILD / "qemu" / C3 / "bench.toml")
    assert said.reset == "repl" and not said.ethernet, "MicroPython 1.28 has no PHY_OPENETH"
    run(monkeypatch)
    installed = (tmp_path / "cache" / "espressif" / "bin" / "installed").read_text().split()
    assert installed.count("qemu-riscv32") == 1, "the second run takes what is there"


def test_nobody_to_ask(bench, monkeypatch):  # noqa: F811
    with pytest.raises(Problem, match="IDF_PATH is not set") as caught:
        run(monkeypatch)
    assert caught.value.next_step.startswith("./tools/cw test --target qemu --yes")


def test_an_idf_of_the_users_without_the_emulator(bench, monkeypatch):  # noqa: F811
    monkeypatch.setenv("IDF_PATH", str(bench.folder / "esp-idf"))
    with pytest.raises(
        Problem, match="Espressif's qemu-system-riscv32 is not among the tools"
    ) as caught:
        run(monkeypatch)
    assert caught.value.next_step.endswith("install qemu-riscv32; or unset IDF_PATH.")


def test_a_chip_without_an_emulator(bench, monkeypatch):  # noqa: F811
    with pytest.raises(Problem, match="no emulator for WAVESHARE_ESP32_S3_ETH") as caught:
        run(monkeypatch, "--board", "WAVESHARE_ESP32_S3_ETH")
    assert C3 in caught.value.next_step


def test_flash_of_an_esp32(tmp_path):
    image, flash = tmp_path / "firmware.bin", tmp_path / "flash.bin"
    image.write_bytes(b"\xe9" * 100)
    qemu.write_flash(image, boards.find("LILYGO_T_SIM7600").flash_offset, flash)
    content = flash.read_bytes()
    assert len(content) == 4 << 20 and set(content[:0x1000]) == {0xFF}
    assert content[0x1000:0x1064] == b"\xe9" * 100 and set(content[0x1064:]) == {0xFF}
    image.write_bytes(bytes((4 << 20) + 1))
    qemu.write_flash(image, 0, flash)
    assert flash.stat().st_size == 8 << 20
    image.write_bytes(bytes(16 << 20))
    with pytest.raises(Problem, match="larger than any emulated flash"):
        qemu.write_flash(image, 0x1000, flash)


@pytest.mark.parametrize("mcu, size, said", [("esp32c3", 1024, 1), ("esp32", 124, 2)])
def test_efuses(tmp_path, mcu, size, said):
    qemu.write_efuses(qemu.MACHINES[mcu], tmp_path / "efuses")
    content = (tmp_path / "efuses").read_bytes()
    assert len(content) == size and sum(byte != 0 for byte in content) == said


def test_ethernet_from_the_micropython_that_has_it(tmp_path):
    file = tmp_path / "bench.toml"
    for version, there in (((1, 28), False), ((1, 29), True)):
        file.write_text(qemu.bench_text(version))
        said = bench_file.read(file)
        assert said.ethernet == there and (said.broker is not None) == there
