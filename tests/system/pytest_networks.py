# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Several Wi-Fi networks: `imp.uplink.networks`, and which of them a board joins."""

import time

import pytest

NO_WIFI, NOT_RESOLVED, SERVER_CONNECTED = 1, 3, 5
_AIR = "several access points at once"
pytestmark = pytest.mark.virtual(_AIR)


class Air:
    """Networks with a key each, all on the air: "near" (the strongest), "mid" and "far"."""

    def __init__(self, world, device):
        self._world = world
        self._device = device
        world.wifi["home"].off()
        self.near = world.add_wifi("near", "near-net", "key-of-near", rssi=-40, channel=1)
        self.mid = world.add_wifi("mid", "mid-net", "key-of-mid", rssi=-60, channel=6)
        self.far = world.add_wifi("far", "far-net", "key-of-far", rssi=-75, channel=11)
        world.netsim.events.clear()

    def add(self, name, of, rssi):
        """Another access point of a network."""
        return self._world.add_wifi(name, of.ssid, of.key, rssi=rssi, channel=13)

    def store(self, *access_points, **keys):
        """Stores the list on the board; `keys`: other keys by name."""
        known = [{"ssid": a.ssid, "key": keys.get(a.name, a.key)} for a in access_points]
        self._device.repl.run(f"imp.uplink.networks({known!r})")

    def joined(self):
        """The names of the access points that the board has joined, in order."""
        events = self._world.netsim.events
        return [event.split()[2] for event in events if event.startswith("joined ")]

    def connect(self, limit_s=40, **how):
        """One attempt without a network of its own: its result."""
        return self._device.connect({"interface": "wl0"}, limit_s=limit_s, **how)


@pytest.fixture
def air(world, device):
    return Air(world, device)


def failures(device):
    return dict(device.last_attempt()["networks"])


# -- what is joined


def test_the_strongest(device, air):
    air.store(air.far, air.near, air.mid)
    assert air.connect() == SERVER_CONNECTED
    assert air.joined() == ["near"]
    config = device.repl.value("imp.net.getcurrentconfig()")
    assert config["wificonfig"]["ssid"] == "near-net" and "networks" not in config
    device.repl.run("server.connectwith(imp.net.getcurrentconfig(), record())\nwait(2)")
    assert device.calls()[1][1] == SERVER_CONNECTED and air.joined() == ["near", "near"]


def test_connect_uses_the_list_and_the_stored_network(device, air):
    air.store(air.far)
    device.repl.run(f"imp.setwificonfiguration({air.mid.ssid!r}, {air.mid.key!r})")
    device.repl.run(
        "imp.net.setserverinterfaces(['wifi'])\n"
        "server.connect(lambda result: calls.append(result))\nwait()"
    )
    assert device.calls() == [SERVER_CONNECTED] and air.joined() == ["mid"]


def test_a_network_of_its_own_has_no_choice(device, air):
    air.store(air.near, air.mid)
    assert device.connect(device.wifi("far")) == SERVER_CONNECTED
    assert air.joined() == ["far"]


def test_the_next_in_turn(device, air):
    air.store(air.near, air.mid, air.far, near="not-the-key")
    air.mid.refuse(17)
    assert air.connect() == SERVER_CONNECTED
    assert air.joined() == ["far"]
    told = failures(device)
    assert "wrong key" in told["near-net"] and "Wi-Fi reason 17" in told["mid-net"]


def test_the_next_access_point_of_the_same_network(device, air):
    air.add("attic", air.near, -50)
    air.store(air.near, air.mid)
    air.near.refuse(203)
    assert air.connect() == SERVER_CONNECTED
    assert air.joined() == ["attic"]


def test_a_hidden_one_last(device, air):
    air.near.hide()
    air.store(air.near, air.mid)
    assert air.connect() == SERVER_CONNECTED
    assert air.joined() == ["mid"]
    air.mid.off()
    assert air.connect() == SERVER_CONNECTED
    assert air.joined() == ["mid", "near"]


def test_one_that_gives_no_lease_is_left(device, air):
    air.store(air.near, air.mid)
    air.near.dhcp(False)
    assert air.connect() == SERVER_CONNECTED
    assert air.joined() == ["near", "mid"]
    assert failures(device)["near-net"] == "no lease"


def test_one_access_point_of_one_network_that_gives_no_lease_is_left(device, air):
    air.add("attic", air.near, -50)
    air.near.dhcp(False)
    assert device.connect(device.wifi("near")) == SERVER_CONNECTED
    assert air.joined() == ["near", "attic"]


def test_one_without_the_server_comes_last_in_the_next_attempt(device, air, world):
    air.store(air.near, air.mid)
    assert air.connect() == SERVER_CONNECTED
    world.dns.drop()
    assert air.connect(timeout=4) == NOT_RESOLVED
    world.dns.restore()
    assert air.connect() == SERVER_CONNECTED
    assert air.connect() == SERVER_CONNECTED
    assert air.joined() == ["near", "near", "mid", "mid"]


def test_all_fail_and_each_has_its_cause(device, air):
    air.store(air.near, air.mid, near="not-the-key")
    air.mid.off()
    assert air.connect(timeout=12) == NO_WIFI
    told = failures(device)
    assert "wrong key" in told["near-net"] and "no such network" in told["mid-net"]
    assert air.joined() == []


def test_the_deadline_holds_with_eight_networks(device, air):
    known = [{"ssid": f"absent-{i}", "key": ""} for i in range(7)]
    known.append({"ssid": air.near.ssid, "key": "not-the-key"})
    device.repl.run(f"imp.uplink.networks({known!r})")
    assert air.connect(timeout=6) == NO_WIFI
    assert device.last_attempt()["ms"] < 12_000  # a busy host may be late
    assert len(failures(device)) == 8


# -- what is kept


def test_the_list_outlives_resets_and_the_last_one_is_joined_without_a_scan(device, air, world):
    air.store(air.near, air.mid)
    air.near.off()
    assert air.connect() == SERVER_CONNECTED
    air.near.on()
    for reset in (device.reboot, device.repl.soft_reset):
        reset()
        device.prepare()
        assert len(device.repl.value("imp.uplink.networks()")) == 2
        assert air.connect() == SERVER_CONNECTED
    # After EN the memory of the link holds nothing; after a soft reset it does.
    assert air.joined() == ["mid", "near", "near"]


def test_machine_reset_keeps_the_last_one(device, air):
    air.store(air.near, air.mid)
    air.near.off()
    assert air.connect() == SERVER_CONNECTED
    air.near.on()
    device.repl.send("import machine\nmachine.reset()\n")
    device.repl.reenter()
    device.prepare()
    assert air.connect() == SERVER_CONNECTED
    assert air.joined() == ["mid", "mid"]


def test_a_list_that_is_too_long_or_wrong_changes_nothing(device, air):
    air.store(air.near, air.mid)
    before = device.flash()
    for bad in ([{"ssid": f"n{i}", "key": ""} for i in range(9)], [{"ssid": "x" * 33, "key": ""}]):
        device.repl.run(
            f"try:\n    imp.uplink.networks({bad!r})\n    print('taken')\n"
            "except ValueError as e:\n    calls.append(str(e))"
        )
    assert device.calls() == ["known: over 8 networks",
                              "network 1: ssid: must have 1 to 32 bytes"]  # fmt: skip
    assert device.flash() == before


def test_a_full_flash_keeps_the_list_before(device, air):
    air.store(air.mid)
    device.repl.run(
        "import esp32\n"
        "other = esp32.NVS('other')\n"
        "for size in (1000, 100, 1):\n"
        "    try:\n"
        "        for i in range(500): other.set_blob('%d-%d' % (size, i), bytes(size))\n"
        "    except OSError: pass\n"
        "known = [{'ssid': 'n%d' % i, 'key': 'k' * 63} for i in range(8)]\n"
        "try:\n    imp.uplink.networks(known)\n"
        "except OSError as e:\n    calls.append(str(e))",
        timeout=60,
    )
    assert len(device.calls()) == 1
    assert device.repl.value("[n['ssid'] for n in imp.uplink.networks()]") == [air.mid.ssid]
    assert air.connect() == SERVER_CONNECTED and air.joined() == ["mid"]


def test_an_erased_list(device, air):
    air.store(air.near, air.mid)
    device.repl.run(f"imp.setwificonfiguration({air.far.ssid!r}, {air.far.key!r})")
    device.repl.run("imp.uplink.networks([])")
    assert device.repl.value("imp.uplink.networks()") == []
    assert air.connect() == SERVER_CONNECTED and air.joined() == ["far"]
    air.store(air.near, air.mid)
    device.repl.run("imp.clearconfiguration(imp.CONFIG_WIFI)")
    assert device.repl.value("imp.uplink.networks()") == []


def test_a_key_of_another_device_is_refused_with_the_reason(device, air):
    """A sealed key with other bytes where the id of its device stands."""
    air.store(air.near)
    device.repl.run(
        "from connectwith.settings import nic_blocks\n"
        "import binascii\n"
        "key = imp.uplink.networks()[0]['key']\n"
        "blob = bytearray(binascii.a2b_base64(key[7:]))\n"
        "blob[2] ^= 255\n"
        "try:\n    imp.uplink.networks([{'ssid': 'near-net', 'key': bytes(blob)}])\n"
        "except ValueError as e:\n    calls.append(str(e))"
    )
    (text,) = device.calls()
    assert text.startswith("network 1: key: ") and "device" in text
    assert len(device.repl.value("imp.uplink.networks()")) == 1


# -- at the same time


def test_the_users_scan_at_the_same_time(device, air):
    air.store(air.near, air.mid, near="not-the-key")
    device.repl.run(
        "found, errors = [], []\n"
        "def scan():\n"
        "    try: imp.scanwifinetworks(found.append)\n"
        "    except (OSError, RuntimeError) as e: errors.append(type(e).__name__)\n"
    )
    device.start({"interface": "wl0"})
    device.repl.run(
        "def done():\n    scan()\n    return calls\nuntil(done, 20000)\nsettle(500)", timeout=30
    )
    assert [call[1] for call in device.calls()] == [SERVER_CONNECTED]
    assert air.joined() == ["mid"]
    for networks in device.repl.value("found"):
        assert {"near-net", "mid-net"} <= {network["ssid"] for network in networks}


@pytest.mark.parametrize("moment_ms", [0, 20, 150, 700, 1300])
def test_a_soft_reset_in_the_middle(device, air, moment_ms):
    air.store(air.near, air.mid, near="not-the-key")
    device.start({"interface": "wl0"})
    device.repl.run(f"settle({moment_ms})")
    device.repl.soft_reset()
    device.prepare()
    assert air.connect() == SERVER_CONNECTED
    assert set(air.joined()) == {"mid"}


@pytest.mark.parametrize("moment_ms", [0, 20, 150, 700])
def test_another_call_in_the_middle(device, air, moment_ms):
    air.store(air.near, air.mid)
    device.start({"interface": "wl0"})
    device.repl.run(f"settle({moment_ms})")
    assert device.connect(device.wifi("far")) == SERVER_CONNECTED
    assert air.joined()[-1] == "far"


def test_ctrl_c_while_lists_are_stored(device, air, dut):
    """The list is the old one or the new one, and the board goes on."""
    air.store(air.near, air.mid)
    device.repl.send(
        "known = imp.uplink.networks()\n"
        "print('go')\n"
        "while True:\n    imp.uplink.networks(known[:1])\n    imp.uplink.networks(known)\n"
    )
    dut.expect_exact("go")
    for _ in range(5):
        time.sleep(0.05)
        dut.write(b"\x03")
    device.repl.enter()
    assert device.repl.value("len(imp.uplink.networks())") in (1, 2)
    assert air.connect() == SERVER_CONNECTED


@pytest.mark.parametrize("moment_ms", [50, 300])
def test_ctrl_c_during_an_attempt(device, air, dut, moment_ms):
    air.store(air.near, air.mid, near="not-the-key")
    device.start({"interface": "wl0"})
    device.repl.send("print('go')\nwhile True: pass\n")
    dut.expect_exact("go")
    time.sleep(moment_ms / 1000)
    dut.write(b"\x03")
    device.repl.enter()
    device.wait()
    assert device.calls()[-1][1] == SERVER_CONNECTED and air.joined()[-1] == "mid"


def test_keep_goes_on_over_the_next_network(device, air):
    air.store(air.near, air.mid)
    device.repl.run(
        "events = []\n"
        "def heard(event): events.append(event['event'])\n"
        "imp.uplink.keep(heard, order=['wifi'])\n"
        "def up(): return (imp.uplink.status() or {}).get('state') == 'connected'"
    )
    assert device.repl.value("until(up, 30000)", timeout=40)
    air.near.off()
    assert device.repl.value("until(lambda: 'lost' in events and up(), 60000)", timeout=70)
    assert air.joined() == ["near", "mid"]
    # A call of the same keeping adopts the session, whichever network it is over.
    device.repl.run("imp.uplink.keep(heard, order=['wifi'])\nsettle(500)")
    assert device.repl.value("up()") and air.joined() == ["near", "mid"]


def test_the_list_changes_in_the_middle(device, air):
    air.store(air.near, air.mid, near="not-the-key", mid="not-the-key")
    device.start({"interface": "wl0"}, timeout=20)
    device.repl.run("settle(300)\nimp.uplink.networks(None)")
    device.wait()
    assert device.calls()[0][1] == NO_WIFI


def test_no_secret_is_shown(device, air):
    air.store(air.near, air.mid, near="not-the-key")
    assert air.connect() == SERVER_CONNECTED
    said = device.repl.value("(imp.diag.lastattempt(), imp.net.info(), imp.uplink.networks())")
    assert "key-of" not in str(said) and "not-the-key" not in str(said)
    flash = device.flash()
    assert b"key-of-mid" not in flash and b"not-the-key" not in flash
