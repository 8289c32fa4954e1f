# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""`./tools/cw run`: scripts as users write them, followed to their true end."""

import os
import pathlib
import re
import signal
import subprocess
import sys

import pytest

pytestmark = pytest.mark.virtual("it starts boards of its own")

_HERE = pathlib.Path(__file__).resolve().parent
_LIMIT_S = 180
_CONNECT = """
import server
from my_network import SSID, KEY

def done(result, interface):
    print("result", result)
    if result == server.SERVER_CONNECTED:
        server.log("online")

server.setsendtimeoutpolicy(server.RETURN_ON_ERROR, server.WAIT_FOR_ACK, 10)
server.connectwith({"interface": "wl0", "wificonfig": {"ssid": SSID, "key": KEY}}, done, 60)
print("last line")
"""


@pytest.fixture
def cw(request, tmp_path):
    """Starts `cw run` with these arguments in a folder that has the files."""
    board = str(request.config.getoption("--board-binary"))

    def start(*arguments):
        environment = {**os.environ, "BOARD": board, "PYTHONUNBUFFERED": "1"}
        command = [sys.executable, str(_HERE / "cw_in_place.py"), "run", *map(str, arguments)]
        return subprocess.Popen(
            command, cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    return start


@pytest.fixture
def run(cw, tmp_path):
    """Runs `code` as script.py: exit status, lines of output and of errors."""

    def start(code, *arguments, name="script.py"):
        (tmp_path / name).write_text(code, encoding="utf-8")
        process = cw(name, *arguments)
        output, error = process.communicate(timeout=_LIMIT_S)
        return process.returncode, output.splitlines(), error.splitlines()

    return start


_ENDED = "board: the script has ended (--stay S keeps the board on)"


def test_a_script_and_its_end(run):
    assert run("print('hällo')") == (0, ["hällo", _ENDED], [])


def test_an_exception_names_the_script(run):
    code = "def f():\n    x\n\nf()\n"
    assert run(code, name="grün und blau.py") == (1, [], [
        "Traceback (most recent call last):",
        '  File "grün und blau.py", line 4, in <module>',
        '  File "grün und blau.py", line 2, in f',
        "NameError: name 'x' isn't defined",
    ])  # fmt: skip


def test_an_exception_that_is_printed_or_raised_in_a_callback_names_it_too(run):
    status, output, _ = run("import imp\n\ndef f():\n    x\n\nimp.wakeup(0.2, f)\n")
    assert status == 0
    assert '  File "script.py", line 4, in f' in output


def test_a_syntax_error_names_the_line(run):
    status, _, error = run("print(1)\nx = = 2\n")
    assert status == 1
    assert error[1:] == ['  File "script.py", line 2', "SyntaxError: invalid syntax"]


def test_nothing_is_imported_for_the_script(run):
    status, _, error = run("imp.wakeup(1, print)")
    assert status == 1 and error[-1] == "NameError: name 'imp' isn't defined"


def test_resets_in_a_loop_end_at_the_limit(run):
    code = "import machine\nprint('go')\nmachine.reset()\n"
    status, output, error = run(code, "--starts", 3)
    again = "board: machine.reset(), or EN; the script begins again"
    assert output == ["go", again, "go", again, "go"]
    assert status == 124 and "after 3 starts" in error[0]


def test_resets_of_boot_py_end_at_the_limit_too(run, tmp_path):
    (tmp_path / "boot.py").write_text("import machine\nprint('boot')\nmachine.reset()\n")
    status, output, error = run("print('never')", "boot.py", "--starts", 3)
    assert status == 124 and "after 3 starts" in error[0]
    assert set(output) == {"boot"}


def test_deep_sleep_and_the_code_that_runs_after_it(run):
    status, output, _ = run(
        "import machine, sys\n"
        "if machine.reset_cause() != machine.DEEPSLEEP_RESET:\n"
        "    print('to bed')\n    machine.deepsleep(1500)\n"
        "print('awake')\nsys.exit(3)\n"
    )
    assert output == [
        "to bed", "board: in deep sleep",
        "board: it woke from deep sleep; the script begins again", "awake",
        "board: the script has ended by sys.exit(3)",
    ]  # fmt: skip
    assert status == 3


def test_deep_sleep_without_an_end_is_said_so(run):
    status, _, error = run("import machine\nmachine.deepsleep()", "--timeout", 4)
    assert status == 124
    assert error[0] == "cw: The script was still asleep after 4 s and was stopped."


def test_soft_reset_and_exit(run):
    code = (
        "import machine\nprint(machine.reset_cause() == machine.SOFT_RESET)\n"
        "if machine.reset_cause() != machine.SOFT_RESET: machine.soft_reset()\n"
    )
    again = "board: a soft reset; the script begins again"
    assert run(code) == (0, ["False", again, "True", _ENDED], [])
    status, output, _ = run("import sys\nsys.exit()")
    assert (status, output) == (0, ["board: the script has ended by sys.exit()"])
    status, output, _ = run("import imp, sys\nimp.wakeup(0.2, lambda: sys.exit(5))")
    assert (status, output[-1]) == (5, "board: the script has ended by sys.exit(5)")


def test_it_waits_for_an_attempt_and_ends_when_nothing_is_to_come(run):
    status, output, _ = run(_CONNECT, "--fault", "ap-association-ms=4000")
    assert status == 0
    assert output[0] == "fault: ap-association-ms=4000"
    assert output[1:4] == [
        "last line",
        "board: after the last line, still to come: an attempt (Ctrl-C or --stay S ends it)",
        "result 5",
    ]
    assert any(re.fullmatch("broker: imp/[0-9a-f]{12}/log  online", line) for line in output)
    assert output[-1] == _ENDED


CALLBACKS = {
    "imp.wakeup": "imp.wakeup(60, print)",
    "machine.Timer": "machine.Timer(0).init(period=60000, callback=print)",
    "Pin.irq": "machine.Pin(4).irq(print)",
    "imp.net.open": "network = imp.net.open({'interface': 'wl0'}, lambda *_: None)",
}


@pytest.mark.parametrize("name", CALLBACKS)
def test_it_waits_for_a_callback_until_it_is_told_otherwise(run, name):
    status, output, error = run(f"import imp, machine\n{CALLBACKS[name]}", "--timeout", 6)
    assert status == 124, output
    assert f"waiting ({name})" in error[0]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("agent.on('led')", "agent.on('led', print)"),
        ("server.onunexpecteddisconnect", "server.onunexpecteddisconnect(print)"),
        ("server.onshutdown", "server.onshutdown(print)"),
        ("imp.diag.ontransition", "imp.diag.ontransition(lambda *_: None)"),
    ],
)
def test_handlers_count_while_there_is_a_connection(run, name, code):
    header = "import agent, imp, server\n"
    status, output, _ = run(header + code)
    assert (status, output) == (0, [_ENDED])
    status, output, error = run(header + code + _CONNECT, "--timeout", 12)
    assert status == 124 and name in error[0], output


def test_stay_is_a_limit(run):
    status, output, _ = run("import imp\nimp.wakeup(60, print)", "--stay", 1)
    assert (status, output) == (0, [])
    assert run("print(1)", "--stay", 0) == (0, ["1"], [])


def test_faults_come_at_their_time_and_keep_the_run_going(run):
    status, output, _ = run(_CONNECT, "--fault", "ap-off@6s,ap-on@8s", "--fault", "dns-delay=20")
    assert status == 0
    faults = [line for line in output if line.startswith("fault: ")]
    assert faults == ["fault: dns-delay=20", "fault: ap-off", "fault: ap-on"]
    assert output.index("result 5") < output.index("fault: ap-off")


def test_the_proxy_of_my_network(run):
    code = _CONNECT.replace("KEY\n", "KEY, PROXY, PROXY_PORT\n", 1).replace(
        '"key": KEY}}', '"key": KEY}, "proxyconfig": {"address": PROXY, "port": PROXY_PORT}}'
    )
    assert "result 5" in run(code)[1]
    status, output, _ = run(code, "--fault", "proxy-ask=me:S3cret")
    assert output[:1] == ["fault: proxy-ask=me:S3cret"] and "result 7" in output


def test_faults_that_were_not_made_are_said(run):
    status, output, _ = run("raise ValueError", "--fault", "ap-off@60s")
    assert (status, output) == (1, ["fault: ap-off@60s was not made any more"])


def test_ctrl_c_shows_where_it_was_and_leaves_nothing(cw, tmp_path):
    (tmp_path / "loop.py").write_text(
        "import time\nprint('loop')\ntry:\n    while True:\n        time.sleep(0.1)\n"
        "finally:\n    print('cleaned up')\n"
    )
    process = cw("loop.py")
    assert process.stdout.readline() == "loop\n"
    process.send_signal(signal.SIGINT)
    output, error = process.communicate(timeout=_LIMIT_S)
    assert process.returncode == 130
    assert output == "cleaned up\n"
    assert '  File "loop.py", line 5, in <module>\nKeyboardInterrupt' in error
    assert error.endswith("cw: interrupted; what was started has been stopped.\n")


def test_a_folder_with_packages(cw, tmp_path):
    project = tmp_path / "my project"
    (project / "lib" / "größen").mkdir(parents=True)
    (project / "__pycache__").mkdir()
    (project / "__pycache__" / "x.pyc").write_bytes(b"x")
    (project / "boot.py").write_text("print('boot')\nimport helper\n")
    (project / "helper.py").write_text("name = 'helper'\n")
    (project / "lib" / "größen" / "__init__.py").write_text("from .inner import value\n")
    (project / "lib" / "größen" / "inner.py").write_text("value = 7\n" + "# filler\n" * 400)
    (project / "main.py").write_text(
        "import helper, os\nfrom größen import value\n"
        "print(__name__, helper.name, value, '__pycache__' in os.listdir())\n"
    )
    (project / "other.py").write_text("print('other')\n")
    process = cw(project)
    output, error = process.communicate(timeout=_LIMIT_S)
    assert output.splitlines() == ["boot", "__main__ helper 7 False", _ENDED], error
    process = cw(project, "--main", "other.py")
    output, error = process.communicate(timeout=_LIMIT_S)
    assert output.splitlines()[0].startswith("main.py does not go along")
    assert output.splitlines()[1:] == ["boot", "other", _ENDED], error


def test_files_that_go_along_and_one_that_does_not(run, tmp_path):
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "__init__.py").write_text("word = 'packed'\n")
    (tmp_path / "data.bin").write_bytes(bytes(range(256)) * 9)
    (tmp_path / "forgotten.py").write_text("")
    code = "import pack\ndata = bytes(range(256)) * 9\n"
    code += "print(pack.word, open('data.bin', 'rb').read() == data)\n"
    status, output, error = run(code + "import forgotten\n", "pack", "data.bin")
    assert (status, output) == (1, ["packed True"])
    assert "ImportError" in error[-2] and "forgotten.py did not go along" in error[-1]


def test_two_boards_at_once(cw, tmp_path):
    (tmp_path / "script.py").write_text(_CONNECT)
    processes = [cw("script.py") for _ in range(2)]
    for process in processes:
        output, error = process.communicate(timeout=_LIMIT_S)
        assert process.returncode == 0 and "result 5" in output, error


def test_ten_lines_of_the_readme(run):
    text = (_HERE.parents[1] / "README.md").read_text()
    (script,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    status, output, error = run(script)
    assert status == 0, error
    assert any(line.endswith("/log  connected over wl0") for line in output)
