# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A device under imp.uplink.keep."""

LIMIT_S = 60  # for what takes a few seconds; machines may be slow

PRELUDE = """
import agent
from connectwith import connection
events = []
def heard(event): events.append(event)
def over(name):
    status = imp.uplink.status()
    return status is not None and status["interface"] == name and status["state"] == "connected"
def kinds(): return [(event["event"], event["interface"]) for event in events]
"""


class Kept:
    """A device with Ethernet and Wi-Fi that keeps itself connected."""

    def __init__(self, device, world):
        self.device, self.world = device, world
        device.repl.run(PRELUDE)

    def keep(self, order=("ethernet", "wifi"), nics=None, **options):
        nics = [self.device.wifi()] if nics is None else nics
        said = "".join(f", {name}={value!r}" for name, value in options.items())
        self.device.repl.run(f"imp.uplink.keep(heard, order={list(order)!r}, nics={nics!r}{said})")

    def value(self, expression):
        return self.device.repl.value(expression)

    def wait(self, condition):
        ms = LIMIT_S * 1000
        found = self.device.repl.value(f"until(lambda: {condition}, {ms})", timeout=LIMIT_S + 10)
        assert found is True, f"{condition}: {self.value('(events, imp.uplink.status())')}"

    def over(self, name):
        self.wait(f"over({name!r})")
