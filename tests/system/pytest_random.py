# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Random sequences of calls and faults, against a model of the API.

A slice of one minute in the suite; `--random-seconds` for more, `--random-seed` to begin with the
seed of a failure. The same seed gives the same calls; their timing is the host's.
"""

import itertools
import time

import pytest
from holdings import assert_nothing_left, held
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from random_calls import Attempt, Model

_RECORDER = """
import agent, gc, network
events = []
def begin(nic, timeout, tag):
    def callback(result, interface):
        events.append(("call", tag, result, interface, server.isconnected()))
    server.connectwith(nic, callback, timeout)
    events.append(("start", tag))
def stop():
    server.disconnect()
    events.append(("stop",))
def wait_last(limit_ms):
    end = time.ticks_add(time.ticks_ms(), limit_ms)
    while events and events[-1][0] == "start" and time.ticks_diff(end, time.ticks_ms()) > 0:
        time.sleep_ms(5)
"""
_STEPS = 25
# Lists and buffers keep the size that they had at their longest. One object lost per call would be
# more than this after a minute.
_HEAP_BYTES = 4096
_LATE_MS = 20000  # for a callback on a busy host

TIMEOUTS = st.sampled_from([0.05, 0.3, 0.8, 2.0, 20.0])
FAULTS = st.sampled_from(["wifi", "cable", "leases", "name", "server"])


class Calls(RuleBasedStateMachine):
    """One board and one bench; `device` and `world` are set by the test."""

    device = None
    world = None
    tags = itertools.count()
    sequences = 0

    def __init__(self):
        super().__init__()
        Calls.sequences += 1
        self.model = Model()
        self.world.restore()
        self.device.repl.run("server.disconnect()\nevents.clear()")

    def _begin(self, nic, timeout, hopeless=False):
        attempt = Attempt(next(self.tags), nic["interface"], timeout, hopeless)
        # Set before the call, because a fast failure comes before the next check.
        self.model.start(attempt)
        self.device.repl.run(f"begin({nic!r}, {timeout!r}, {attempt.tag})")

    def _events(self):
        return self.device.repl.value("events")

    @rule(timeout=TIMEOUTS, kind=st.sampled_from(["good", "good", "wrong key", "no network"]))
    def wifi(self, timeout, kind):
        changes = {
            "good": {},
            "wrong key": {"key": "not-the-key"},
            "no network": {"ssid": "nobody"},
        }
        # A wrong key is reported after a second, twice: less time, another code.
        self._begin(self.device.wifi(**changes[kind]), timeout, kind != "good")

    @rule(timeout=TIMEOUTS)
    def ethernet(self, timeout):
        self._begin(self.device.ethernet(), timeout)

    @rule()
    def disconnect(self):
        self.device.repl.run("stop()")
        self.model.disconnect()

    @rule(ms=st.sampled_from([1, 20, 80, 250]))
    def sleep(self, ms):
        self.device.repl.run(f"time.sleep_ms({ms})")

    @rule()
    def wait_for_the_callback(self):
        self.device.repl.run(f"wait_last({_LATE_MS + 20000})", timeout=90)
        self.model.check(self._events())
        assert self.model.current is None, "no callback"

    @rule(name=FAULTS)
    def fault_begins(self, name):
        if getattr(self.model.faults, name):
            return
        # The model looks twice; between the looks the fault may begin.
        self.model.change(name, True)
        bench = self.world
        {
            "wifi": bench.wifi["home"].off,
            "cable": bench.ethernet.unplug,
            "leases": lambda: (bench.ethernet.dhcp(False), bench.wifi["home"].dhcp(False)),
            "name": lambda: bench.dns.nxdomain("broker.test"),
            "server": bench.broker.stop,
        }[name]()

    @rule(name=FAULTS)
    def fault_ends(self, name):
        if not getattr(self.model.faults, name):
            return
        bench = self.world
        {
            "wifi": bench.wifi["home"].on,
            "cable": bench.ethernet.plug,
            "leases": lambda: (bench.ethernet.dhcp(True), bench.wifi["home"].dhcp(True)),
            "name": bench.dns.restore,
            "server": bench.broker.start,
        }[name]()
        self.model.change(name, False)

    @rule(call=st.sampled_from(["server.log('x' * 40)", "agent.send('name', ['x'] * 9)"]))
    def send(self, call):
        connected, answer = self.device.repl.value(f"(server.isconnected(), {call})")
        # The call may find a worse state than was known before it, never a better one.
        assert answer in ((0, 1, 2, 3, 4) if connected else (1,))

    @rule()
    def flush(self):
        assert self.device.repl.value("server.flush(0.05)") in (True, False)

    @rule(policy=st.sampled_from(["RETURN_ON_ERROR", "RETURN_ON_ERROR_NO_DISCONNECT"]))
    def policy(self, policy):
        self.device.repl.run(
            f"server.setsendtimeoutpolicy(server.{policy}, server.WAIT_TIL_SENT, 0.2)"
        )

    @rule()
    def look(self):
        report = self.device.last_attempt()
        assert report is None or not any(secret in str(report) for secret in self.secrets())
        # At one moment: between two calls a connection may come or go.
        self.device.repl.run(
            "import _connectwith\n"
            "with _connectwith.SchedulerLock(): told = server.isconnected(), imp.net.info()\n"
        )
        connected, info = self.device.repl.value("told")
        assert ("active" in info) == connected
        assert not connected or "lasterror" not in info
        assert not any(secret in str(info) for secret in self.secrets())

    @rule()
    def last_good_configuration_goes_back_in(self):
        nic = self.device.repl.value("imp.net.getcurrentconfig()")
        assert not any(secret in str(nic) for secret in self.secrets())
        self._begin(nic, 20.0)

    def secrets(self):
        return ["not-the-key", self.world.wifi["home"].key]

    def teardown(self):
        self.model.check(self._events())
        for _, payload, _ in self.world.broker.messages:
            assert not any(secret.encode() in payload for secret in self.secrets())
        self.device.repl.run("stop()\ntime.sleep_ms(300)\ngc.collect()")
        self.model.disconnect()
        self.model.check(self._events())
        out = self.device.repl.run(
            "print(server.isconnected(), network.WLAN(0).active(), network.WLAN(0).isconnected())"
        )
        assert out.split() == ["False", "False", "False"]


def _run(number):
    """One seed: a handful of sequences."""
    run_state_machine_as_test(
        seed(number)(Calls),
        settings=settings(
            max_examples=3,
            stateful_step_count=_STEPS,
            phases=[Phase.generate],
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.fixture
def calls(device, world, board):
    """The machine's board, warm: the clock set, the worker alive."""
    device.repl.run(_RECORDER)
    assert device.connect(device.ethernet()) == 5
    assert device.connect(device.wifi()) == 5
    # Modules that are loaded at their first use.
    device.repl.run(
        "agent.send('name', 1)\nserver.flush(1)\nimp.net.info()\n"
        "import connectwith.connection.reconnect\n"
        "imp.net.getcurrentconfig()\n"
    )
    Calls.device, Calls.world = device, world
    yield
    Calls.device = Calls.world = None


@pytest.mark.virtual("its model knows the faults of the simulated bench")
def test_random_calls_and_faults(calls, device, world, board, request, dut):
    first = request.config.getoption("--random-seed")
    end = time.monotonic() + request.config.getoption("--random-seconds")
    before = held(device, board)
    for number in itertools.count(first):
        try:
            _run(number)
        except BaseExceptionGroup:
            print(f"to begin with this sequence: --random-seed {number}")
            raise
        if time.monotonic() > end:
            break
    print(f"{Calls.sequences} sequences of {_STEPS} calls, seeds {first} to {number}")
    world.restore()
    device.repl.run("events.clear()")
    assert_nothing_left(before, held(device, board), _HEAP_BYTES)
    # All that the board has printed, tracebacks included; raw REPL does not echo.
    with open(dut.logfile, errors="replace") as log:
        said = log.read()
    assert said and not any(secret in said for secret in ("not-the-key", world.wifi["home"].key))
