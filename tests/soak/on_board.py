# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What runs on the board of a soak, in the words of a user's script."""

from conditions import OTHER

PRELUDE = """
import _connectwith, agent, gc, imp, machine, network, server, socket, time
from connectwith import connection
control = connection.get()
events, spent, got, losses = [], [], [], []
def recorder(tag, begin_ms):
    def callback(result, interface=None):
        events.append(("call", tag, result, interface, server.isconnected()))
        spent.append((tag, time.ticks_diff(time.ticks_ms(), begin_ms)))
    return callback
def begin(nic, timeout, tag):
    server.connectwith(nic, recorder(tag, time.ticks_ms()), timeout)
    events.append(("start", tag))
def begin_any(order, timeout, tag):
    server.disconnect()
    imp.net.setserverinterfaces(order)
    server.connect(recorder(tag, time.ticks_ms()), timeout)
    events.append(("start", tag))
def stop():
    server.disconnect()
    events.append(("stop",))
def due():
    return bool(events) and events[-1][0] == "start"
def until(condition, limit_ms):
    begin_ms = time.ticks_ms()
    while not condition() and time.ticks_diff(time.ticks_ms(), begin_ms) < limit_ms:
        time.sleep_ms(5)
    return bool(condition())
def burst(first, count):
    for number in range(first, first + count):
        print((number, server.isconnected(), agent.send("soak", number)))
        time.sleep_ms(20)
def look():
    with _connectwith.SchedulerLock():  # all of it at one moment
        return imp.diag.lastattempt(), imp.net.info(), server.isconnected()
def lose(count):
    for _ in range(count):
        before = imp.diag.counters()["losses"]
        until(lambda: losses or imp.diag.counters()["losses"] > before, 20000)
        if losses: raise RuntimeError("offline: %r" % imp.diag.lastattempt())
    for _ in range(3): gc.collect()
    print(gc.mem_alloc())
kept_events = []
def heard(event): kept_events.append(event)
def take_kept():
    with _connectwith.SchedulerLock():
        taken = kept_events[:]
        kept_events.clear()
    return taken
def is_kept(name=None):
    status = imp.uplink.status()
    if status is None or status["state"] != "connected" or not server.isconnected(): return False
    keeper = control.keeping.keeper
    return keeper._called == keeper.told and name in (None, status["interface"])
def fill(first, count, pad):
    for number in range(first, first + count):
        print((number, agent.send("kept", [number, "x" * pad], keep=True)))
def delivered(): return imp.uplink.outbox()["count"] == 0
def forgive():
    # After three sessions that ended with the same message the outbox waits for a minute and more.
    import connectwith.outbox
    delivery = connectwith.outbox.get()
    waits = delivery._pausing and delivery._tries >= 3
    delivery._pausing, delivery._tries = False, 0
    return waits
def forget_flaps():
    policy = control.keeping.keeper.policy
    policy.left_alone = 0
    for i in range(len(policy.penalties)): policy.penalties[i] = 0
def take():
    print((events, spent, got, losses))
    for each in events, spent, got, losses: each.clear()
agent.on("soak", got.append)
server.onunexpecteddisconnect(losses.append)
server.setsendtimeoutpolicy(server.RETURN_ON_ERROR, server.WAIT_TIL_SENT, 2)
"""

# What grows only if something is lost. Everything is at rest when it is taken.
HELD = """
server.disconnect()
until(lambda: not control.is_stopping(), 30000)
time.sleep_ms(400)
for _ in range(3): gc.collect()
free = []
try:
    while len(free) < 64: free.append(socket.socket())
except OSError: pass
count = len(free)
for s in free: s.close()
free = s = None
gc.collect()
print((gc.mem_alloc(), count))
"""


def settings(world) -> str:
    """Code that sets the clock, names the broker and stores what `server.connect` needs."""
    home, broker = world.wifi["home"], world.broker
    return (
        "machine.RTC().datetime((2026, 11, 24, 0, 12, 0, 0, 0))\n"
        f"imp.cloud.configure({broker.url!r}, ca={broker.ca_pem!r})\n"
        f"imp.setwificonfiguration({home.ssid!r}, {home.key!r})\n"
        "imp.setapn('internet')\n"
        f"imp.uplink.networks({[known(world, 'home'), known(world, OTHER)]!r})\n"
        f"imp.uplink.setportalcheck('http://{broker.host}:{broker.port}/generate_204')\n"
    )


def known(world, name: str) -> dict:
    """The `wificonfig` of a network of the bench."""
    return {"ssid": world.wifi[name].ssid, "key": world.wifi[name].key}


def nic(link: str, world) -> dict:
    """The NIC for `link` in the bench."""
    blocks = {
        "wl0": {"wificonfig": known(world, "home")},
        "eth0": {},
        "cell0": {"cellconfig": {"apn": "internet"}},
    }
    return {"interface": link, **blocks[link]}
