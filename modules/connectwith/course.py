# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The way of one attempt: link, clock, dialling, greeting. One bounded piece of work per step."""

import time

import _connectwith
from micropython import const

import connectwith
from connectwith import cloud, dialer, links, patience, results

_LINK = const(1)  # stages, as in _connectwith.STAGE_...
_ADDRESS = const(2)
_CLOCK = const(3)

_ETHERNET = const(1)  # classes of link, as in _connectwith.LINK_...
_CELLULAR = const(2)

# What the next step does.
_PREPARE = const(0)
_RAISE_LINK = const(1)
_CHECK_CLOCK = const(2)
_SET_CLOCK = const(3)
_REACH = const(4)
_GREET = const(5)
_REST = const(6)  # before the server is tried again
_JUDGE = const(7)  # a date that TLS has refused

# Of what a clock rests on (core/clockrecord.h): nothing better is looked for, until TLS complains.
_TRUSTED = const(4)
_DATES = const(0x0201)  # MBEDTLS_X509_BADCERT_FUTURE and EXPIRED, mbedtls/x509.h

_LEAVING_MS = const(10)
_CLOSING_MS = const(100)
_PARTING_MS = const(2)

# Where another interface could be tried, a cable that is not there gets so long: a link is up
# within 3 s where auto-negotiation has a partner (IEEE 802.3, clause 28).
_CARRIER_MS = const(5000)


class Course:
    """Owns what an attempt opens: the link, the dialer with its stream, the session."""

    def __init__(self, attempt, diag):
        self._attempt = attempt
        self._diag = diag
        self._resolver = _connectwith.Resolver()
        self._dialer = dialer.Dialer(self._resolver)
        self.session = None  # see make_session()
        self._queries = self._dials = 0  # for the time, and again because of it
        self._dates = None  # while the clock is below trust, or TLS complains of a date
        self.link = None  # powered, or about to be
        self._leaving = None  # the one before, if powering it down takes longer
        self._off = True  # it is off its network at least
        self._parting = None  # the one that is up until goodbye has left it
        self._fresh = True  # no attempt yet in this run of the firmware
        self._job = None
        self._turn = _PREPARE
        self._asked = 0  # of the link
        self.patience = patience.Patience()
        self._faults = 0  # of the link
        self._route = None  # of the link: see links.route()

    def make_session(self):
        """The one session, made when it first has a stream: until then its memory is free."""
        if self.session is None:
            from connectwith import session

            self.session = session.Session()
        return self.session

    def begin(self, job):
        """The next step is the first one of `job`. Changes nothing else."""
        self._turn = _PREPARE
        self._queries = self._dials = 0
        self._job = job
        self.patience.begin(patience.place_of(job), job.timeout_ms)

    def release(self, polite, keep):
        """Closes whatever is open and powers the interface down. May be called again.

        If goodbye was said, `leave()` powers down when the server has it, a second later at the
        latest: a radio loses what it has not sent yet.
        `keep`: leaves an interface up that is held for the local network."""
        said = self._leave_server(polite)
        self._let_dates_go()
        link = self.link
        if link is not None:
            self.link = None
            kind = self._job.kind
            if keep and kind in links.held and links.get(kind) is link and link.poll() == links.UP:
                self.patience = patience.Patience()  # the link goes on with the one that it has
                return
            if said and _connectwith.parting():
                self._parting = link
                self._attempt.wake(1)
            else:
                self._stop(link)

    def _stop(self, link):
        link.stop()
        if link.poll() < links.FAILED:
            self._off = False
            self._leaving = link
            self._attempt.wake(1)

    def leave(self):
        """Goes on powering down the interface of before. The ms until it has to be called again,
        < 0 when it is done."""
        link = self._parting
        if link is not None:
            if _connectwith.parting():
                return _PARTING_MS
            self._stop(link)  # may be cut short, and is then called again
            self._parting = None
        link = self._leaving
        if link is None:
            return -1
        state = link.poll()
        if state >= links.FAILED:
            self._leaving = None
            return -1
        self._off = state == links.CLOSING
        return _CLOSING_MS if self._off else _LEAVING_MS

    def hasten(self, link):
        """`link` is wanted for something else now. A goodbye that has not left it is lost."""
        if self._parting is link:
            self._stop(link)
            self._parting = None

    def is_leaving(self):
        """Whether the interface of before is still being powered down."""
        return self._leaving is not None or self._parting is not None

    def step(self):
        """Goes on. Returns the ms until the next step, < 0 when the attempt has ended."""
        turn = self._turn
        if turn == _RAISE_LINK:
            return self._raise_link()
        if turn == _PREPARE:
            return self._prepare()
        if turn == _CHECK_CLOCK:
            return self._check_clock()
        if self.link.poll() != links.UP:
            return self._lose_link()
        if turn == _REACH:
            return self._reach()
        if turn == _GREET:
            return self._greet()
        if turn == _REST:
            return self.patience.rest() or self._dial()
        if turn == _JUDGE:
            return self._judge()
        return self._set_clock()

    def tend(self, quiet_ms):
        """In a quiet step of the session: asks for the time where it is not sure. Returns the ms
        until the next step."""
        wait_ms = -1 if self._dates is None else self._dates.tend(quiet_ms)
        if wait_ms < 0:
            self._let_dates_go()
            return quiet_ms
        return wait_ms

    def _prepare(self):
        self.release(False, False)  # what a call that was cut short has left
        if self._parting is not None:
            return _PARTING_MS  # `leave()` is at it
        if self._fresh:
            self._sweep()
            self._fresh = False
        link = self._job.link
        if self._leaving is link:
            self._leaving = None  # it can be taken up again from where it is
        elif self._leaving is not None and not self._off:
            return self.patience.pause()
        _connectwith.dns_flush()  # an address learnt on one network may be wrong on the next
        self.link = link
        self._diag.link = link
        if links.held.get(self._job.kind) != self._job.nic or link.poll() != links.UP:
            self._start_link()
        self._turn = _RAISE_LINK
        return self._raise_link()

    def _start_link(self):
        config = self._job.nic
        if self._job.kind in links.held:
            links.held[self._job.kind] = config
        self.link.start(config, self.patience)
        self._faults = 0

    def _sweep(self):
        """Powers down what was left up before the reset, as if it were the interface of before."""
        for kind in range(3):
            try:
                link = links.left_over(kind) if kind != self._job.kind else None
            except (AttributeError, OSError, ValueError):
                continue  # what cannot be asked is no fault of this attempt's interface
            if link is not None:
                self._stop(link)
                self._off = link.poll() == links.CLOSING

    def _raise_link(self):
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
                self.patience.hurry()
            return self.patience.pause()
        self._enter(_LINK)
        self._enter(_ADDRESS)
        route = links.route(self._job.kind, self._job.nic)
        if route is None:
            return self.patience.pause()  # its end is about to be told
        # Whatever else is up, all packets of this attempt leave by its own interface.
        self._route = route
        self._dialer.device = route[0]
        self._resolver.use(route[0], route[1])
        self._diag.blame(None, 0, 0)  # a link that was lost is back
        self._attempt.expect(-1)
        self._turn = _CHECK_CLOCK
        return self._check_clock()

    def _check_clock(self):
        quality = _connectwith.clock_quality(time.time())
        if quality >= _TRUSTED:
            return self._dial()
        self._look_after_dates().ask()
        if quality:
            return self._dial()  # a makeshift: the answer may come in the meantime
        self._enter(_CLOCK)
        self._turn = _SET_CLOCK
        return 0

    def _look_after_dates(self):
        if self._dates is None:
            from connectwith import clock  # most attempts find one that SNTP has set

            self._dates = clock.Dates(
                self._job.settings, self._diag, self._route, self._queries, self._dials
            )
        return self._dates

    def _let_dates_go(self):
        dates = self._dates
        if dates is not None:
            dates.close()
            self._queries, self._dials = dates.queries, dates.dials
            self._dates = None
            connectwith.unload("clock")

    def _set_clock(self):
        state = self._dates.poll()
        if not state:
            return self.patience.pause()
        if state < 0:
            self._dates.settle()
        else:
            self._let_dates_go()  # a handshake comes, for which every byte counts
        return self._dial()

    def _judge(self):
        """TLS has refused the server's certificate for its dates: is it the clock?"""
        dial = self._dialer
        verdict = self._dates.judge(dial.flags, dial.stream.not_before())
        if not verdict:
            return self.patience.pause()
        if verdict > 0:
            self._diag.blame(None, 0, 0)
            self._leave_server()
            return self._dial()
        return self._fail_online(dial.result, dial.cause, dial.code, dial.flags, True)

    def _dial(self):
        job = self._job
        settings = job.settings
        proxy = job.nic.get("proxyconfig")
        if proxy is not None:
            from connectwith import nic_blocks

            proxy = nic_blocks.proxy_of(proxy)
        if self._dates is not None:
            self._dates.dialling()
        self._dialer.start(settings, proxy, cloud.secret(settings, "key"))
        self._turn = _REACH
        return self._reach()

    def _reach(self):
        dial = self._dialer
        if self._dates is not None:
            self._dates.poll()
        stage = dial.poll()
        if stage == dialer.FAILED and dial.flags & _DATES:
            self._look_after_dates()
            self._diag.blame(dial.cause, dial.code, dial.flags)  # should the time end now
            self._turn = _JUDGE
            return self._judge()
        if stage == dialer.FAILED:
            result = dial.result
            if dial.silent and self._job.kind == _CELLULAR:
                result = results.PPP_NO_CONNECTIVITY
            return self._fail_online(result, dial.cause, dial.code, dial.flags, dial.lasting)
        self._enter(stage, dial.late)
        if stage != dialer.READY:
            return self._await(stage)
        self.tend(0)  # what is of no use any more gives its memory to the session
        current = self.make_session()
        settings = self._job.settings
        password = cloud.secret(settings, "password")
        current.open(dial.stream, settings, password, time.ticks_ms())
        if password is not None:
            password[:] = bytes(len(password))
        self._turn = _GREET
        return self._greet()

    def _greet(self):
        state = self.session.pump(time.ticks_ms())
        if state < 0:
            self._dialer.judge(False)
            current = self.session
            lasting = patience.is_lasting(current.cause, current.code)
            return self._fail_online(results.NO_SERVER, current.cause, current.code, 0, lasting)
        if not state:
            return self._await(dialer.READY)
        self._dialer.judge(True)
        self._attempt.succeed()
        return -1

    def _enter(self, stage, late=-1):
        """Stages only go on; a link that has to begin anew stays in the later one. `late`: the
        result if the time ends in this stage, -1 for the usual one."""
        if stage > self._attempt.stage():
            job = self._job
            hurried = stage == _LINK and job.kind == _ETHERNET and job.has_next()
            self._attempt.enter(stage, _CARRIER_MS if hurried else 0, late)
            self._diag.blame(None, 0, 0)  # what has failed before has passed
            self.patience.hurry()

    # -- what may pass

    def _lose_link(self):
        result = self.link.result
        if self.patience.is_over(patience.LINK_LOST, time.ticks_ms()):
            return self._fail(result, "link lost", 0, 0)
        self._note(result, "link lost", 0, 0)
        self._leave_server()
        self._let_dates_go()  # it asks by the link of before
        self._start_link()
        self._turn = _RAISE_LINK
        return self.patience.pause()

    def _fail_online(self, result, cause, code, flags, lasting):
        # Going down, a link breaks its connections: then it is to blame.
        if self.link.poll() != links.UP:
            return self._lose_link()
        if self.patience.doubts(code):
            return self.patience.pause()
        if not self.patience.goes_on(lasting):
            return self._fail(result, cause, code, flags)
        self._note(result, cause, code, flags)
        self._leave_server()
        self._turn = _REST
        return self.patience.rest()

    def _await(self, stage):
        """Waits for the peer, but not for one that has gone without a word."""
        if self.patience.is_dead(stage):
            result = patience.result_of_silence(stage, self._job)
            return self._fail_online(result, "no answer", 0, 0, False)
        return self.patience.pause()

    def _leave_server(self, polite=False):
        """Drops what has been opened behind the link. Returns whether goodbye was said."""
        said = self.session is not None and self.session.close(polite)
        self._dialer.close()
        self.patience.forget_stage()
        return said

    def _note(self, result, cause, code, flags):
        """It is tried again; should the time end meanwhile, this was why."""
        self._diag.blame(cause, code, flags)
        self._attempt.expect(result)

    def _fail(self, result, cause, code, flags):
        self._diag.blame(cause, code, flags)
        self._attempt.fail(result)
        return -1
