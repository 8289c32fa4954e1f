# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What runs on the board in the tests of races: user code and its callbacks call everything."""

# `roll(n)` is a sequence of its own for each test, the same each time. `wrong` gets whatever
# must not happen; the refusals that the documentation has are none of it.
STORM = """
import gc, sys
wrong = []
REFUSED = ("interface: open too often", "interface: not up", "interface: in use",
           "scan already running", "not under SUSPEND_ON_ERROR")
dice = [1]
def roll(n):
    dice[0] = (dice[0] * 1103515245 + 12345) & 0x3FFFFFFF
    return (dice[0] >> 12) % n
def check_attempt(result=None, interface=None):
    last = imp.diag.lastattempt()
    if last and "Error" in str(last["cause"]):
        wrong.append(("attempt", last))
timers = []
opened = []
ran = [0]
def rung():
    ran[0] += 1
    act()
def start_timer():
    if len(timers) < 30:
        timers.append(imp.wakeup(roll(30) / 1000, rung))
def pick(things):
    # A callback may empty the list between a look at its length and the next byte code.
    try:
        return things[roll(len(things) or 1)]
    except IndexError:
        return None
def stop_timer():
    timer = pick(timers)
    if timer is not None:
        imp.cancelwakeup(timer)
    if roll(4) == 0:
        timers.clear()
def idle():
    imp.onidle(None if roll(3) == 0 else act)
def connect():
    server.connectwith(NICS[roll(len(NICS))], check_attempt, 20)
def settle_policy():
    policy = server.RETURN_ON_ERROR if roll(2) else server.RETURN_ON_ERROR_NO_DISCONNECT
    server.setsendtimeoutpolicy(policy, roll(2), 0.05)
def open_():
    opened.append(imp.net.open({"interface": NICS[roll(len(NICS))]["interface"]}, told))
def told(state):
    act()
def close():
    interface = pick(opened)
    if interface is not None:
        interface.getstate()
        interface.close()
    if roll(2):
        opened.clear()
def datagram():
    interface = pick(opened)
    if interface is not None:
        table = interface.getiptable()["ipv4"]
        udp = interface.openudp(lambda *args: act())
        udp.send(table["gateway"], 9, b"x")
        udp.close()
def look():
    imp.diag.counters()
    imp.net.info()
    imp.net.getcurrentconfig()
    check_attempt()
def store():
    imp.setproxy(0, "10.9.8.7", 3128)
    imp.clearconfiguration(imp.CONFIG_PROXY)
def log():
    if server.log("storm") not in (0, 1, 2, 3, 4):
        wrong.append("log")
def flush():
    server.flush(0.02)
def hear():
    agent.on("x", None if roll(2) else print)
    agent.send("x", [1])
def keep():
    names = [nic["interface"] for nic in NICS]
    imp.uplink.keep(changed, order=names, nics=NICS, failback=roll(3) / 10)
def changed(event):
    imp.uplink.status()
    act()
def stop_keeping():
    imp.uplink.stop()
import agent
CALLS = [start_timer] * 6 + [stop_timer] * 3 + [idle] * 2 + [log] * 4 + [
    connect, server.disconnect, settle_policy, open_, close, datagram, look, store, flush, hear,
    keep, keep, stop_keeping]
def act():
    call = CALLS[roll(len(CALLS))]
    try:
        call()
    except (RuntimeError, ValueError) as error:
        if not str(error).startswith(REFUSED):
            wrong.append((call.__name__, repr(error)))
            sys.print_exception(error)
    except Exception as error:
        wrong.append((call.__name__, repr(error)))
        sys.print_exception(error)
def storm(ms):
    n = 0
    begin = time.ticks_ms()
    while time.ticks_diff(time.ticks_ms(), begin) < ms and not wrong:
        act()
        n += 1
    return n
"""
