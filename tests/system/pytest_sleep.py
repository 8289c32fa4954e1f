# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Deep sleep, the reason for a boot, and nv: over real sleeps, resets and power cuts."""

import re
import time

import pytest
from bench.board import Board
from cellular import LIMIT_S, cell, set_clock, until
from repl import BoardError

SERVER_CONNECTED = 5
POWER_ON, TIMER, SW_RESET, NEW_SQUIRREL, SNOOZE, SW_RESTART = 0, 1, 2, 4, 7, 10

_IMPORT = "import hardware, imp, machine, server\nfrom nv import nv"


def _after(repl, code):
    """The board runs `code`, which ends in a reset; the reason for the boot and nv."""
    repl.send(f"{_IMPORT}\n{code}\n")
    repl.reenter()
    repl.run(_IMPORT)
    return repl.value("(hardware.wakereason(), nv)")


@pytest.mark.parametrize("call", ["imp.deepsleepfor(0.05)", "server.sleepfor(0)"])
def test_deep_sleep_keeps_nv(repl, call):
    values = {
        "count": 1, "big": -(2**31), "half": 0.5, "text": "gr\u00fc\u00dfe \"'\\\n", "none": None,
        "yes": True, "list": [1, [2.5, {"a": []}]], "table": {"": {}},
    }  # fmt: skip
    assert _after(repl, f"nv.update({values!r})\n{call}") == (TIMER, values)
    values["count"] = 2
    assert _after(repl, f"nv['count'] += 1\n{call}") == (TIMER, values)


@pytest.mark.virtual("it resets the board in each of these ways")
def test_nothing_else_keeps_it(repl, board):
    asleep = "nv['a'] = 1\nimp.deepsleepfor(0)"
    for reset, reason in (
        ("machine.reset()", SW_RESET), ("machine.deepsleep(10)", TIMER),
        ("server.restart()", SW_RESTART), ("machine.WDT(timeout=10)\nwhile True: pass", SW_RESET),
    ):  # fmt: skip
        assert _after(repl, asleep) == (TIMER, {"a": 1})
        assert _after(repl, "nv['a'] = 2\n" + reset) == (reason, {}), reset
    assert _after(repl, asleep) == (TIMER, {"a": 1})
    repl.soft_reset()
    repl.run(_IMPORT)
    assert repl.value("(hardware.wakereason(), nv)") == (NEW_SQUIRREL, {})
    assert _after(repl, asleep) == (TIMER, {"a": 1})
    repl.reset()
    repl.run(_IMPORT)
    assert repl.value("(hardware.wakereason(), nv)") == (POWER_ON, {})


@pytest.mark.virtual("EN is pressed during the sleep")
def test_en_ends_a_sleep_and_what_it_keeps(repl, board, dut):
    booted = (board.dir / "pid").stat().st_mtime_ns
    repl.send(f"{_IMPORT}\nnv['a'] = 1\nprint('good night')\nimp.deepsleepfor(3600)\n")
    dut.expect(re.compile(rb"good night"), timeout=10)
    time.sleep(0.5)
    assert (board.dir / "pid").stat().st_mtime_ns == booted, "asleep, it does not boot"
    board.press_en()
    repl.enter()
    repl.run(_IMPORT)
    assert repl.value("(hardware.wakereason(), nv)") == (POWER_ON, {})
    assert repl.value("machine.RTC().memory()") == b""


def test_a_restart_is_told_once(repl):
    assert _after(repl, "server.restart()") == (SW_RESTART, {})
    assert _after(repl, "machine.reset()") == (SW_RESET, {})
    # Nobody asks in between.
    repl.send("import server\nserver.restart()\n")
    repl.reenter()
    repl.run("import imp")
    assert _after(repl, "imp.deepsleepfor(0)") == (TIMER, {})


@pytest.mark.parametrize(
    "memory",
    [b"", b"cwnv", b"cwnv\x00\x00\x00\x00\x00{}", b"cwnv\x07" + b"\xff" * 2043,
     b"\xa5" * 2048, b"mine"],
    ids=range(6),
)  # fmt: skip
def test_hostile_memory(repl, memory):
    repl.send(f"import machine\nmachine.RTC().memory({memory!r})\nmachine.deepsleep(1)\n")
    repl.reenter()
    repl.run(_IMPORT)
    assert repl.value("(hardware.wakereason(), nv)") == (TIMER, {})
    ours = memory.startswith(b"cwnv")
    assert repl.value("machine.RTC().memory()") == (b"" if ours else memory)
    assert _after(repl, "imp.deepsleepfor(0)") == (TIMER, {})
    assert repl.value("machine.RTC().memory()") == (b"" if ours else memory)
    assert _after(repl, "nv['a'] = 1\nimp.deepsleepfor(0)") == (TIMER, {"a": 1})


@pytest.mark.parametrize(
    ("value", "error"),
    [("b'x'", "TypeError: nv: JSON has no bytes"), ("{1: 2}", "TypeError: nv: keys must be str"),
     ("imp", "TypeError: nv: JSON has no module"),
     ("__import__('collections').namedtuple('P', 'a')(1)", "TypeError: nv: JSON has no named tup"),
     ("os.uname()", "TypeError: nv: JSON has no tuple"), ("nest(nv, 1)", "ValueError: nv: nested"),
     ("nest(1, 15)", "ValueError: nv: too long"), ("float('nan')", "ValueError: nv: not a fini"),
     ("float('-inf')", "ValueError: nv: not a fini"), ("'x' * 2031", "ValueError: nv: too long"),
     ("bytes([0x80, 0x41]).decode", "TypeError: nv: JSON has no ")],
)  # fmt: skip
def test_what_nv_cannot_keep_is_refused(device, value, error):
    device.repl.run(
        f"{_IMPORT}\nimport os\n"
        "def nest(value, depth): return [nest(value, depth - 1)] * 32 if depth else value\n"
    )
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    device.repl.run(f"nv['a'] = {value}")
    for call in ("imp.deepsleepfor(0)", "server.sleepfor(0)"):
        with pytest.raises(BoardError, match=error):
            device.repl.run(call)
    assert device.repl.value("server.isconnected()") is True


def test_all_that_fits(repl):
    text = "x" * (2039 - len('{"a": ""}'))
    assert _after(repl, f"nv['a'] = 'x' * {len(text)}\nimp.deepsleepfor(0)")[1] == {"a": text}


def test_the_sleep_of_suspend_on_error_keeps_it(device, world, dut):
    world.ethernet.unplug()
    device.repl.run(_IMPORT)
    device.repl.send(
        "from connectwith import connection\ncontrol = connection.get()\n"
        "control.retry_ms, control.sleep_ms = 1500, 100\nnv['a'] = 1\n"
        "server.setsendtimeoutpolicy(server.SUSPEND_ON_ERROR, server.WAIT_TIL_SENT, 5)\n"
        "server.connect()\n"
    )
    dut.expect(re.compile(rb"deep sleep for 0 s"), timeout=20)
    device.repl.reenter()
    device.repl.run(_IMPORT)
    assert device.repl.value("(hardware.wakereason(), nv)") == (SNOOZE, {"a": 1})


@pytest.mark.parametrize("where", ["", "imp.onidle(lambda: {})", "imp.wakeup(0, lambda: {})"])
def test_sleepfor_sends_what_waits_and_says_goodbye(device, world, where):
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    call = (where or "{}").format("server.sleepfor(0)")
    world.broker.wait_for("imp/*/status")  # else it comes after the next line
    world.broker.forget()
    device.repl.send(f"for i in range(20): server.log(str(i))\n{call}\ntime.sleep(30)\n")
    device.repl.reenter()
    device.repl.run(_IMPORT)
    assert device.repl.value("hardware.wakereason()") == TIMER
    world.broker.wait_for("imp/*/status")
    said = [payload for _, payload, _ in world.broker.messages]
    assert said == [b'"%d"' % i for i in range(20)] + [b'"offline"']


_IN_A_SEND = """
server.setsendtimeoutpolicy(server.RETURN_ON_ERROR, server.WAIT_FOR_ACK, 30)
imp.wakeup(0.1, lambda: imp.deepsleepfor(3600))
server.log("no acknowledgement")
"""
_AGAIN_AND_AGAIN = """
def again():
    server.connectwith(cell)
    imp.wakeup(0.02, again)
again()
imp.deepsleepfor(3600)
"""


@pytest.mark.virtual("it looks at the modem while the board is asleep")
@pytest.mark.parametrize(
    "code",
    [_IN_A_SEND, _AGAIN_AND_AGAIN, "server.sleepfor(3600)",
     "held = imp.net.open({'interface': 'cell0'})\nserver.sleepfor(3600)",
     "held = imp.net.open({'interface': 'cell0'})\nheld.close()\nimp.deepsleepfor(3600)"],
    ids=["in-a-send", "callbacks-connect", "connected", "held-too", "closed"],
)  # fmt: skip
def test_a_modem_is_off_before_the_sleep(device, world, board, modem, code):
    device.repl.run(f"{_IMPORT}\ncell = {cell()!r}")
    set_clock(device)
    assert device.connect(cell(), timeout=60, limit_s=70) == SERVER_CONNECTED
    if code is _IN_A_SEND:
        world.broker.stall()
    device.repl.send(code + "\n")
    until(lambda: not board.has_pins, "the board is asleep", LIMIT_S)
    assert not modem.on


@pytest.mark.virtual("it looks at the modem while the board is asleep")
@pytest.mark.parametrize("up", [True, False])
def test_so_is_one_of_the_local_network_alone(device, board, modem, up):
    device.repl.run(f"{_IMPORT}\nheld = imp.net.open({cell()!r})")
    if up:
        assert device.repl.value("until(lambda: held.getstate() == imp.net.CONNECTED, 30000)")
    device.repl.send("imp.deepsleepfor(3600)\n")
    until(lambda: not board.has_pins, "the board is asleep", LIMIT_S)
    assert not modem.on


@pytest.mark.virtual("it looks at the modem while the board is asleep")
@pytest.mark.parametrize("reset", ["machine.reset()", ""])
def test_so_is_one_that_a_run_before_has_left_on(device, board, modem, reset):
    device.repl.run(_IMPORT)
    set_clock(device)
    assert device.connect(cell(), timeout=60, limit_s=70) == SERVER_CONNECTED
    if reset:
        device.repl.send(reset + "\n")
        device.repl.reenter()
    else:
        device.repl.soft_reset()
    assert modem.on
    device.repl.send("import imp\nimp.deepsleepfor(3600)\n")
    until(lambda: not board.has_pins, "the board is asleep", LIMIT_S)
    assert not modem.on


def test_sleepuntil(repl):
    repl.run("import time")
    code = (
        "machine.RTC().datetime((2027, 3, 6, 0, 23, 59, 59, 900000))\n"
        "nv['a'] = 1\nimp.deepsleepuntil(0, 0, 0, 0)"  # 7 March 2027 is a Sunday
    )
    assert _after(repl, code) == (TIMER, {"a": 1})
    assert repl.value("__import__('time').gmtime()[:4]") == (2027, 3, 7, 0)


def test_an_unset_clock_has_no_time_of_day(device):
    assert device.repl.value("imp.diag.clock()") == "unset"
    with pytest.raises(BoardError, match="RuntimeError: the clock is not set"):
        device.repl.run("server.sleepuntil(12, 0)")


@pytest.mark.virtual("its power is cut")
@pytest.mark.parametrize("asleep", [False, True])
def test_a_power_cut_loses_it(world, request, asleep):
    binary = request.config.getoption("--board-binary")
    folder = world.board_folder()
    with Board(world, binary=binary, folder=folder) as board:
        board.exec(f"{_IMPORT}\nfrom connectwith.settings import retained\nnv['a'] = 1")
        board.exec("retained.save()")
        if asleep:
            board.exec("imp.wakeup(0.1, lambda: imp.deepsleepfor(3600))")
            time.sleep(1)
    with Board(world, binary=binary, folder=folder) as board:
        board.exec(_IMPORT)
        said = board.exec("print(hardware.wakereason(), nv, machine.RTC().memory())")
        assert said.split() == ["0", "{}", "b''"]
