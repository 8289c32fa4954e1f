# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Each example of the lab's editor does what it says, on a board of the lab."""

import json

import pytest
from bench import Board
from lab.desk.notes import ON_BOARD
from lab_board import equipped

from commands.session import MODEM_SCALE

pytestmark = pytest.mark.virtual("the lab's board")

_EXAMPLES = {
    file.stem.partition("_")[2]: file.read_text()
    for file in sorted((ON_BOARD / "examples").glob("*.py"))
}
_TEST = "test_example_"


@pytest.fixture
def lab(request, world):
    with Board(world, binary=request.config.getoption("--board-binary")) as board:
        modem = world.fit_modem(board, scale=MODEM_SCALE)
        with equipped(world, board) as lab:
            yield lab
        world.remove_modem(modem)


@pytest.fixture
def start(request, lab):
    """Runs the example that the test is named after."""
    yield lambda: lab.start(_EXAMPLES[request.node.name.removeprefix(_TEST)])
    assert "Traceback" not in lab.text


def _shows(lab, text):
    lab.until(lambda: text in lab.text, f"the text {text!r}")


def _logged(world):
    return json.loads(world.broker.wait_for("imp/*/log", timeout=20)[1])


def _sent(world, name):
    """The data of the device's messages of that name, each once, in their order."""
    sent = [m[1] for m in world.broker.messages if m[0].endswith("/agent/" + name)]
    return [json.loads(payload) for payload in dict.fromkeys(sent)]


def test_each_example_is_run_here():
    assert {name.removeprefix(_TEST) for name in globals() if name.startswith(_TEST)} == set(
        _EXAMPLES
    )


@pytest.mark.parametrize("name", _EXAMPLES)
def test_an_example_is_short_and_has_a_title(name):
    lines = _EXAMPLES[name].splitlines()
    assert lines[2].startswith("# ") and lines[3] == ""
    assert len(lines) <= 32


def test_example_ethernet(lab, world, start):
    start()
    _shows(lab, "eth0 SERVER_CONNECTED after ")
    assert _logged(world) == "hello over the cable"
    world.ethernet.unplug()
    lab.until_note("session", lambda interface: interface is None)
    world.ethernet.plug()
    lab.until(lambda: lab.of("session") == ["eth0", None, "eth0"], "the session is back")


def test_example_cellular(lab, world, start):
    start()
    _shows(lab, "cell0 SERVER_CONNECTED after ")
    assert _logged(world) == "hello over the modem"
    _shows(lab, "HARDWARE took ")
    _shows(lab, "SESSION took ")


def test_example_wrong_key(lab, start):
    start()
    _shows(lab, "Wi-Fi reason 202: wrong key")
    assert lab.text.index("connectwith has returned") < lab.text.index("wl0 NO_WIFI after ")


def test_example_proxy(lab, world, start):
    start()
    _shows(lab, "wl0 SERVER_CONNECTED ")
    _shows(lab, "'PROXY'")
    assert _logged(world) == "hello through the proxy" and world.proxy.tunnels >= 1


def test_example_fallback(lab, world, start):
    world.ethernet.unplug()
    world.wifi["home"].refuse(203)  # WIFI_REASON_ASSOC_FAIL
    start()
    _shows(lab, "cell0 SERVER_CONNECTED")
    assert lab.text.index("eth0 NO_LINK") < lab.text.index("wl0 NO_WIFI")
    assert _logged(world) == "hello over cell0"


def test_example_stay_connected(lab, world, start):
    start()
    _shows(lab, "connected eth0")
    world.ethernet.unplug()
    _shows(lab, "connected wl0")
    world.ethernet.plug()
    _shows(lab, "moved eth0")
    count = len(_sent(world, "number"))
    lab.until(lambda: len(_sent(world, "number")) > count + 1, "more numbers")
    lab.type(b"\x03")
    _shows(lab, "KeyboardInterrupt")
    sent = _sent(world, "number")  # the last ones may still be on their way
    assert sent == list(range(len(sent)))
    lab.text = ""


def test_example_kept_messages(lab, world, start):
    world.broker.stop()
    start()
    _shows(lab, "kept: 3 code: 0 waiting: 3")
    world.broker.start()
    lab.until(lambda: len(_sent(world, "reading")) == 10, "all messages")
    numbers = [message["data"]["number"] for message in _sent(world, "reading")]
    assert numbers == list(range(1, 11))


def test_example_asyncio(lab, world, start):
    start()
    _shows(lab, "connected")
    world.broker.wait_for("imp/*/agent/greeting", timeout=20)
    assert lab.text.index("task: 2") < lab.text.index("connected")
