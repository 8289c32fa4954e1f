# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""`./tools/cw board`, `repl` and `monitor`: a board that stands for other programs."""

import json
import os
import pathlib
import pty
import re
import select
import signal
import socket
import ssl
import subprocess
import sys
import time

import pytest
from bench.mqtt_client import MqttClient

pytestmark = pytest.mark.virtual("it starts boards of its own")

_HERE = pathlib.Path(__file__).resolve().parent
_LIMIT_S = 60
_CONNECT = """
import server, time
from my_network import SSID, KEY
server.setsendtimeoutpolicy(server.RETURN_ON_ERROR, server.WAIT_FOR_ACK, 10)
results = []
server.connectwith({"interface": "wl0", "wificonfig": {"ssid": SSID, "key": KEY}},
                   lambda result, interface: results.append(result), 30)
while not results: time.sleep_ms(20)
print(results, server.log("over there"))
"""


@pytest.fixture
def start(request):
    """Starts cw; ends it after the test."""
    board = str(request.config.getoption("--board-binary"))
    processes = []

    def start(*arguments, **details):
        environment = {**os.environ, "BOARD": board, "PYTHONUNBUFFERED": "1"}
        command = [sys.executable, str(_HERE / "cw_in_place.py"), *map(str, arguments)]
        details = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE,
                   "stderr": subprocess.PIPE, **details}  # fmt: skip
        processes.append(subprocess.Popen(command, env=environment, **details))
        return processes[-1]

    yield start
    for process in processes:
        process.terminate()
        process.wait(_LIMIT_S)


class Standing:
    """A `cw board --json`: `facts`, and what it says on standard error."""

    def __init__(self, process):
        self.process = process
        self._said = b""
        os.set_blocking(process.stderr.fileno(), False)
        line = process.stdout.readline()
        assert line, process.stderr.read()
        self.facts = json.loads(line)

    def type(self, line):
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def wait_for(self, text):
        """Until it has said this; gives all that it has said."""
        deadline = time.monotonic() + _LIMIT_S
        while text.encode() not in self._said:
            assert time.monotonic() < deadline, self._said
            select.select([self.process.stderr], [], [], 0.5)
            self._said += self.process.stderr.read() or b""
            assert self.process.poll() is None or text.encode() in self._said, self._said
        return self._said.decode()


@pytest.fixture
def standing(start):
    return Standing(start("board", "--json"))


def _children(pid):
    """The processes that `pid` has started, and theirs."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(path.read_text().rpartition(")")[2].split()[1]) == pid:
                found += [int(path.parent.name), *_children(int(path.parent.name))]
        except OSError:
            pass  # has ended
    return found


def _mpremote(port, code):
    command = [sys.executable, "-m", "mpremote", "connect", port, "exec", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_LIMIT_S)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_mpremote_uses_it_and_a_client_here_verifies_the_broker(standing):
    facts = standing.facts
    host, port = re.fullmatch(r"mqtts://(.*):(\d+)", facts["broker here"]).groups()
    context = ssl.create_default_context(cafile=facts["ca"])
    messages = []
    for name in (host, "127.0.0.1"):
        connection = socket.create_connection((host, int(port)), 10)
        # Raises, unless the certificate is good for the name.
        connection = context.wrap_socket(connection, server_hostname=name)
        client = MqttClient(connection, 4, None, lambda *m: messages.append(m), 10)
        client.subscribe("imp/#")
    assert _mpremote(facts["port"], _CONNECT) == "[5] 0\n"
    assert "log  over there" in standing.wait_for("over there")
    deadline = time.monotonic() + _LIMIT_S
    while sum(payload == b'"over there"' for _, payload, _ in messages) < 2:
        assert time.monotonic() < deadline, messages
        time.sleep(0.05)


def test_what_it_shows_can_be_typed_as_it_is(start):
    process = start("board", stdin=subprocess.DEVNULL)
    lines = []
    while not lines or lines[-1] != "Ctrl-C ends it.":
        line = process.stdout.readline().decode()
        assert line, process.stderr.read()
        lines.append(line.rstrip("\n"))
    shown = {line[:9].strip(): line[10:] for line in lines if line[0] != " "}
    done = subprocess.run(shown["try"], shell=True, capture_output=True, timeout=_LIMIT_S)
    assert done.returncode == 0 and re.match(rb"\d+\.\d+", done.stdout), done.stderr
    subprocess.run(shown["faults"].partition("or: ")[2], shell=True, check=True, timeout=_LIMIT_S)
    assert process.stdout.readline() == b"fault: ap-off\n"


def test_faults_from_the_input_and_from_another_process(standing):
    standing.type("ap-off")
    standing.wait_for("fault: ap-off\n")
    assert _mpremote(standing.facts["port"], _CONNECT.replace(", 30)", ", 2)")) == "[1] 1\n"
    subprocess.run(["sh", "-c", 'echo ap-on > "$0"', standing.facts["pipe"]], check=True)
    standing.wait_for("fault: ap-on\n")
    assert _mpremote(standing.facts["port"], _CONNECT) == "[5] 0\n"
    standing.type("reset")
    standing.wait_for("board: booted")


def test_what_is_typed_wrong_is_said_and_changes_nothing(standing):
    for line, words in (
        ("ap-of", "There is no fault 'ap-of'. did you mean 'ap-off'?"),
        ("ap-rssi", "write it so: ap-rssi=DBM"),
        ("ap-rssi=-999", "refused: netsim"),
        ("ap-off@5s", "made at once"),
        ("\x00\x1b[31m", "There is no fault"),
        ("help", "ap-rssi=DBM"),
    ):
        standing.type(line)
        assert words in standing.wait_for(words)
    assert "fault: " not in standing.wait_for("quit  ")
    assert _mpremote(standing.facts["port"], "print(1)") == "1\n"


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, "quit"])
def test_it_ends_and_nothing_is_left(standing, how):
    pids = _children(standing.process.pid)
    assert len(pids) >= 4  # the board, netsim, the broker and the modem
    folder = pathlib.Path(standing.facts["ca"]).parent
    if how == "quit":
        standing.type("quit")
    else:
        standing.process.send_signal(how)
    assert standing.process.wait(_LIMIT_S) == 0
    assert not folder.exists()
    assert [pid for pid in pids if pathlib.Path(f"/proc/{pid}").exists()] == []
    assert b"Traceback" not in (standing.process.stderr.read() or b"")


def test_without_any_input_it_stands(start):
    standing = Standing(start("board", "--json", stdin=subprocess.DEVNULL))
    pathlib.Path(standing.facts["pipe"]).write_text("dns-drop\n")
    standing.wait_for("fault: dns-drop")


def test_a_board_that_crashes_is_said(standing):
    (board,) = [
        pid
        for pid in _children(standing.process.pid)
        if b"--net" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
        and b"virtual" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
    ]
    os.kill(board, signal.SIGKILL)
    assert standing.process.wait(_LIMIT_S) == 1
    assert b"The board has gone" in standing.process.stderr.read()


def test_two_at_once(standing, start):
    other = Standing(start("board", "--json"))
    assert other.facts["port"] != standing.facts["port"]
    assert other.facts["broker"] != standing.facts["broker"]
    for one in (standing, other):
        assert _mpremote(one.facts["port"], _CONNECT) == "[5] 0\n"


def test_rfc2217_for_what_is_about_hardware(start, tmp_path):
    """What docs/virtual-board.md shows."""
    standing = Standing(start("board", "--rfc2217", "--json"))
    port, bench = standing.facts["port"], standing.facts["bench"]
    assert port.startswith("rfc2217://127.0.0.1:")
    doctor = start("doctor", "--port", port, "--connect", stdin=subprocess.DEVNULL)
    output, error = doctor.communicate(timeout=_LIMIT_S)
    assert doctor.returncode == 0, output + error
    assert re.search(rb"^broker +reached", output, re.MULTILINE), output
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider",
               "--target=hardware", "--board=VIRTUAL", f"--port={port}", f"--bench={bench}",
               "--erase-settings", f"--basetemp={tmp_path / 'run'}",
               "pytest_results.py::test_s04_server_connected",
               "pytest_results.py::test_s22_open_network"]  # fmt: skip
    done = subprocess.run(
        command, cwd=_HERE, env={**environment, "BENCH_WIFI_KEY": standing.facts["key"]},
        capture_output=True, text=True, timeout=180,
    )  # fmt: skip
    assert "3 passed" in done.stdout, done.stdout + done.stderr
    standing.process.send_signal(signal.SIGTERM)
    assert standing.process.wait(_LIMIT_S) == 0


# -- the first prompt


class Terminal:
    """A terminal with cw in it, as a person has it."""

    def __init__(self, start, *arguments):
        self.fd, near = pty.openpty()
        self.process = start(*arguments, stdin=near, stdout=near, stderr=near)
        os.close(near)
        self.shown = b""

    def wait_for(self, pattern):
        deadline = time.monotonic() + _LIMIT_S
        while not re.search(pattern, self.shown):
            assert time.monotonic() < deadline, self.shown
            if select.select([self.fd], [], [], 0.5)[0]:
                self.shown += os.read(self.fd, 4096)

    def leave(self):
        os.write(self.fd, b"\x1d")
        self.process.wait(_LIMIT_S)
        os.close(self.fd)


def test_repl_shows_the_prompt_without_a_key(start):
    terminal = Terminal(start, "repl")
    terminal.wait_for(rb"Use Ctrl-\][^\n]*\n[^a-zA-Z]*>>> $")
    os.write(terminal.fd, b"print(6 * 7)\r")
    terminal.wait_for(rb"\n42\r+\n>>> $")
    terminal.leave()
    assert terminal.process.returncode == 0


def test_monitor_shows_the_prompt_and_interrupts_nothing(start, board):
    board.release()
    terminal = Terminal(start, "monitor", "--port", str(board.console))
    terminal.wait_for(rb"Use Ctrl-\][^\n]*\n[^a-zA-Z]*>>> $")
    os.write(terminal.fd, b"import time\rn = 0\rwhile True: n += 1; time.sleep_ms(50)\r\r\r\r")
    terminal.wait_for(rb"sleep_ms")
    terminal.leave()
    again = Terminal(start, "monitor", "--port", str(board.console))
    again.wait_for(rb"Use Ctrl-\]")
    time.sleep(1)
    again.leave()
    assert b"KeyboardInterrupt" not in again.shown and b">>>" not in again.shown


def test_monitor_of_a_port_across_the_network(start):
    standing = Standing(start("board", "--rfc2217", "--json"))
    terminal = Terminal(start, "monitor", "--port", standing.facts["port"])
    terminal.wait_for(rb"Quit: Ctrl\+\]")
    os.write(terminal.fd, b"print(6 * 7)\r")
    terminal.wait_for(rb"\n42\r+\n>>> $")
    terminal.leave()
