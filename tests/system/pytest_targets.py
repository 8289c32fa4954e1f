# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The suite on a board that is not virtual, which the virtual board plays behind a serial port.

Its bench can pull the Ethernet cable and run a broker, and nothing else.
"""

import ast
import io
import json
import os
import pathlib
import shlex
import socket
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import pytest
import rigs
from bench.access_point import AccessPoint
from bench.cable import Cable
from bench.dns import Dns
from bench.serial_server import SerialServer
from bench.sntp import Sntp
from switch_stand_in import Switch

import commands
from commands import doctor, provision
from setup.report import Report
from target import qemu

pytestmark = pytest.mark.virtual("it plays the hardware itself")

_HERE = pathlib.Path(__file__).resolve().parent
_LIMIT_S = 1200  # for a run that hangs: each of its tests has limits of its own
_KEY = "BENCH_TEST_KEY"

# What the slice must give: None is a pass, a text is in the reason of the skip.
SLICE = {
    "pytest_results.py::test_s04_server_connected[wl0]": None,
    "pytest_results.py::test_s04_server_connected[eth0]": None,
    "pytest_results.py::test_s22_open_network": None,
    "pytest_results.py::test_s12_wrong_key_is_known_before_the_timeout": None,
    "pytest_results.py::test_s12_missing_network": None,
    "pytest_results.py::test_unknown_certificate_authority": None,
    "pytest_results.py::test_s16_s20_no_server[closed-wl0]": None,
    "pytest_results.py::test_s16_s20_no_server[connack-5-eth0]": None,
    "pytest_results.py::test_s13_ethernet_without_cable": None,
    "pytest_results.py::test_cable_plugged_during_the_attempt": None,
    "pytest_results.py::test_network_switched_off": "cannot switch an access point off",
    "pytest_results.py::test_association_refused": "cannot have an access point refuse a join",
    "pytest_results.py::test_ethernet_without_chip": "cannot take the W5500 out",
    "pytest_results.py::test_s14_no_lease[eth0]": "cannot withhold leases",
    "pytest_results.py::test_s15_not_resolved[drop-eth0]": "cannot drop DNS answers",
    "pytest_results.py::test_time_runs_out_while_the_clock_is_set": "cannot silence the time",
    "pytest_policy.py::test_s41_policy_is_not_kept": None,
    "pytest_policy.py::test_s52_loss_that_heals_stays_silent": None,
    "pytest_policy.py::test_s51_silence_is_probed_then_ends_the_connection": "swallow every frame",
    "pytest_sealed.py::test_s23_s24_the_nic_of_a_connection_goes_back_in": None,
    "pytest_sealed.py::test_every_bit_and_every_cut_of_a_nic": None,
    "pytest_sealed.py::test_s26_the_nic_of_another_device_is_refused": "cannot have another board",
    "pytest_stored.py::test_an_absent_block_means_the_stored_network": None,
    "pytest_stored.py::test_s33_a_network_of_connectwith_is_not_stored": "the board's flash",
    "pytest_stored.py::test_s35_a_callback_may_store_its_network": None,
    "pytest_cellular.py::test_over_the_network_of_the_sim": "cannot offer a mobile network",
    "pytest_cellular.py::test_a_modem_that_is_on_is_not_pressed": "choose the state of a modem",
    "pytest_board.py::test_uart_carries_every_byte_both_ways": "only for the virtual board",
}


def _bench_file(folder, world, **tables):
    tables = {
        "wifi": {"home": {"ssid": world.wifi["home"].ssid, "key_env": _KEY},
                 "cafe": {"ssid": world.wifi["cafe"].ssid}},
        "broker": {"listen": "127.0.0.1", "host": "broker.test"},
        **tables,
    }  # fmt: skip
    file = folder / "bench.toml"
    lines = []
    for name, table in tables.items():
        # An inline table, a list and a text are the same in JSON and TOML but for the colons.
        lines += [f"[{name}]"]
        lines += [f"{json.dumps(k)} = {_toml(v)}" for k, v in table.items()]
    file.write_text("\n".join(lines) + "\n")
    return file


def _toml(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {_toml(v)}" for k, v in value.items()) + "}"
    return json.dumps(value)


def _run(folder, key, *arguments):
    """The suite in a process of its own: {test: (outcome, message)}, and all that it said."""
    junit = folder / "junit.xml"
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", f"--junitxml={junit}",
               f"--root-logdir={folder}", "--erase-settings", *map(str, arguments)]  # fmt: skip
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    done = subprocess.run(
        command, cwd=_HERE, env={**environment, _KEY: key}, capture_output=True, text=True,
        timeout=_LIMIT_S, check=False,
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert junit.exists(), said
    outcomes = {}
    for case in ElementTree.parse(junit).iter("testcase"):
        if case.get("name") is None:
            continue  # it was the end of the whole session
        name = f"{case.get('classname').rpartition('.')[2]}.py::{case.get('name')}"
        found = next((c for c in case if c.tag in ("failure", "error", "skipped")), None)
        outcomes[name] = (found.tag if found is not None else "passed",
                          found.get("message") if found is not None else "")  # fmt: skip
    return outcomes, said + junit.read_text()


def _hardware(folder, world, port, *tests, key=None, name="VIRTUAL", **tables):
    bench = _bench_file(folder, world, **tables)
    arguments = ("--target=hardware", f"--board={name}", f"--port={port}", f"--bench={bench}")
    return _run(folder, world.wifi["home"].key if key is None else key, *arguments, *tests)


def _faults(file, name):
    """The faults of the simulated bench that the source of a test asks for."""
    methods = {m for part in (AccessPoint, Cable, Dns, Sntp) for m in vars(part) if m[0] != "_"}
    methods |= {"dhcp", "remove_chip"}
    for node in ast.parse((_HERE / file).read_text()).body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            used = {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}
            return used & (methods | {"dns", "sntp"})
    raise AssertionError(f"{file} has no {name}")


def test_a_slice_on_hardware(world, board, tmp_path):
    cable = world.ethernet
    switch = Switch(tmp_path / "switch", {
        "unplug": cable.unplug, "plug": cable.plug, "restore": cable.restore,
    })  # fmt: skip
    commands = {f"ethernet.{name}": switch.command(name) for name in ("unplug", "plug", "restore")}
    with SerialServer(board.console, board.press_en) as server:
        outcomes, said = _hardware(
            tmp_path, world, server.url, *SLICE, ethernet={}, commands=commands
        )
        switch.close()
    assert world.wifi["home"].key not in said
    passed = [name for name, (outcome, _) in outcomes.items() if outcome == "passed"]
    # Each test began with a reset, and some have pressed EN themselves.
    assert server.resets > len(passed)
    assert {"unplug", "plug", "restore"} <= set(switch.made)
    for name, expected in SLICE.items():
        outcome, message = outcomes.pop(name)
        assert outcome == ("passed" if expected is None else "skipped"), f"{name}: {message}"
        assert (expected or "") in message, name
    assert outcomes == {}
    # By what the tests' sources ask for, and not by what the target makes of it.
    needing = {name for name in SLICE if _faults(*name.partition("[")[0].split("::"))}
    assert len(needing) >= 5 and needing.isdisjoint(passed)


_LOST = """
import contextlib, threading

def test_lost(world):
    with contextlib.suppress(BaseException):
        world.dns.drop()

def test_lost_in_a_thread(world):
    thread = threading.Thread(target=lambda: test_lost(world))
    thread.start()
    thread.join()

def test_failed_for_it(world):
    with contextlib.suppress(BaseException):
        world.sntp.off()
    assert False

def test_nothing_refused(world):
    assert world.wifi["home"].ssid
"""


def test_a_refusal_that_a_test_loses_is_a_skip_all_the_same(world, board, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(_HERE))
    file = tmp_path / "test_lost.py"
    file.write_text(_LOST)
    with SerialServer(board.console, board.press_en) as server:
        outcomes, _ = _hardware(tmp_path, world, server.url, "-pconftest", file)
    assert [outcome for outcome, _ in outcomes.values()] == ["skipped"] * 3 + ["passed"]
    assert "silence the time server" in outcomes["test_lost.py::test_failed_for_it"][1]


def test_a_board_that_does_not_reset_passes_nothing(world, board, tmp_path):
    with SerialServer(board.console, lambda: None) as server:
        outcomes, said = _hardware(
            tmp_path,
            world,
            server.url,
            "pytest_rules.py::test_policy_at_start_up_is_suspend_on_error",
        )
    assert [outcome for outcome, _ in outcomes.values()] == ["error"]
    assert "the board was not reset" in said


def test_another_board_than_was_named_is_left_alone(world, board, tmp_path):
    board.exec("import imp; imp.setapn('mine')")
    board.release()
    with SerialServer(board.console, board.press_en) as server:
        outcomes, said = _hardware(
            tmp_path, world, server.url, "pytest_rules.py", name="ESP32_C3_QEMU"
        )
    assert outcomes == {}
    assert "not ESP32_C3_QEMU" in said
    assert "'mine'" in board.exec("import imp; print(imp.net.getcurrentconfig())")


def test_provision_and_doctor_take_such_a_port(world, board, monkeypatch, capsys):
    monkeypatch.setenv(provision.WIFI_KEY, world.wifi["home"].key)
    with SerialServer(board.console, board.press_en) as server:
        for command in (provision, doctor):
            name = command.__name__.rpartition(".")[2]
            words = ["--wifi", world.wifi["home"].ssid] if name == "provision" else ["--json"]
            _, options = commands.parse([name, "--port", server.url, *words])
            assert command.run(options, Report(io.StringIO())) == 0
    assert "ssid" in str(json.loads(capsys.readouterr().out)["stored"])


def test_a_failure_shows_no_secret(world, board, tmp_path):
    with SerialServer(board.console, board.press_en) as server:
        outcomes, said = _hardware(
            tmp_path, world, server.url, "pytest_results.py::test_s04_server_connected[wl0]",
            key="battery-staple",
        )  # fmt: skip
    assert [outcome for outcome, _ in outcomes.values()] == ["failure"]
    assert "'key': '***'" in said and "battery-staple" not in said


def test_on_an_emulator_as_espressifs(request, world, tmp_path, monkeypatch):
    """The command line is that of `cw test --target qemu`; a simulated modem is at UART 1."""
    folder = world.board_folder()
    image, flash, efuses = (tmp_path / name for name in ("image.bin", "flash.bin", "efuses.bin"))
    image.write_bytes(b"\xe9" + bytes(1000))
    machine = qemu.MACHINES["esp32c3"]
    qemu.write_flash(image, 0, flash)
    qemu.write_efuses(machine, efuses)
    program = tmp_path / "qemu-system-riscv32"
    stand_in = shlex.join([sys.executable, str(_HERE / "qemu_stand_in.py")])
    program.write_text(f'#!/bin/sh\nexec {stand_in} "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("BOARD", str(request.config.getoption("--board-binary")))
    monkeypatch.setenv("BOARD_FOLDER", str(folder))
    monkeypatch.setenv("PID_FILE", str(tmp_path / "pid"))
    bench = tmp_path / "bench.toml"
    bench.write_text(qemu.bench_text((1, 28)))
    command = qemu.command(machine, "esp32c3", str(program), flash, efuses)
    expected = {
        "pytest_rules.py::test_policy_at_start_up_is_suspend_on_error": "passed",
        "pytest_cellular.py::test_over_the_network_of_the_sim": "passed",
        "pytest_results.py::test_s04_server_connected[wl0]": "no [wifi.home]",
        "pytest_cellular.py::test_a_modem_that_is_on_is_not_pressed": "no power key",
    }
    outcomes, said = _run(
        tmp_path, "", "--target=qemu", f"--bench={bench}", f"--emulator={command}", *expected
    )
    for name, words in expected.items():
        outcome, message = outcomes.pop(name)
        assert words in (outcome if outcome == "passed" else message), (name, said)
    assert outcomes == {}
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_on_an_emulator(request, world, tmp_path):
    stand_in = [sys.executable, _HERE / "emulator_stand_in.py"]
    stand_in += [request.config.getoption("--board-binary"), world.board_folder(), world.net]
    bench = _bench_file(tmp_path, world, board={"reset": "repl"})
    command = shlex.join(map(str, stand_in)) + " {port}"
    outcomes, _ = _run(
        tmp_path, world.wifi["home"].key, "--target=qemu", f"--bench={bench}",
        f"--emulator={command}",
        "pytest_results.py::test_s04_server_connected",
        "pytest_policy.py::test_s41_policy_is_not_kept",
    )  # fmt: skip
    assert [outcome for outcome, _ in outcomes.values()] == ["passed", "skipped", "passed"]
    reasons = [message for outcome, message in outcomes.values() if outcome == "skipped"]
    assert reasons == ["this bench cannot offer Ethernet: no [ethernet] in bench.toml"]


# With an open network and nothing else, as Espressif's chips have it in an emulator.
BARE = {
    "pytest_results.py::test_s12_wrong_key_is_known_before_the_timeout": "is open",
    "pytest_agent.py::test_suspend_connects_again_inside_a_callback": "offer Ethernet",
    "pytest_connect.py::test_s65_default_order_is_ethernet_then_wifi": "offer Ethernet",
    "pytest_connect.py::test_s68_order_of_interfaces": "offer Ethernet",
    "pytest_example.py::test_connect_for_a_task": "offer Ethernet",
    "pytest_net.py::test_the_states_of_failures": "offer Ethernet",
    "pytest_net.py::test_udp_in_the_subnet": "offer Ethernet",
    "pytest_net.py::test_info_takes_no_step_of_a_link": None,
}


def test_on_an_emulator_with_an_open_network(request, world, tmp_path):
    stand_in = [sys.executable, _HERE / "emulator_stand_in.py"]
    stand_in += [request.config.getoption("--board-binary"), world.board_folder(), world.net]
    home = {"home": {"ssid": world.wifi["cafe"].ssid}}
    bench = _bench_file(tmp_path, world, board={"reset": "repl"}, wifi=home)
    command = shlex.join(map(str, stand_in)) + " {port}"
    outcomes, _ = _run(
        tmp_path, "", "--target=qemu", f"--bench={bench}", f"--emulator={command}", *BARE
    )
    assert len(outcomes) == len(BARE)
    for test, expected in BARE.items():
        outcome, message = outcomes[test]
        assert (outcome, expected) == ("passed", None) or (
            outcome == "skipped" and expected and expected in message
        ), (test, outcome, message)


def test_an_emulator_that_has_ended_is_started_again():
    serve = (
        "import socket\nserver = socket.create_server(('127.0.0.1', {port}))\n"
        "server.accept()\nserver.accept()"
    )
    with rigs.Emulator(shlex.join([sys.executable, "-c", serve])) as emulator:
        first = emulator.url()
        # The second connection ends it.
        socket.create_connection(("127.0.0.1", int(first.rpartition(":")[2]))).close()
        emulator._process.wait(10)
        again = emulator.url()
        assert again != first
        socket.create_connection(("127.0.0.1", int(again.rpartition(":")[2]))).close()
    assert emulator._process is None
