# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Power cuts while the API stores settings: the old ones or the new ones, never neither.

`--power-cuts 200` on pytest's command line cuts more often than the suite has time for.
"""

import powercut
import pytest

pytestmark = pytest.mark.virtual("it cuts the power")

# Runs on the board: says what is stored, then stores the next settings at each byte it is sent.
# Both settings carry the number in every part, so that a mixture of two writes would show.
_MAIN = """
import imp, machine
from connectwith import settings as store
from connectwith.settings import nic
uart = machine.UART(1, 5000000)

def wifi():
    stored = store.load_block("wificonfig")
    if stored is None:
        return None
    block = nic.check_block("wificonfig", stored)  # opens the sealed key
    return int(block["ssid"].split("-")[1])

def user():
    value = imp.getuserconfiguration()
    if value is None:
        return None
    words = set(value.decode().split())
    return int(words.pop()) if len(words) == 1 else "torn"

number = wifi() or 0
uart.write("%s %s\\n" % (wifi(), user()))
while True:
    while not uart.any():
        pass
    uart.read(1)
    number += 1
    imp.setuserconfiguration((str(number) + " ").encode() * 400)
    imp.setwificonfiguration("network-" + str(number), "key-number-" + str(number))
    uart.write("%d\\n" % number)
"""

# The same with the list of networks alone.
_LIST = """
import imp, machine
from connectwith import settings as store
from connectwith.settings import nic
uart = machine.UART(1, 5000000)

known = store.load_networks()
numbers = {int(block["ssid"].split("-")[1]) for block in known}
whole = len(numbers) < 2 and len(known) in (0, 8)
for block in known:
    nic.check_block("wificonfig", block)  # opens the sealed key
number = numbers.pop() if known else 0
uart.write("%s\\n" % (number if whole else "torn"))
while True:
    while not uart.any():
        pass
    uart.read(1)
    number += 1
    imp.uplink.networks([
        {"ssid": "network-%d-%d" % (number, i), "key": "key-number-%d" % number} for i in range(8)
    ])
    uart.write("%d\\n" % number)
"""


def _check(words):
    wifi, user = words
    assert wifi.isdigit() and user.isdigit(), words
    # The user's configuration is written first: it may be one ahead, and nothing else.
    assert int(user) - int(wifi) in (0, 1), words
    return int(wifi)


def test_power_cut_while_settings_are_stored(request, world):
    count = request.config.getoption("--power-cuts")
    if count < 1:
        raise pytest.UsageError("--power-cuts: at least 1")
    board = powercut.prepare(world, request.config.getoption("--board-binary"), _MAIN)
    line, words = powercut.boot(board)
    assert words == ["None", "None"]
    duration_s, words = powercut.write_time(line, 5)
    seen = powercut.cuts(board, int(words[0]), count, _check, line, duration_s, seed=2)
    board.stop()
    # Only cuts on both sides of the change show that some came in between.
    assert seen == {0, 1}


def test_power_cut_while_the_list_of_networks_is_stored(request, world):
    count = request.config.getoption("--power-cuts")
    board = powercut.prepare(world, request.config.getoption("--board-binary"), _LIST)
    line, words = powercut.boot(board)
    assert words == ["0"]
    duration_s, words = powercut.write_time(line, 5)
    seen = powercut.cuts(
        board, int(words[0]), count, lambda words: int(words[0]), line, duration_s, seed=3
    )
    board.stop()
    assert seen == {0, 1}
