# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The APN: of a NIC, for one attempt; stored, from the next attempt on."""

from cellular import NO_PPP_CONNECTION, SERVER_CONNECTED, cell, expect_off, until

_LOAD = "__import__('connectwith.settings').settings.load_nic(2)"


def _apn(device):
    records = device.repl.value("imp.net.info()['interface']")
    return next(record for record in records if record["type"] == "cell").get("apn")


def _contexts(modem):
    return [line for line in modem.commands if line.startswith("AT+CGDCONT=")]


def test_s32_s76_the_apn_of_a_nic_is_for_one_attempt(device, modem):
    modem.warm()
    device.repl.run("imp.setapn('stored')")
    before = device.flash()
    assert device.connect(cell(apn="once"), timeout=60, limit_s=70) == SERVER_CONNECTED
    assert '"once"' in _contexts(modem)[-1]
    assert device.flash() == before
    assert device.repl.value(_LOAD)["cellconfig"] == {"apn": "stored"}
    # S76: info() shows the stored APN after its first use.
    device.repl.run("imp.setapn('another')")
    assert _apn(device) == "once"
    device.repl.run("server.disconnect()")
    modem.warm()
    nic = {"interface": "cell0"}
    assert device.connect(nic, timeout=60, limit_s=70) == SERVER_CONNECTED
    assert '"another"' in _contexts(modem)[-1]
    assert _apn(device) == "another"


def _steps(modem):
    """The modem's commands about radio, APN and call."""
    told = ("AT+CFUN", "AT+CGDCONT=", "ATD")
    return [line for line in modem.commands if line.startswith(told)]


def test_a_modem_that_is_registered_attaches_anew_with_another_apn(device, modem):
    modem.context(1, "old")
    modem.warm()
    assert device.connect(cell(), timeout=60, limit_s=70) == SERVER_CONNECTED
    context = 'AT+CGDCONT=1,"IP","internet"'
    assert _steps(modem) == ["AT+CFUN?", "AT+CFUN=4", context, "AT+CFUN=1", "ATD*99***1#"]


def test_a_modem_that_is_registered_with_its_apn_is_dialled_at_once(device, modem):
    modem.context(1, "internet")
    modem.warm()
    assert device.connect(cell(), timeout=60, limit_s=70) == SERVER_CONNECTED
    assert _steps(modem) == ["ATD*99***1#"]


def test_an_apn_that_does_not_exist(device, modem):
    modem.context(1, "old")
    modem.apn("old")
    modem.warm()
    assert device.connect(cell(), timeout=12, limit_s=30) == NO_PPP_CONNECTION


def test_s31_blocks_of_other_links_mean_nothing_to_cellular(device, modem):
    modem.warm()
    nic = {**cell(), "wificonfig": 5, "proxyconfig": {"port": "none"}, "staticconfig": []}
    device.repl.run("imp.setproxy(imp.PROXY_TYPE_HTTP, 'proxy.test', 9)")
    assert device.connect(nic, timeout=60, limit_s=70) == SERVER_CONNECTED
    assert set(device.repl.value("imp.net.getcurrentconfig()")) == {"interface", "cellconfig"}


def test_a_cellular_interface_is_powered_down_when_it_is_closed(device, modem):
    modem.warm()
    device.repl.run(f"states = []\nit = imp.net.open({cell()!r}, states.append)")
    until(lambda: device.repl.value("it.getstate()") == 1, "PPP is up")
    assert set(device.repl.value("states")) <= {0, 300, 301, 302, 303, 1}
    device.repl.run("it.close()")
    assert device.repl.value("it.getstate() == imp.net.CELLULAR_STOPPED") is True
    expect_off(modem)
