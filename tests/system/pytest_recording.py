# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What is recorded in the lab plays again, and the test that it makes passes, and can fail."""

import os
import pathlib
import re
import subprocess
import sys
import time

import pytest
from lab.desk import Desk
from lab.desk.virtual import equip
from lab.model import Lab
from lab.recording import save

from commands.console import Console
from commands.lab import script_text
from commands.typed_faults import PARTS
from setup import paths

pytestmark = pytest.mark.virtual("the lab's board")

LIMIT_S = 60
_HERE = pathlib.Path(__file__).resolve().parent
_CONNECTED = "attempt over wl0: SERVER_CONNECTED"
# Before what must fail, so that it does not take a minute.
_SOON = "    lab_board.limit_s = 3\n"


class Person:
    """Uses a lab: does something, and waits until something is seen after it."""

    def __init__(self, lab, desk):
        self._lab = lab
        self.desk = desk
        self.recorder = desk.recorder

    @property
    def device(self):
        return self._lab.boards[0].device

    @property
    def view(self):
        return self._lab.snapshot(time.monotonic()).recording

    def until(self, condition):
        deadline = time.monotonic() + LIMIT_S
        while not condition():
            assert time.monotonic() < deadline, self._lab.snapshot(time.monotonic())
            time.sleep(0.02)

    def sees(self, words):
        """Waits until this was seen after the last step."""
        self.until(lambda: words in self._seen())

    def does(self, step, *words):
        """Waits until a step with these words was recorded, after doing it."""
        count = len(self._steps())
        step()
        self.until(lambda: len(self._steps()) > count)
        for each in words:
            self.sees(each)

    def _steps(self):
        return [entry for entry in self.view.entries if entry.is_step]

    def _seen(self):
        seen = []
        for entry in self.view.entries:
            seen = [] if entry.is_step else [*seen, entry.words]
        return seen


@pytest.fixture
def person(world, board):
    """Somebody with a lab in which nothing runs, who records."""
    board.release()
    with Console(board.console) as console:
        equip(world, console)
    lab = Lab(PARTS)
    mpy_cross = pathlib.Path(os.environ["CONNECTWITH_MPY_CROSS"])
    with Desk(world, [board], lab, mpy_cross) as desk:
        person = Person(lab, desk)
        person.until(lambda: person.device)
        person.recorder.record()
        yield person


@pytest.fixture
def outcomes(request, tmp_path):
    """Runs tests by pytest, each a text by its name; gives how each has ended, and the output."""

    def run(**texts):
        files = [str(save(text, name, tmp_path)) for name, text in texts.items()]
        path = os.pathsep.join([str(_HERE), str(paths.ROOT / "tools")])
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
        command = [sys.executable, "-m", "pytest", "-rA", "-p", "no:cacheprovider",
                   "-p", "conftest", f"--rootdir={tmp_path}",
                   f"--config-file={paths.ROOT / 'pyproject.toml'}",
                   f"--basetemp={tmp_path / 'run'}", *files,
                   f"--board-binary={request.config.getoption('--board-binary')}"]  # fmt: skip
        done = subprocess.run(
            command, cwd=_HERE, env={**environment, "PYTHONPATH": path}, capture_output=True,
            text=True, timeout=300,
        )  # fmt: skip
        output = done.stdout + done.stderr
        ended = re.findall(r"^(PASSED|FAILED|ERROR|SKIPPED) \S*pytest_recorded_(\w+)\.py", output,
                           re.MULTILINE)  # fmt: skip
        return {name: how for how, name in ended}, output

    return run


def _outage(person):
    person.does(lambda: person.desk.run_script(0, script_text(None)), _CONNECTED,
                "message at imp/<id>/log")  # fmt: skip
    person.does(lambda: person.desk.fault(0, "ap-off"), "no session")
    person.does(lambda: person.desk.fault(0, "ap-on"), "session over wl0")
    person.recorder.stop_recording()
    return person.view.text


def test_an_outage_is_a_test_that_passes_and_can_fail(person, outcomes):
    text = _outage(person)
    assert "correct-horse" not in text
    off, message = '    world.wifi["home"].off()\n', """b'"connected over"""
    ended, output = outcomes(
        right=text,
        no_fault=text.replace(off, _SOON),
        other_link=text.replace(
            '    lab_board.attempt("wl0"', _SOON + '    lab_board.attempt("eth0"'
        ),
        other_message=text.replace(
            "    lab_board.message", _SOON + "    lab_board.message"
        ).replace(message, message + " there"),
    )
    assert ended == {"right": "PASSED", "no_fault": "FAILED", "other_link": "FAILED",
                     "other_message": "FAILED"}, output  # fmt: skip
    for words in ("no session", "attempt over eth0: SERVER_CONNECTED", "message at imp/<id>/log"):
        assert f"AssertionError: {words}: not within 3 s" in output


def test_an_outage_plays_again(person):
    _outage(person)
    said = []
    person.recorder.play()
    person.until(lambda: said.append(person.view.note) or person.view.state == "idle")
    assert set(said) <= {"", "The recording was played to its end."} and said[-1]


def test_resets_power_keys_and_messages(person, outcomes):
    desk = person.desk
    listen = (
        "import agent\nagent.on('say', lambda data: server.log(data))\n"
        "imp.wakeup(3600, lambda: None)\n"
    )
    person.does(lambda: desk.press_en(0), "boot")
    person.does(lambda: desk.power(0, False))
    person.does(lambda: desk.power(0, True))
    person.does(lambda: desk.run_script(0, script_text(None) + listen), _CONNECTED,
                "message at imp/<id>/log")  # fmt: skip
    person.does(lambda: desk.publish(f"imp/{person.device}/device/say", '"it\'s {here} \\\\ é"'),
                "message at imp/<id>/log")  # fmt: skip
    person.does(lambda: desk.type(0, "server.log('typed')\r"), "message at imp/<id>/log")
    person.does(lambda: desk.soft_reset(0), "boot")
    person.recorder.stop_recording()
    ended, output = outcomes(all=person.view.text)
    assert ended == {"all": "PASSED"}, output
    calls = re.findall(r"^    (?:lab_board|world\.broker)\.(\w+)", person.view.text, re.MULTILINE)
    assert [call for call in calls if call != "goes_on"] == [
        "press_en", "booted", "power", "power", "run", "attempt", "message", "publish", "message",
        "type", "message", "soft_reset", "booted",
    ]  # fmt: skip


_OVER_ETHERNET = """
import server
server.setsendtimeoutpolicy(server.RETURN_ON_ERROR, server.WAIT_TIL_SENT, 5)
server.connectwith({"interface": "eth0"}, lambda result, interface: None, 30)
"""


def test_a_script_that_is_run_at_once_does_not_interrupt_the_boot(lab_board):
    for _ in range(5):
        lab_board.press_en()
        lab_board.booted()
        lab_board.run(_OVER_ETHERNET)
        lab_board.attempt("eth0", "SERVER_CONNECTED")
