# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The cellular link when all is well: from every state of the modem, with every way to log in."""

import pytest
from bench.modem.identity import IMEI, MODEL
from cellular import (
    NO_PPP_CONNECTION,
    SERVER_CONNECTED,
    at_lines,
    cell,
    expect_lost,
    expect_off,
    until,
)

SECRET = "s3cret-word"
PIN = "83920174"
# The peer names no address of its own; lwIP takes this one then (netif/ppp/ipcp.c).
OTHER_END = "10.64.64.64"


def connects(device, nic=None, timeout=60):
    limit_s = timeout + 10
    assert device.connect(nic or cell(), timeout=timeout, limit_s=limit_s) == SERVER_CONNECTED


def connects_warm(device, modem):
    """With a modem that is on, and registered for long."""
    modem.warm()
    connects(device)


def sends_and_disconnects(device, world):
    assert device.repl.value("server.log('over the air')") == 0
    assert b"over the air" in world.broker.wait_for("imp/*/log", timeout=20)[1]
    device.repl.run("server.disconnect()")
    assert device.repl.value("server.isconnected()") is False


def test_from_off_to_a_message_and_back_to_off(device, modem, world):
    connects(device)
    assert len(modem.presses) == 1
    # 0.1 s at least; from 2.5 s on it would have been the order to stop.
    assert 0.1 <= modem.presses[0] < 2.5
    sends_and_disconnects(device, world)
    expect_off(modem)


@pytest.mark.virtual("it knows the modem's number and its cell")
def test_info_says_who_and_where_the_modem_is(device, modem):
    def record():
        return next(i for i in device.repl.value("imp.net.info()")["interface"] if "apn" in i)

    modem.warm()
    connects(device)
    told = record()
    assert (told["imei"], told["model"]) == (IMEI, MODEL)
    assert told["cellinfo"].startswith("LTE,Online,001-01,") and told["rssi"] < 0
    assert IMEI not in repr(device.last_attempt())
    device.repl.run("server.disconnect()")
    told = record()
    assert (told["imei"], told["model"]) == (IMEI, MODEL), "who it is stays known"
    assert {"cellinfo", "rssi"}.isdisjoint(told)


def test_over_the_network_of_the_sim(device, cellular, world):
    connects(device, {"interface": "cell0", "cellconfig": cellular}, timeout=180)
    sends_and_disconnects(device, world)


def test_a_modem_that_is_on_is_not_pressed(device, modem):
    connects_warm(device, modem)
    assert modem.presses == []


def test_a_modem_that_still_looks_for_a_network(device, modem):
    modem.power_on()
    connects(device)
    assert modem.presses == []


def test_the_first_frame_comes_with_connect(device, modem):
    modem.warm()
    modem.glue_connect()
    connects(device)
    # A board that loses the first one waits for the second.
    assert modem.lcp_requests == 1


@pytest.mark.parametrize("auth", ["none", "pap", "chap"])
def test_login(device, modem, auth):
    modem.warm()
    if auth == "none":
        modem.ppp("none")
        nic = cell(auth="none")
    else:
        modem.ppp(auth, user="me@example", password=SECRET)
        nic = cell(auth=auth, username="me@example", password=SECRET)
    connects(device, nic)
    assert SECRET not in repr(device.last_attempt())


def test_secrets_are_stars_in_the_diagnosis(device, modem):
    modem.warm()
    modem.answer("AT+CGAUTH=", ["ERROR"])
    nic = cell(auth="pap", username="me@example", password=SECRET)
    assert device.connect(nic, timeout=12, limit_s=30) == NO_PPP_CONNECTION
    lines = at_lines(device)
    assert any("CGAUTH" in line and "***" in line for line in lines)
    assert SECRET not in repr(device.last_attempt())
    assert any(SECRET in line for line in modem.commands)


def test_the_network_chooses_the_apn(device, modem):
    modem.warm()
    connects(device, {"interface": "cell0"})


def test_sealed_values_come_back_and_work(device, modem):
    modem.ppp("pap", user="me", password=SECRET)
    modem.sim("pin", pin=PIN)
    modem.power_on()
    nic = cell(auth="pap", username="me", password=SECRET, pin=PIN)
    connects(device, nic)
    found = device.repl.value("imp.net.getcurrentconfig()")["cellconfig"]
    assert isinstance(found["password"], bytes) and isinstance(found["pin"], bytes)
    device.repl.run("server.disconnect()")
    expect_off(modem)
    connects(device, {"interface": "cell0", "cellconfig": found})
    assert modem.pin_tries == [PIN, PIN]  # one in each life of the modem
    report = repr(device.last_attempt())
    assert SECRET not in report and PIN not in report


def test_what_came_with_connect_is_read_first(repl):
    repl.run(
        "import json, _connectwith\nfrom micropython import RingIO\n"
        "def tap(first, rest):\n"
        "    ring = RingIO(32)\n"
        "    ring.write(rest)\n"
        "    return _connectwith.Tap(ring, first)\n"
        "t = tap(b'~[1', b',2]')\n"
        "try: json.load(t)\n"
        "except ValueError: pass\n"
        "refusing = tap(b'~\\xc0', b'\\x23\\x03 ')\n"
        "try: json.load(refusing)\n"
        "except ValueError: pass\n"
    )
    assert repl.value("json.load(tap(b'[1', b',2]'))") == [1, 2]
    assert repl.value("json.load(tap(b'', b'[3]'))") == [3]
    assert repl.value("(t.heard(), t.refused())") == (True, False)


def test_addresses_of_an_open_interface(device, modem, world):
    modem.warm()
    device.repl.run(f"states = []\nit = imp.net.open({cell()!r}, states.append)")
    assert device.repl.value("until(lambda: 1 in states, 60000)", timeout=70) is True
    table = device.repl.value("it.getiptable()")["ipv4"]
    assert table["address"].startswith("10.0.200.") and "broadcast" not in table
    # RFC 1332 knows no netmask: lwIP sets that of a single host. The gateway is the other end.
    assert table["netmask"] == "255.255.255.255" and table["gateway"] == OTHER_END
    assert table["dnsserver"] == [world.cellular.nameserver]
    device.repl.run("it.close()")


@pytest.mark.parametrize("echo", [SECRET, f'AT+CGAUTH=1,1,"{SECRET}","me"'])
def test_a_secret_in_any_line_is_stars(device, modem, echo):
    modem.warm()
    modem.answer("AT+CSQ", [f"+CSQ: 20,99 {echo}", echo, "OK"])
    modem.answer("ATD*99***1#", [f"+CME ERROR: {echo}"])
    nic = cell(auth="pap", username="me", password=SECRET)
    assert device.connect(nic, timeout=12, limit_s=30) == NO_PPP_CONNECTION
    assert SECRET not in repr(device.last_attempt())


def test_a_busy_sim_is_asked_again(device, modem):
    modem.sim("busy")
    modem.power_on()
    device.start(cell(), timeout=60)
    until(lambda: modem.commands.count("AT+CPIN?") >= 3, "CPIN is asked again")
    modem.sim("ready")
    assert [call[1] for call in device.wait(limit_s=70)] == [SERVER_CONNECTED]


@pytest.mark.parametrize("domain", ["cereg", "cgreg"])
def test_registered_in_one_domain_only(device, modem, domain):
    modem.register("all", 0)
    modem.register(domain, 5)
    connects_warm(device, modem)


@pytest.mark.parametrize("rate", [9600, 460800])
def test_a_modem_at_another_speed(device, modem, rate):
    modem.warm()
    modem.baud(rate)
    connects(device)
    assert modem.presses == []


def test_a_modem_that_takes_one_setting_at_a_time(device, modem):
    modem.answer("ATE0;+CMEE=1;+CGEREP=0,0", ["ERROR"])
    connects_warm(device, modem)
    assert modem.commands[2:5] == ["ATE0", "AT+CMEE=1", "AT+CGEREP=0,0"]


def test_one_byte_at_a_time(device, modem):
    modem.chunk(1)
    connects(device)


def test_the_microcontroller_alone_is_reset(device, modem):
    """The board alone is reset, so the modem stays in data mode."""
    connects_warm(device, modem)
    device.reboot()
    connects(device)
    assert modem.presses == []


def test_a_soft_reset(device, modem):
    connects_warm(device, modem)
    device.repl.soft_reset()
    device.prepare()
    connects(device)


def test_a_modem_stays_on_when_the_broker_has_gone(device, modem, world):
    connects_warm(device, modem)
    world.broker.stop()
    world.broker.start()
    until(
        lambda: device.repl.value("imp.diag.counters()['losses'] and server.isconnected()"),
        "the silent retry",
    )
    assert "AT+CPOF" not in modem.commands and modem.presses == []


def test_the_carrier_is_lost(device, modem):
    connects_warm(device, modem)
    modem.carrier_lost()
    expect_lost(device)
    # The reconnect after a loss dials again.
    device.repl.run("while not server.isconnected(): time.sleep_ms(20)", timeout=60)
    assert device.repl.value("imp.diag.counters()")["losses"] == 1
    assert [line for line in modem.commands if line.startswith("ATD")] == ["ATD*99***1#"] * 2
    assert len(device.calls()) == 1


def test_a_dead_line_is_noticed(device, modem):
    """There is no NO CARRIER, and `network.PPP` reports a connection for ever."""
    connects_warm(device, modem)
    modem.silence_ppp()
    expect_lost(device)
    device.repl.run("server.disconnect()")
    expect_off(modem)


def test_wifi_follows(device, modem):
    connects_warm(device, modem)
    assert device.connect(device.wifi(), timeout=60) == SERVER_CONNECTED
    expect_off(modem)
    assert device.repl.value("server.isconnected()") is True
    # And back: the stop is over, and the key works again.
    connects(device)


_BUSY = ["while not calls: time.sleep(1)", "while not calls: pass"]


@pytest.mark.parametrize("occupation", _BUSY, ids=["time.sleep(1)", "busy loop"])
def test_names_resolve_while_user_code_is_busy(device, modem, world, occupation):
    world.dns.delay(300)
    modem.warm()
    out = device.repl.run(f"attempt({cell()!r}, 60)\n{occupation}\nprint(calls[0][1])", timeout=80)
    assert out.strip() == str(SERVER_CONNECTED)
    assert "RESOLVE" in dict(device.last_attempt()["stages"])


_STOCK = """
import network, socket
try:
    socket.getaddrinfo("another.test", 1)
    print("found")
except OSError:
    print("failed")
"""


def test_the_stock_resolver_beside_ours(device, modem):
    """From 1.26 on `network.PPP` reads in the scheduler, which waits for getaddrinfo, which waits
    for what PPP has not read (micropython/micropython#18737). Ours waits for nobody."""
    modem.warm()
    connects(device)  # by name
    out = device.repl.run(_STOCK, timeout=60).strip()
    waits = device.repl.value("hasattr(network.PPP, 'poll')")
    assert out == ("failed" if waits else "found")
    device.repl.run("server.disconnect()")
    expect_off(modem)
    connects(device)


def test_ppp_leaves_the_interrupt_of_its_uart_alone(repl):
    """Later versions of network.PPP take its handler away while the heap is swept at a soft reset,
    when the UART has ended, and a UART would allocate."""
    repl.run("import _connectwith\nfrom micropython import RingIO")
    repl.run("tap = _connectwith.Tap(RingIO(16), b'')\nassert not hasattr(RingIO, 'irq')")
    assert repl.value("(tap.irq(None), tap.irq(print, 1))") == (None, None)
