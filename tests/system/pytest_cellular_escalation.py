# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The escalation for a modem that answers and fails repeatedly: radio off and on, then power."""

from cellular import NO_PPP_CONNECTION, SERVER_CONNECTED, cell, set_clock, until


def _attempt(device, modem, timeout=12):
    """One attempt on a modem that is on already; its result and the commands up to the dial."""
    modem.warm()
    seen = len(modem.commands)
    result = device.connect(cell(), timeout=timeout, limit_s=90)
    commands = modem.commands[seen:]
    device.repl.run("server.disconnect()")
    until(lambda: modem.state == "off", "the modem is off")
    device.repl.run("time.sleep_ms(300)")  # for the link to see STATUS
    return result, commands[: commands.index("ATD*99***1#")]


def test_failures_in_a_row_cost_the_modem_its_radio_then_its_power(device, modem):
    set_clock(device)
    modem.context(1, "internet")  # else the APN is set, which costs the radio, too
    modem.refuse_dial("NO CARRIER")
    for _ in range(2):
        result, commands = _attempt(device, modem)
        assert result == NO_PPP_CONNECTION
        assert "AT+CFUN=4" not in commands and "AT+CPOF" not in commands
    # A soft reset keeps the count.
    device.repl.soft_reset()
    device.prepare()
    result, commands = _attempt(device, modem)
    assert result == NO_PPP_CONNECTION
    assert commands.count("AT+CFUN=4") == 1 and "AT+CPOF" not in commands
    assert commands.index("AT+CFUN=4") < commands.index("AT+CFUN=1")
    modem.refuse_dial(None)
    result, commands = _attempt(device, modem, 60)
    assert result == SERVER_CONNECTED
    assert commands.count("AT+CPOF") == 1
    # A success sets the count back.
    modem.refuse_dial("NO CARRIER")
    result, commands = _attempt(device, modem)
    assert result == NO_PPP_CONNECTION
    assert "AT+CFUN=4" not in commands and "AT+CPOF" not in commands
