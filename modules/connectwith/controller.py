# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The one connection to the server: attempts, then the session.

`_connectwith.Attempt` keeps the time and guarantees the callback. It calls `_step()` for the next
bit of work and `_settle()` when an attempt has ended, both from the scheduler: between two byte
codes of the user's code or of the methods here that the user calls. While one of those is at it,
`_busy` keeps the steps out.
"""

import time

import _connectwith
from micropython import const

from connectwith import cloud, diag, dialer, links, nic, results, session, store

_LINK = const(1)  # stages, as in _connectwith.STAGE_...
_ADDRESS = const(2)
_CLOCK = const(3)
_STAGES = const(9)

# What the next step of an attempt does.
_PREPARE = const(0)
_RAISE_LINK = const(1)
_CHECK_CLOCK = const(2)
_SET_CLOCK = const(3)
_REACH = const(4)
_GREET = const(5)

_WAITS_MS = b"\x01\x01\x02\x02\x04\x08\x0a"  # pauses while nothing happens; the last one stays
_IDLE_MS = const(50)  # between two looks at a quiet session

_DEFAULT_MS = const(60000)
_DEFAULT_CELLULAR_MS = const(120000)
_LONGEST_S = const(86400)

_controller = None


def get():
    """The controller of this run of the firmware."""
    global _controller
    if _controller is None:
        _controller = Controller()
    return _controller


class Job:
    """What one call of `connectwith` asked for, checked."""

    def __init__(self, nic, link, settings):
        self.nic = nic
        self.link = link
        self.settings = settings


class Controller:
    def __init__(self):
        _connectwith.key_source()  # makes the device's secret now, so that attempts write nothing
        self._attempt = _connectwith.Attempt(self._step, self._settle)
        self.diag = diag.Diag(self._attempt)
        self._resolver = _connectwith.Resolver()
        self._dialer = dialer.Dialer(self._resolver)
        self._session = session.Session()
        self._sntp = None
        self._link = None  # powered, or about to be
        self._job = None  # of the attempt that runs
        self._turn = _PREPARE
        self._waits = 0
        self._told = 0  # the stage that the watcher of transitions waits for
        self._busy = 0
        self._ticket = 0
        self._connected = False
        self._nic = None  # the last that worked
        self._policy = results.SUSPEND_ON_ERROR
        self._wait = results.WAIT_TIL_SENT
        self._timeout_ms = 30000

    # -- what the user calls

    def set_policy(self, policy, wait, timeout):
        """See `server.setsendtimeoutpolicy`."""
        if policy not in (0, 1, 2) or isinstance(policy, bool):
            raise ValueError("reconnectpolicy: not a policy")
        if wait not in (0, 1) or isinstance(wait, bool):
            raise ValueError("waitpolicy: not a policy")
        timeout_ms = _milliseconds(timeout)
        self._policy = policy
        self._wait = wait
        self._timeout_ms = timeout_ms

    def connectwith(self, config, callback, timeout):
        """See `server.connectwith`. Checks everything, then changes something."""
        if self._policy == results.SUSPEND_ON_ERROR:
            raise RuntimeError("not under SUSPEND_ON_ERROR: see server.setsendtimeoutpolicy")
        config = nic.normalise(config)
        interface = config["interface"]
        kind = nic.link_of(interface)
        config = store.fill(config, kind)
        link = links.get(kind)
        if callback is not None and not callable(callback):
            raise TypeError("callback: not callable")
        if timeout is None:
            timeout_ms = _DEFAULT_CELLULAR_MS if kind == nic.CELLULAR else _DEFAULT_MS
        else:
            timeout_ms = _milliseconds(timeout)
        settings = store.load_cloud()
        if settings is None:
            raise RuntimeError("no server is set: see imp.cloud.configure")
        job = Job(config, link, settings)
        ticket = self._go_offline()
        if ticket != self._ticket:
            return  # a callback has called in the meantime, and the newest call wins
        self.diag.begin(interface)
        self._told = 0
        self._waits = 0
        self._turn = _PREPARE
        self._job = job
        self._attempt.start(kind, timeout_ms, callback, interface)

    def disconnect(self):
        """See `server.disconnect`."""
        self._go_offline()

    def is_connected(self):
        return self._connected

    def current_config(self):
        """A copy of the last NIC that worked, secrets sealed; None before the first."""
        return None if self._nic is None else nic.duplicate(self._nic)

    def send(self, name, payload):
        """Sends bytes on the device's topic `name`. Returns 0 or a send error."""
        if not self._connected:
            return results.SEND_ERROR_NOT_CONNECTED
        if self._busy:
            return results.SEND_ERROR_WOULDBLOCK  # a callback in the middle of another send
        self._busy += 1
        try:
            return self._send(name, payload)
        finally:
            self._busy -= 1

    # -- attempts

    def _go_offline(self):
        """Ends attempt, session and link. Returns the number of this order."""
        self._ticket += 1
        ticket = self._ticket
        self._attempt.abandon()
        self._job = None
        self._busy += 1
        try:
            self._release(True)
        finally:
            self._busy -= 1
        return ticket

    def _release(self, polite):
        """Closes whatever is open and powers the interface down. May be called again."""
        self._connected = False
        self._session.close(polite)
        self._dialer.close()
        if self._sntp is not None:
            self._sntp.close()
            self._sntp = None
        if self._link is not None:
            self._link.stop()
            self._link = None

    def _step(self):
        if self._busy:
            return 1
        if self._attempt.running():
            if self._told < self._attempt.stage() and self.diag.watcher is not None:
                self._tell(self._attempt.stage())
                return 0  # the watcher may have begun another attempt
            return self._advance()
        if self._connected:
            return self._serve()
        return -1

    def _advance(self):
        turn = self._turn
        if turn == _RAISE_LINK:
            return self._raise_link()
        if turn == _PREPARE:
            return self._prepare()
        if turn == _CHECK_CLOCK:
            return self._check_clock()
        if self._link.poll() != links.UP:
            return self._fail(self._link.result, "link lost", 0)
        if turn == _REACH:
            return self._reach()
        if turn == _GREET:
            return self._greet()
        return self._set_clock()

    def _prepare(self):
        self._release(False)  # what a call that was cut short has left
        _connectwith.dns_flush()  # an address learnt on one network may be wrong on the next
        link = self._job.link
        self._link = link
        link.start(self._job.nic)
        self._turn = _RAISE_LINK
        return self._raise_link()

    def _raise_link(self):
        link = self._link
        stage = link.poll()
        if stage == links.FAILED:
            return self._fail(link.result, link.cause, link.code)
        if stage != links.UP:
            self._enter(stage)
            return self._pause()
        self._enter(_LINK)
        self._enter(_ADDRESS)
        self._turn = _CHECK_CLOCK
        return self._check_clock()

    def _check_clock(self):
        floor_s = _connectwith.build_time()
        if time.time() >= floor_s:
            return self._dial()
        self._enter(_CLOCK)
        from connectwith import clock  # needed once, and the clock survives a soft reset

        self._sntp = clock.Sntp(self._resolver, floor_s)
        self._turn = _SET_CLOCK
        return 0

    def _set_clock(self):
        state = self._sntp.poll()
        if not state:
            return self._pause()
        self._sntp.close()
        if state < 0:
            self._sntp.give_up()
            self.diag.note = "no time from SNTP: the clock is set to the build date"
        return self._dial()

    def _dial(self):
        job = self._job
        settings = job.settings
        proxy = job.nic.get("proxyconfig")
        if proxy is not None:
            proxy = _open_proxy(proxy)
        key = settings.key
        if key is not None:
            key = _connectwith.unseal(key, cloud.context(settings, "key"))
        self._sntp = None
        self._dialer.start(settings, proxy, (settings.cert, key))
        self._turn = _REACH
        return self._reach()

    def _reach(self):
        dial = self._dialer
        stage = dial.poll()
        if stage == dialer.FAILED:
            return self._fail(dial.result, dial.cause, dial.code, dial.flags)
        self._enter(stage, dial.late)
        if stage != dialer.READY:
            return self._pause()
        settings = self._job.settings
        password = settings.password
        if password is not None:
            password = _connectwith.unseal(password, cloud.context(settings, "password"))
        self._session.open(dial.stream, settings, password, time.ticks_ms())
        self._turn = _GREET
        return self._greet()

    def _greet(self):
        state = self._session.pump(time.ticks_ms())
        if state == session.CLOSED:
            return self._fail(results.NO_SERVER, self._session.cause, self._session.code)
        if state != session.OPEN:
            return self._pause()
        self._attempt.succeed()
        return -1

    def _enter(self, stage, late=-1):
        """Stages only go on; a link that has to begin anew stays in the later one. `late`: the
        result if the time ends in this stage, -1 for the usual one."""
        if stage > self._attempt.stage():
            self._attempt.enter(stage, 0, late)
            self._waits = 0

    def _pause(self):
        waits = self._waits
        if waits < 6:
            self._waits = waits + 1
        return _WAITS_MS[waits]

    def _fail(self, result, cause, code, flags=0):
        self.diag.blame(cause, code, flags)
        self._attempt.fail(result)
        return -1

    def _settle(self, result, error):
        """An attempt has ended, or a session's step has raised. May be called again."""
        job = self._job
        if job is None:
            if error is not None:
                self._lose(type(error).__name__, 0)
            return
        if result == results.SERVER_CONNECTED:
            self._nic = job.nic
            self._connected = True
            self._attempt.wake(1)
        else:
            self._release(False)
        self.diag.end(result, error)
        self._job = None
        ticket = self._ticket
        while self._told < _STAGES and self.diag.watcher is not None and ticket == self._ticket:
            self._tell(_STAGES)

    def _tell(self, before):
        ticket = self._ticket
        told = self.diag.tell(self._told, before)
        if ticket == self._ticket:  # else it belongs to the attempt that the watcher has begun
            self._told = told

    # -- the session

    def _serve(self):
        state = self._session.pump(time.ticks_ms())
        if state == session.CLOSED:
            return self._lose(self._session.cause, self._session.code)
        if self._link.poll() != links.UP:
            return self._lose("link lost", 0)
        if self._session.busy():
            return self._pause()
        self._waits = 0
        return _IDLE_MS

    def _lose(self, cause, code):
        """The session is over and nobody here wanted it. The place where the retry of one minute
        and the handler of `onunexpecteddisconnect` begin."""
        self.diag.lost(cause, code)
        self._release(False)
        return -1

    def _send(self, name, payload):
        deadline = time.ticks_add(time.ticks_ms(), self._timeout_ms)
        keep = self._policy == results.RETURN_ON_ERROR_NO_DISCONNECT
        result = self._pump_until(0, deadline)
        if not result:
            wait_for_ack = self._wait == results.WAIT_FOR_ACK
            packet_id = self._session.publish(name, payload, 1 if wait_for_ack else 0)
            result = self._pump_until(packet_id, deadline)
            if keep and result == results.SEND_ERROR_TIMEOUT and not wait_for_ack:
                result = 0  # it is in the send buffer, and will go out
        elif keep and result == results.SEND_ERROR_TIMEOUT:
            result = results.SEND_ERROR_WOULDBLOCK
        if result == results.SEND_ERROR_TIMEOUT and not keep:
            self._lose("send timeout", 0)
        return result

    def _pump_until(self, packet_id, deadline):
        """Works on the session until its buffer is empty and, if not 0, the packet acknowledged.
        Returns 0, SEND_ERROR_TIMEOUT or SEND_ERROR_DISCONNECTED."""
        current = self._session
        ticket = self._ticket
        while True:
            state = current.pump(time.ticks_ms())
            if ticket != self._ticket:
                return results.SEND_ERROR_DISCONNECTED  # a callback has closed it meanwhile
            if state == session.CLOSED:
                self._lose(current.cause, current.code)
                return results.SEND_ERROR_DISCONNECTED
            if current.idle() and (not packet_id or current.acked() == packet_id):
                return 0
            if time.ticks_diff(deadline, time.ticks_ms()) <= 0:
                return results.SEND_ERROR_TIMEOUT
            time.sleep_ms(1)


def _milliseconds(seconds):
    """Checks a timeout in seconds, int or float."""
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise ValueError("timeout: must be a number of seconds")
    if not 0 < seconds <= _LONGEST_S:
        raise ValueError("timeout: must be over 0 and at most 86400 s")
    return max(1, int(seconds * 1000))


def _open_proxy(block):
    """What the dialer takes: address, port, user name or None, password in the clear."""
    username = block.get("username")
    password = block.get("password")
    if password is not None:
        bound = nic.context("proxy", username, block["address"])
        password = _connectwith.unseal(password, bound).decode()
    return block["address"], block["port"], username, password or ""
