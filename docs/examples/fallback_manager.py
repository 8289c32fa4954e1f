# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Wi-Fi first, cellular as the fallback, and a network that is learnt and remembered.

docs/porting.md has it beside its Squirrel original, section by section.

    from fallback_manager import FallbackManager

    manager = FallbackManager([
        {"interface": "wl0", "wificonfig": {"ssid": "depot", "key": "…"}},
        {"interface": "cell0", "cellconfig": {"apn": "internet"}},
    ])
    manager.on_connect = lambda interface: manager.log("online over " + interface)
    manager.connect()
"""

import imp
import json

import server

LINES_MAX = 50  # kept while offline


class FallbackManager:
    """Handlers: `on_connect(interface)` and `on_disconnect(reason)`; each may be None.

    nics: what is tried, the best one first. timeout: s for each of them. retry: s of pause after
    all have failed. better: s on another one than the first, until the first is tried again.
    """

    def __init__(self, nics, timeout=60, retry=30, better=900):
        self.on_connect = self.on_disconnect = None
        self._nics = nics
        self._timeout = timeout
        self._retry = retry
        self._better = better
        self._queue = []  # NICs that are still to be tried
        self._learning = False  # whether the attempt is one of learn()
        self._timer = None
        self._lines = []
        server.setsendtimeoutpolicy(server.RETURN_ON_ERROR, server.WAIT_TIL_SENT, 10)
        server.onunexpecteddisconnect(self._lost)

    def connect(self):
        """Tries the stored NIC and the others, until one works."""
        stored = self._load()
        self._queue = ([stored] if stored else []) + list(self._nics)
        self._learning = False
        self._next()

    def learn(self, nic):
        """Tries a new NIC, and stores it if it works. If not, the others are tried."""
        server.flush(5)
        self._queue = [nic]
        self._learning = True
        self._next()

    def forget(self):
        """Erases the stored NIC."""
        imp.setuserconfiguration(None)

    def log(self, message):
        """Logs now, or at the next connection."""
        if server.log(message) != 0:
            self._lines.append(message)
            del self._lines[:-LINES_MAX]

    # -- one attempt after the other

    def _next(self):
        if self._timer is not None:
            imp.cancelwakeup(self._timer)
            self._timer = None
        while self._queue:
            try:
                server.connectwith(self._queue.pop(0), self._attempted, self._timeout)
                return
            except (
                TypeError,
                ValueError,
            ) as error:  # or there is no such interface
                self.log("NIC refused: " + str(error))
        if self._learning:
            self.connect()
        else:
            self._timer = imp.wakeup(self._retry, self.connect)

    def _attempted(self, result, interface):
        if result != server.SERVER_CONNECTED:
            attempt = imp.diag.lastattempt()
            self.log(f"{interface}: {attempt['name']}, {attempt['cause']}")
            self._next()
            return
        if self._learning:
            self._store(imp.net.getcurrentconfig())
            self._learning = False
        elif interface != self._nics[0]["interface"]:
            self._timer = imp.wakeup(self._better, self._try_better)
        self._online(interface)

    def _online(self, interface):
        lines, self._lines = self._lines, []
        for line in lines:
            self.log(line)
        if self.on_connect is not None:
            self.on_connect(interface)

    def _try_better(self):
        self._timer = None
        server.flush(5)
        self.connect()

    def _lost(self, reason):
        if self.on_disconnect is not None:
            self.on_disconnect(reason)
        self.connect()

    # -- the stored NIC

    def _store(self, nic):
        imp.setuserconfiguration(json.dumps(nic))

    def _load(self):
        stored = imp.getuserconfiguration()
        if stored is None:
            return None
        try:
            return json.loads(stored)
        except ValueError:
            return None  # somebody else's
