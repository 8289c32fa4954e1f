# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""main.py of each board of a fleet: connect at boot, and again whenever that is lost."""

# The settings above it are URL, CA, SSID, KEY, SPREAD_S (a float) and PASSWORD (None: without a
# user name).
#
# "jitter": a boot waits for a random part of SPREAD_S. After a loss the firmware reconnects, with
# pauses that grow and are jittered. A failed attempt is repeated after a random pause. "fixed", as
# it is often written: an attempt at once after a boot, then each second.
MAIN = """
import agent, hardware, imp, os, server
NIC = {"interface": "wl0", "wificonfig": {"ssid": SSID, "key": KEY}}
mode = imp.getuserconfiguration() or "jitter"
trying = False
def chance():
    return int.from_bytes(os.urandom(2), "big") / 65536
def done(result, interface):
    global trying
    trying = False
    if result != server.SERVER_CONNECTED and mode == "jitter":
        again()
def connect():
    global trying
    if not trying and not server.isconnected():
        trying = True
        server.connectwith(NIC, done, 30)
def again(result=None):
    imp.wakeup(SPREAD_S * (0.5 + chance()), connect)
def each_second():
    imp.wakeup(1, each_second)
    if mode == "fixed":
        connect()
def choose(name):
    global mode
    mode = name
    imp.setuserconfiguration(name)
    agent.send("mode", name)
def count(ignored):
    counted = imp.diag.counters()
    agent.send("handshakes", [counted["handshakes"], counted["resumed"]])
agent.on("mode", choose)
agent.on("handshakes", count)
server.setsendtimeoutpolicy(server.RETURN_ON_ERROR, server.WAIT_TIL_SENT, 5)
server.onunexpecteddisconnect(again)
USER = hardware.getdeviceid() if PASSWORD else None
imp.cloud.configure(URL, ca=CA, username=USER, password=PASSWORD)
if mode == "jitter":
    imp.wakeup(SPREAD_S * chance(), connect)
else:
    connect()
each_second()
"""


def script(
    url: str, ca_pem: bytes, ssid: str, key: str, spread_s: float, password: str | None = None
) -> str:
    """The whole of main.py. spread_s: how far boots, and retries of failures, are spread.
    password: of all boards, whose user names are their IDs."""
    return (
        f"URL, CA = {url!r}, {ca_pem!r}\n"
        f"SSID, KEY, SPREAD_S, PASSWORD = {ssid!r}, {key!r}, {spread_s!r}, {password!r}\n{MAIN}"
    )
