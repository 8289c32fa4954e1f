# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Sealed values on the board: for one device, for one use, and never in the clear."""

import ast

import pytest

SERVER_CONNECTED = 5

_SEAL = """
from connectwith.settings import nic
def seal(key):
    config = {'interface': 'wl0', 'wificonfig': {'ssid': 'home', 'key': key}}
    return nic.normalise(config)['wificonfig']['key']
def proxy(password, username='me'):
    block = {'address': 'proxy.test', 'port': 1, 'username': username, 'password': password}
    return nic.normalise({'interface': 'eth0', 'proxyconfig': block})['proxyconfig']['password']
def why(function, *args):
    try:
        function(*args)
    except ValueError as error:
        return str(error)
"""

_EFUSE = 0xF000 + 64  # the key of the HMAC unit in the image, see firmware/virtual/idf/efuse.h


@pytest.fixture
def sealing(repl):
    """A REPL on the board with functions that seal."""
    repl.run(_SEAL)
    return repl


@pytest.fixture
def make_board(rig, world):
    """More boards, switched off at the end."""
    boards = []

    def make(**options):
        board = rig.another_board(world, **options)
        boards.append(board)
        return board.start()

    yield make
    for board in boards:
        board.stop()


def _value(board, expression):
    return ast.literal_eval(board.exec(f"print(repr({expression}))").strip())


def test_each_refusal_has_its_own_reason(sealing, make_board):
    blob = sealing.value("seal('correct horse')")
    assert sealing.value(f"why(seal, {blob!r})") is None
    other = make_board()
    other.exec(_SEAL)
    assert _value(other, f"why(seal, {blob!r})") == "key: sealed on another device"
    assert sealing.value(f"why(proxy, {blob!r})") == "password: sealed for another purpose"
    moved = {"interface": "wl0", "wificonfig": {"ssid": "work", "key": blob}}
    assert sealing.value(f"why(nic.normalise, {moved!r})") == (
        "key: sealed for another network, user or server"
    )
    password = sealing.value("proxy('secret')")
    assert sealing.value(f"why(proxy, {password!r}, 'you')") == (
        "password: sealed for another network, user or server"
    )
    changed = blob[:-1] + bytes([blob[-1] ^ 1])
    assert sealing.value(f"why(seal, {changed!r})") == "key: sealed value was changed"
    assert sealing.value(f"why(seal, {blob[:30]!r})") == "key: not a sealed value"
    newer = blob[:1] + b"\2" + blob[2:]
    assert sealing.value(f"why(seal, {newer!r})") == "key: sealed value has an unknown version"


def test_every_bit_and_every_cut_of_a_nic(sealing):
    out = sealing.run(
        "blob = seal('correct horse')\n"
        "flips = [bytes(b ^ (1 << bit if i == at else 0) for i, b in enumerate(blob))\n"
        "    for at in range(len(blob)) for bit in (0, 7)]\n"
        "cuts = [blob[:n] for n in range(len(blob))] + [blob + b'x', blob[1:]]\n"
        "print(len(flips) + len(cuts), sum(why(seal, bad) is not None for bad in flips + cuts))",
        timeout=30,
    )
    tried, refused = map(int, out.split())
    assert tried == refused > 100


def test_s23_s24_the_nic_of_a_connection_goes_back_in(device):
    assert device.connect(device.wifi()) == SERVER_CONNECTED
    nic = device.repl.value("imp.net.getcurrentconfig()")
    # S23
    assert nic["interface"] == "wl0"
    assert nic["wificonfig"]["ssid"] == device.world.wifi["home"].ssid
    assert isinstance(nic["wificonfig"]["key"], bytes)
    assert device.world.wifi["home"].key.encode() not in nic["wificonfig"]["key"]
    device.reboot()
    assert device.connect(nic) == SERVER_CONNECTED
    assert device.repl.value("imp.net.getcurrentconfig()") == nic


def test_s26_the_nic_of_another_device_is_refused(device, make_board):
    assert device.connect(device.wifi()) == SERVER_CONNECTED
    nic = device.repl.value("imp.net.getcurrentconfig()")
    other = make_board()
    out = other.exec(
        "import server\n"
        "server.setsendtimeoutpolicy(server.RETURN_ON_ERROR, server.WAIT_TIL_SENT, 5)\n"
        f"try:\n    server.connectwith({nic!r})\n"
        "except ValueError as error: print(error)"
    )
    assert out.strip() == "key: sealed on another device"


def test_no_value_of_nvs_that_python_reads_is_the_secret(sealing):
    blob = sealing.value("seal('correct horse')")
    out = sealing.run(
        "import esp32\n"
        "space = esp32.NVS('connectwith.key')\n"
        "for i in range(4):\n"
        "    for read in (space.get_i32, lambda key: space.get_blob(key, bytearray(64))):\n"
        "        try:\n            print(read('secret%d' % i))\n"
        "        except OSError: print('refused')"
    )
    assert out.split() == ["refused"] * 8
    assert sealing.value(f"why(seal, {blob!r})") is None


def test_a_copy_of_the_flash_is_another_device(make_board):
    first = make_board(arguments=["--mac", "240ac4000010"])
    first.exec(_SEAL)
    blob = _value(first, "seal('correct horse')")
    first.stop()
    copy = make_board(folder=first.dir, arguments=["--mac", "240ac4000020"])
    copy.exec(_SEAL)
    assert _value(copy, f"why(seal, {blob!r})") == "key: sealed on another device"
    copy.stop()
    again = make_board(folder=first.dir, arguments=["--mac", "240ac4000010"])
    again.exec(_SEAL)
    assert _value(again, f"why(seal, {blob!r})") is None


def test_the_key_of_the_hmac_unit_is_preferred_and_named(make_board):
    board = make_board()
    board.exec(_SEAL)
    assert _value(board, "__import__('imp').diag.keysource()") == "nvs-plain"
    before = _value(board, "seal('correct horse')")
    board.stop()
    with (board.dir / "flash.bin").open("r+b") as flash:
        flash.seek(_EFUSE)
        flash.write(b"HKEY" + bytes(range(32)))
    board.start()
    board.exec(_SEAL)
    assert _value(board, "__import__('imp').diag.keysource()") == "efuse-hmac"
    assert _value(board, f"why(seal, {before!r})") == "key: sealed on another device"
    assert _value(board, "why(seal, seal('correct horse'))") is None
