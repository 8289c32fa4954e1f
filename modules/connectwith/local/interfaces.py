# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Interfaces for the local network: `imp.net.open`, its object, and UDP.

The connection to the server and local interfaces share a link. `links.held` has the links that are
held here. The connection does not power those down when it is lost.
"""

import os
import select
import socket
from errno import ETIMEDOUT

import _connectwith
from micropython import const

from connectwith import call, connection, links, results, settings
from connectwith.connection.job import check_callback
from connectwith.local import timers
from connectwith.settings import nic, nic_blocks

_ADDRESS = const(2)  # a stage, as in _connectwith.STAGE_...

_UNKNOWN = const(-1)
_STARTING = const(0)
_CONNECTED = const(1)

# States of `imp.net`, by class of link: of the stages that `poll()` returns, of a link that has
# failed, of one that was stopped.
_STAGES = const(((0, 101, 104), (0, 0, 201), (300, 303, 302)))
_FAILED = const((106, 203, 306))
_STOPPED = const((105, 202, 305))
_NO_LINK = const(204)
_DENIED = const(304)

_COMING_UP_MS = const(10)
_UP_MS = const(20)
_CLOSED_MS = const(1000)

_HOLDERS_MAX = const(8)  # as many as _connectwith has tokens
_DATAGRAM_MAX = const(1472)  # IPv4 over Ethernet without fragments

_holders = [None] * _HOLDERS_MAX
_stopping = []  # links that are still being powered down


class _Holder:
    """The state of one Interface. The Interface itself must not be referenced here, so that it can
    be collected."""

    def __init__(self, kind, callback):
        self.kind = kind
        self.link = links.get(kind)
        self.callback = callback
        self.state = _UNKNOWN
        self.closed = False
        self.sockets = []


class Interface:
    """An interface that is up for the local network as long as this object is referenced.

    It is released when the object is garbage collected, or at once by `close()`.
    """

    def __init__(self, number, holder):
        self._holder = holder
        self._token = _connectwith.Token(number)

    def getstate(self):
        """One of the state numbers of `imp.net`."""
        with _connectwith.SchedulerLock():
            return _state(self._holder)

    def getiptable(self):
        """{"ipv4": {...}} as in `imp.net.info()`. RuntimeError: there is no address."""
        from connectwith.diagnostics import info

        with _connectwith.SchedulerLock():
            self._check_up()
            kind = self._holder.kind
            return {"ipv4": info.ipv4(kind, links.held[kind])}

    def openudp(self, callback, localport=0):
        """A UDP socket. `callback(fromaddress, fromport, toaddress, toport, data)` is called for
        each datagram. `localport`: 0 for any. RuntimeError: the interface is cellular or not up.
        OSError: the port is in use."""
        if self._holder.kind == nic.CELLULAR:
            raise RuntimeError("interface: no local network over cellular")
        check_callback(callback)
        if isinstance(localport, bool) or not isinstance(localport, int):
            raise TypeError("localport: must be an int")
        if not 0 <= localport <= 65535:
            raise ValueError("localport: must be 0 to 65535")
        from connectwith.diagnostics import info

        with _connectwith.SchedulerLock():
            self._check_up()
            kind = self._holder.kind
            table = info.ipv4(kind, links.held[kind])
            sockets = self._holder.sockets
            route = _connectwith.link_route(kind)
            if route is None:
                raise RuntimeError("interface: not up")
            udp = Udp(route[0], table, localport, callback, sockets)
            sockets.append(udp)
        return udp

    def close(self):
        """Releases the interface. It is powered down if nothing else uses it."""
        with _connectwith.SchedulerLock():
            _release(self._holder)

    def _check_up(self):
        if _state(self._holder) != _CONNECTED:
            raise RuntimeError("interface: not up")


class Udp:
    """A UDP socket on one interface, for its subnet."""

    def __init__(self, device, table, port, callback, siblings):
        """`device`: lwIP's name of the interface, `table`: its addresses as in info.ipv4()."""
        address = self._address = table["address"]
        self._siblings = siblings  # the open sockets of its interface
        self._port = port or _free_port()
        self._hosts = nic_blocks.number(table["netmask"]) ^ 0xFFFFFFFF
        self._callback = callback
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._socket.setblocking(False)
            # Another interface may have the same subnet, or even the same address.
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device)
            self._local = socket.getaddrinfo(address, self._port)[0][-1]
            self._socket.bind(self._local)
        except OSError:
            self._socket.close()
            raise
        self._poller = select.poll()
        self._poller.register(self._socket, select.POLLIN)

    def send(self, address, port, data):
        """Sends one datagram to a host of the subnet. 0, or a SEND_ERROR_ code of `server`.

        ValueError: the address is not of the subnet, or `port` not 1 to 65535."""
        peer = nic_blocks.number(nic_blocks.check_quad("address", address))
        if (peer ^ nic_blocks.number(self._address)) & ~self._hosts:
            raise ValueError("address: not of this subnet")
        nic_blocks.check_port(port)
        udp = self._socket
        if udp is None:
            return results.SEND_ERROR_NOT_CONNECTED
        try:
            udp.sendto(data, socket.getaddrinfo(address, port)[0][-1])
        except OSError as error:
            # MicroPython raises this for an empty datagram, as if its 0 bytes were not sent.
            if not len(data) and error.errno == ETIMEDOUT:
                return 0
            return results.SEND_ERROR_WOULDBLOCK
        return 0

    def close(self):
        with _connectwith.SchedulerLock():
            if self._socket is not None:
                self._socket.close()
                self._socket = self._callback = None
                self._siblings.remove(self)

    def _serve(self):
        """Gives one datagram to the callback. Returns whether there was one."""
        if self._socket is None:
            return False
        for _ in self._poller.ipoll(0):
            return self._receive()
        return False

    def _receive(self):
        try:
            data, sender = self._socket.recvfrom(_DATAGRAM_MAX)
        except OSError:
            return False
        if not data:
            # MicroPython treats an empty datagram as the end of a stream, and reads no more.
            # bind() clears that state. lwIP allows a second bind() and drops no datagram.
            self._socket.bind(self._local)
        call(self._callback, sender[0], sender[1], self._address, self._port, data)
        return True


def _free_port():
    """A random dynamic port (RFC 6335, section 6). lwIP would choose one, too, but cannot tell
    which."""
    return 0xC000 | os.urandom(1)[0] << 6 | os.urandom(1)[0] & 0x3F


def open_(config, callback):
    """See `imp.net.open`."""
    config = nic.normalise(config)
    kind = nic.link_of(config["interface"])
    link = links.get(kind)
    check_callback(callback)
    with _connectwith.SchedulerLock():
        return _open(config, kind, link, callback)


def _open(config, kind, link, callback):
    if None not in _holders:
        _collect()
    if None not in _holders:
        raise RuntimeError("interface: open too often")
    control = connection.get()
    job = control.job_on(link)
    if job is not None or kind in links.held:
        if len(config) > 1:
            raise ValueError("interface: in use; open it without settings")
        if kind not in links.held:
            links.held[kind] = job.nic
    else:
        control.end_linger(link)
        config = settings.fill(config, kind)
        links.held[kind] = config
        link.start(config)
    number = _holders.index(None)
    holder = _holders[number] = _Holder(kind, callback)
    interface = Interface(number, holder)
    timers.get().watch(_watch)
    return interface


def _collect():
    import gc

    gc.collect()
    _drop(timers.get().alarm.dropped())


def _watch():
    """Called regularly by the service of timers. Returns the ms until the next call, or -1."""
    _drop(timers.get().alarm.dropped())
    wait_ms = -1
    for holder in _holders:
        if holder is None:
            continue
        if holder.closed:
            wait_ms = max(wait_ms, _CLOSED_MS)
            continue
        state = _state(holder)
        if state != holder.state:
            holder.state = state
            if state == _NO_LINK and connection.get().job_on(holder.link) is None:
                # The driver does not recover from this loss. It is started for the next cable.
                holder.link.start(links.held[holder.kind])
            if holder.callback is not None:
                call(holder.callback, state)
        for udp in holder.sockets:
            udp._serve()
        step_ms = _UP_MS if state == _CONNECTED else _COMING_UP_MS
        wait_ms = step_ms if not 0 <= wait_ms <= step_ms else wait_ms
    for link in _stopping:
        if link.poll() >= links.FAILED:  # it is off, or was started again
            _stopping.remove(link)
        return _COMING_UP_MS
    return wait_ms


def _state(holder):
    kind = holder.kind
    if holder.closed:
        return _STOPPED[kind]
    stage = holder.link.poll()
    if stage == links.UP:
        return _CONNECTED
    if stage >= 0:
        if kind == nic.ETHERNET and stage < _ADDRESS and holder.state in (_CONNECTED, _NO_LINK):
            return _NO_LINK  # the cable is out
        return _STAGES[kind][stage]
    if stage != links.FAILED or not holder.link.cause:
        return _STOPPED[kind]
    if kind == nic.CELLULAR and holder.link.result == results.REGISTRATION_DENIED:
        return _DENIED
    return _FAILED[kind]


def _drop(mask):
    for number in range(_HOLDERS_MAX):
        if mask & 1 << number and _holders[number] is not None:
            _release(_holders[number])
            _holders[number] = (
                None  # only now: the token of a closed one would release its successor
            )


def _release(holder):
    if holder.closed:
        return
    holder.closed = True
    # The callbacks may reference the Interface. A reference to them here would keep it alive, and
    # its token would never be collected.
    holder.callback = None
    while holder.sockets:
        holder.sockets[-1].close()
    kind = holder.kind
    for other in _holders:
        if other is not None and other.kind == kind and not other.closed:
            return
    links.held.pop(kind, None)
    link = holder.link
    if connection.get().job_on(link) is None:
        link.stop()
        if link.poll() < links.FAILED and link not in _stopping:
            _stopping.append(link)
            timers.get().watch(_watch)
