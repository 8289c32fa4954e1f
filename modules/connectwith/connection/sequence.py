# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The sequence of one attempt: link, clock, server, session. A step is one bounded piece of
work."""

import time

import _connectwith
from micropython import const

import connectwith
from connectwith import links, results, settings
from connectwith.connection import dialer
from connectwith.connection.job import note_network
from connectwith.links import retry_limits

_LINK = const(1)  # stages, as in _connectwith.STAGE_...
_ADDRESS = const(2)
_CLOCK = const(3)

# The state, that is, what the next step does.
_PREPARE = const(0)
_POLLING_LINK = const(1)
_CHECK_CLOCK = const(2)
_SET_CLOCK = const(3)
_DIALLING = const(4)
_OPENING_SESSION = const(5)
_PAUSING = const(6)  # before the server is tried again
_CHECKING_DATE = const(7)  # a date that TLS has refused
_CHECKING_PORTAL = const(8)
_DONE = const(9)  # the session is accepted

# A quality of core/clockrecord.h from which on SNTP is not queried, unless TLS refuses a date.
_TRUSTED = const(4)
_DATES = const(0x0201)  # MBEDTLS_X509_BADCERT_FUTURE and EXPIRED, mbedtls/x509.h

# The limit for a cable if another interface follows. Auto-negotiation takes 3 s (IEEE 802.3, 28).
_CARRIER_MS = const(5000)

_UNWATCHED_MS = const(50)  # between two steps of a session that cannot request one


class Sequence:
    """Owns what an attempt opens: the link, the dialer with its stream, the session."""

    portal = None  # of all sequences: the address of the check for captive portals, see portal.py

    def __init__(self, attempt, diag, power_down):
        self._attempt = attempt
        self._diag = diag
        self._resolver = _connectwith.Resolver()
        self._dialer = dialer.Dialer(self._resolver)
        self.session = None  # see make_session()
        self._queries = self._dials = (
            0  # of this attempt: SNTP queries, dials after a refused date
        )
        self._time_sync = None  # only while the clock is not trusted or TLS has refused a date
        self.link = None  # powered up, or about to be
        self._power_down = power_down  # of the links of before
        self.job = None  # of the last attempt
        self._state = _PREPARE
        self._asked = 0  # the last value of the link's `asked`
        self.limits = retry_limits.RetryLimits()
        self._faults = 0  # the last value of the link's `faults`
        self._route = None  # of the link: see links.route()

    def make_session(self):
        """The session. It is made with the first stream, as its memory is needed before."""
        if self.session is None:
            from connectwith import session

            self.session = session.Session()
        return self.session

    def begin(self, job):
        """Makes the first step of `job` the next step. Changes nothing else."""
        self._dialer.check = None
        self._state = _PREPARE
        self._queries = self._dials = 0
        self.job = job
        self.limits.begin(retry_limits.mode_of(job), job.timeout_ms)

    def release(self, goodbye, keep):
        """Closes whatever is open and powers the interface down. May be called again.

        `goodbye`: sends DISCONNECT. `keep`: leaves an interface up that is held for the local
        network."""
        said = self._close_server(goodbye)
        self._end_sync()
        link = self.link
        if link is not None:
            if not goodbye and keep and _SET_CLOCK <= self._state < _DONE:
                getattr(link, "avoid", bool)()  # not all links have it
            self.link = None
            kind = self.job.kind
            if keep and kind in links.held and links.get(kind) is link and link.poll() == links.UP:
                # The link keeps the limits object that it was started with.
                self.limits = retry_limits.RetryLimits()
                return
            self._power_down.stop(link, said)

    def step(self):
        """Makes one step. Returns the ms until the next step, < 0 when the attempt has ended."""
        state = self._state
        if state == _POLLING_LINK:
            return self._poll_link()
        if state == _PREPARE:
            return self._prepare()
        if state == _CHECK_CLOCK:
            return self._check_clock()
        if self.link.poll() != links.UP:
            return self._restart_link()
        if state == _DIALLING:
            return self._poll_dialer()
        if state == _OPENING_SESSION:
            return self._poll_session()
        if state == _PAUSING:
            return self.limits.pause_ms() or self._start_dialer()
        if state == _CHECKING_DATE:
            return self._check_date()
        if state == _CHECKING_PORTAL:
            return self._check_portal()
        return self._set_clock()

    def poll_idle(self, idle_ms):
        """In an idle step of the session. Returns the ms until the next one, at most `idle_ms`:
        until the keepalive or a query of SNTP is due, or the link is to be polled. Data from the
        server and events of the link ask for a step sooner."""
        current = self.session
        if not current.watch():
            return self._poll_sync(min(idle_ms, _UNWATCHED_MS))
        idle_ms = min(idle_ms, current.due_ms(time.ticks_ms()))
        return self._poll_sync(min(idle_ms, getattr(self.link, "look_ms", idle_ms)))

    def _poll_sync(self, idle_ms):
        """Queries SNTP if necessary. Returns the ms until the next call is due, at most
        `idle_ms`."""
        wait_ms = -1 if self._time_sync is None else self._time_sync.poll_idle(idle_ms)
        if wait_ms < 0:
            self._end_sync()
            return idle_ms
        return wait_ms

    def _prepare(self):
        self.release(False, False)  # what an interrupted call has left open
        wait_ms = self._power_down.make_way(self.job)
        if wait_ms:
            return wait_ms if wait_ms > 0 else self.limits.wait_ms()
        link = self.job.link
        _connectwith.dns_flush()  # an address of one network may be wrong on the next
        self.link = link
        self._diag.link = link
        if links.held.get(self.job.kind) != self.job.nic or link.poll() != links.UP:
            self._start_link()
        self._state = _POLLING_LINK
        return self._poll_link()

    def _start_link(self):
        config = self.job.nic
        if self.job.kind in links.held:
            links.held[self.job.kind] = config
        self.link.start(config, self.limits)
        self._faults = 0

    def _poll_link(self):
        link = self.link
        stage = link.poll()
        if stage == links.FAILED:
            return self._fail(link.result, link.cause, link.code, 0)
        if stage != links.UP:
            self._enter(stage)
            if link.faults != self._faults:
                self._faults = link.faults
                self._note(link.result, link.cause, link.code, 0)
            asked = getattr(link, "asked", 0)
            if asked != self._asked:
                self._asked = asked
                self.limits.reset_interval()
            return self.limits.wait_ms()
        self._enter(_LINK)
        self._enter(_ADDRESS)
        route = links.route(self.job.kind, self.job.nic)
        if route is None:
            return self.limits.wait_ms()  # the link has lost its address; poll() will say so
        # All packets of this attempt use its own interface, whatever other interfaces are up.
        self._route = route
        self._dialer.device = route[0]
        self._resolver.use(route[0], route[1])
        self._diag.set_cause(None, 0, 0)  # a link that was lost is up again
        self._attempt.expect(-1)
        self._state = _CHECK_CLOCK
        return self._check_clock()

    def _check_clock(self):
        quality = _connectwith.clock_quality(time.time())
        if quality >= _TRUSTED:
            return self._start_dialer()
        self._get_sync().ask()
        if quality:
            return self._start_dialer()  # provisional, but set: the answer is not waited for
        self._enter(_CLOCK)
        self._state = _SET_CLOCK
        return 0

    def _get_sync(self):
        if self._time_sync is None:
            from connectwith import clock  # most attempts find a clock that SNTP has set

            self._time_sync = clock.TimeSync(
                self.job.settings, self._diag, self._route, self._queries, self._dials
            )
        return self._time_sync

    def _end_sync(self):
        sync = self._time_sync
        if sync is not None:
            sync.close()
            self._queries, self._dials = sync.queries, sync.dials
            self._time_sync = None
            connectwith.unload("clock")

    def _set_clock(self):
        state = self._time_sync.poll()
        if not state:
            return self.limits.wait_ms()
        if state < 0:
            self._time_sync.set_floor()
        else:
            self._end_sync()  # frees its memory for the TLS handshake
        return self._start_dialer()

    def _check_date(self):
        """TLS has refused the dates of the server's certificate: checks whether the clock is
        wrong."""
        dial = self._dialer
        state = self._time_sync.check(dial.flags, dial.stream.not_before())
        if not state:
            return self.limits.wait_ms()
        if state > 0:
            self._diag.set_cause(None, 0, 0)
            self._close_server()
            return self._start_dialer()
        return self._retry_or_fail(dial.result, dial.cause, dial.code, dial.flags, True)

    def _start_dialer(self):
        job = self.job
        server = job.settings
        proxy = job.nic.get("proxyconfig")
        if proxy is not None:
            from connectwith.settings import nic_blocks

            proxy = nic_blocks.proxy_of(proxy)
        if self._time_sync is not None:
            self._time_sync.begin_dial()
        self._dialer.start(server, proxy, settings.cloud.secret(server, "key"))
        self._state = _DIALLING
        return self._poll_dialer()

    def _poll_dialer(self):
        dial = self._dialer
        if self._time_sync is not None:
            self._time_sync.poll()
        stage = dial.poll()
        if stage == dialer.FAILED and dial.flags & _DATES:
            self._get_sync()
            self._diag.set_cause(dial.cause, dial.code, dial.flags)  # if the deadline comes now
            self._state = _CHECKING_DATE
            return self._check_date()
        if stage == dialer.FAILED:
            if dial.suspects_portal(self.link, self._route, self.portal):
                self._note(dial.result, dial.cause, dial.code, dial.flags)  # as above
                self._state = _CHECKING_PORTAL
                return self._check_portal()
            result = dial.result
            if dial.silent and self.job.kind == settings.nic.CELLULAR:
                result = results.PPP_NO_CONNECTIVITY
            return self._retry_or_fail(result, dial.cause, dial.code, dial.flags, dial.permanent)
        self._enter(stage, dial.late)
        if stage != dialer.READY:
            return self._await(stage)
        self._poll_sync(0)  # frees the memory of the time queries, if they are done
        current = self.make_session()
        server = self.job.settings
        password = settings.cloud.secret(server, "password")
        current.open(dial.stream, server, password, time.ticks_ms())
        connectwith.overwrite(password)
        self._state = _OPENING_SESSION
        return self._poll_session()

    def _check_portal(self):
        if not self._dialer.check_portal():
            return self.limits.wait_ms()
        self._state = _DIALLING
        return self._poll_dialer()

    def _poll_session(self):
        state = self.session.poll(time.ticks_ms())
        if state < 0:
            self._dialer.rate_address(False)
            current = self.session
            final = retry_limits.is_permanent(current.cause, current.code)
            return self._retry_or_fail(results.NO_SERVER, current.cause, current.code, 0, final)
        if not state:
            return self._await(dialer.READY)
        self._dialer.rate_address(True)
        self._state = _DONE
        note_network(self.job)
        self._attempt.succeed()
        return -1

    def _enter(self, stage, late=-1):
        """Enters a stage, if it comes after the present one. `late`: the result if the deadline
        ends the stage; -1: its usual result."""
        if stage > self._attempt.stage():
            job = self.job
            shortened = stage == _LINK and job.kind == settings.nic.ETHERNET and job.has_next()
            self._attempt.enter(stage, _CARRIER_MS if shortened else 0, late)
            self._diag.set_cause(None, 0, 0)  # the failure before was temporary
            self.limits.reset_interval()

    def _restart_link(self):
        result = self.link.result
        if self.limits.is_over(retry_limits.LINK_LOST, time.ticks_ms()):
            return self._fail(result, "link lost", 0, 0)
        self._note(result, "link lost", 0, 0)
        self._close_server()
        self._end_sync()  # its socket is bound to the link of before
        self._start_link()
        self._state = _POLLING_LINK
        return self.limits.wait_ms()

    def _retry_or_fail(self, result, cause, code, flags, permanent):
        # A link that goes down breaks its connections, so its state is checked first.
        if self.link.poll() != links.UP:
            return self._restart_link()
        if self.limits.blames_link(code):
            return self.limits.wait_ms()
        if not self.limits.should_retry(permanent):
            return self._fail(result, cause, code, flags)
        self._note(result, cause, code, flags)
        self._close_server()
        self._state = _PAUSING
        return self.limits.pause_ms()

    def _await(self, stage):
        """Waits for the peer, unless it has been silent for too long."""
        if self.limits.is_silent(stage):
            result = retry_limits.result_of_silence(stage, self.job)
            return self._retry_or_fail(result, "no answer", 0, 0, False)
        return self.limits.wait_ms()

    def _close_server(self, goodbye=False):
        """Closes session and stream. Returns whether DISCONNECT was written."""
        said = self.session is not None and self.session.close(goodbye)
        self._dialer.close()
        self.limits.reset_stage()
        return said

    def _note(self, result, cause, code, flags):
        """Records the cause of a failure that is retried. It is the result if the deadline comes
        meanwhile."""
        self._diag.set_cause(cause, code, flags)
        self._attempt.expect(result)

    def _fail(self, result, cause, code, flags):
        self._diag.set_cause(cause, code, flags)
        self._attempt.fail(result)
        return -1
