# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What a script for an imp asks its device: addresses, signal, memory, power saving, timers."""

import pytest
from repl import BoardError

SERVER_CONNECTED = 5


@pytest.mark.virtual("it knows address and signal of the networks")
def test_wifi_is_as_imp_net_info_has_it(device, world):
    value = device.repl.value
    mac = value("imp.net.info()")["interface"][0]["macaddress"]
    asked = "(imp.getmacaddress(), imp.getssid(), imp.getbssid(), imp.rssi())"
    assert value(asked) == (mac, "", "0" * 12, 0)
    device.repl.run("imp.setwificonfiguration('stored', 'geheim12')")
    assert device.connect(device.wifi()) == SERVER_CONNECTED
    bssid = world.wifi["home"].bssid.hex()
    assert value(asked) == (mac, "stored", bssid, -55)
    device.repl.run("server.disconnect()\nsettle(1500)")
    assert value(asked) == (mac, "stored", "0" * 12, 0)
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    assert value(asked) == (mac, "stored", "0" * 12, 0)


def test_power_save(device):
    value = device.repl.value
    assert value("imp.getpowersave()") is True, "as ESP-IDF begins"
    device.repl.run("imp.setpowersave(False)")
    assert value("imp.getpowersave()") is False
    assert device.connect(device.wifi()) == SERVER_CONNECTED
    assert value("imp.getpowersave()") is False, "a connection changes nothing"
    device.repl.run("server.disconnect()\nsettle(1500)\nimp.setpowersave(True)")
    assert value("imp.getpowersave()") is True
    for wrong in ("1", "None", "'on'"):
        with pytest.raises(BoardError, match="TypeError: state: must be a bool"):
            device.repl.run(f"imp.setpowersave({wrong})")
    assert value("imp.getpowersave()") is True


def test_what_is_always_the_same(device):
    value = device.repl.value
    device.repl.run("import hardware, machine")
    assert value("hardware.getdeviceid() == machine.unique_id().hex()") is True
    version = value("imp.getsoftwareversion()")
    parts = version.split("-")
    assert parts[0].strip() == "connectwith" and parts[1].strip() == "release"
    assert value("imp.diag.version()").split("-")[0] == parts[2]
    assert value("imp.environment() == imp.ENVIRONMENT_MODULE") is True
    assert value("imp.getcountry()") == "00003130"
    device.repl.run("imp.enableblinkup(True)")
    for call, error in (
        ("imp.setcountry(0x4247)", "NotImplementedError: the region follows"),
        ("hardware.voltage()", "NotImplementedError: .* machine.ADC"),
        ("imp.enableblinkup(1)", "TypeError: enabled: must be a bool"),
        ("imp.nothing", "AttributeError"), ("imp._time", "AttributeError"),
        ("hardware.nothing", "AttributeError"), ("server.nothing", "AttributeError"),
    ):  # fmt: skip
        with pytest.raises(BoardError, match=error):
            device.repl.run(call)


def test_free_memory_has_no_garbage(device):
    free = device.repl.value("imp.getmemoryfree()")
    device.repl.run("for _ in range(50): bytearray(1000)")
    assert abs(device.repl.value("imp.getmemoryfree()") - free) < 20000
    device.repl.run("kept = bytearray(100000)")
    assert free - device.repl.value("imp.getmemoryfree()") > 90000


def test_time_passes_and_callbacks_run(device):
    device.repl.run("import hardware\nran = []\nimp.wakeup(0.05, lambda: ran.append(1))")
    asked = "(lambda a, b: (imp.sleep({}), time.ticks_diff(hardware.{}(), a)))({}, 0)[1]"
    for seconds, name, least in ((0.3, "millis", 299), (0.01, "micros", 9900), (1, "millis", 999)):
        code = asked.format(seconds, name, f"hardware.{name}()")
        assert device.repl.value(code) >= least
    assert device.repl.value("ran") == [1]
    device.repl.run("imp.sleep(0)")


def test_who_does_not_use_them_pays_nothing(device):
    assert device.connect(device.wifi()) == SERVER_CONNECTED
    loaded = device.repl.value("list(__import__('sys').modules)")
    for name in ("retained", "imp_device", "hardware_boot", "server_sleep", "deep_sleep"):
        assert not [module for module in loaded if module.endswith(name)], name
    assert "hardware" not in loaded and "nv" not in loaded
