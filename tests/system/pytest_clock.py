# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The source of the clock: a makeshift is marked, and replaced as soon as a server answers."""

import time

import pytest
from bench.certificates import Certificates
from bench.proxy import Proxy
from cellular import cell
from cryptography import x509
from device import COUNT_LOOKS

pytestmark = pytest.mark.virtual("it decides what time it is, and what certificates say")

NO_SERVER, SERVER_CONNECTED = 4, 5

EPOCH_2000_S = 946684800
DAY_S = 86400
YEAR_S = 365 * DAY_S
# Servers that are asked for so long in all, when none answers: handshakes may be slow.
_FOR_8_S = ["a.test", "b.test", "c.test", "d.test"]


def clock_source(device):
    return device.repl.value("imp.diag.clock()")


def fast_s(device):
    """By how much the board's clock is ahead of this machine's."""
    return device.repl.value("time.time()") + EPOCH_2000_S - time.time()


def is_set(device, limit_ms=8000):
    """Waits until a time server has set the clock, right."""
    assert device.repl.value(f"until(lambda: imp.diag.clock() == 'sntp', {limit_ms})", timeout=20)
    assert abs(fast_s(device)) < 5


def stages(device):
    return [name for name, _ in device.last_attempt()["stages"]]


def on_the_floor(device, world, nic=None):
    """The clock has had no better source than the build date."""
    world.sntp.off()
    assert device.connect(nic or device.ethernet()) == SERVER_CONNECTED
    assert clock_source(device) == "floor"
    assert "build date" in device.last_attempt()["note"]


def set_by_hand(device, year):
    device.repl.run(f"import machine\nmachine.RTC().datetime(({year}, 3, 4, 0, 5, 6, 7, 0))")


def test_an_unset_clock_is_set_first(device, world):
    assert clock_source(device) == "unset"
    assert device.connect(device.wifi()) == SERVER_CONNECTED
    assert "CLOCK" in stages(device) and "note" not in device.last_attempt()
    is_set(device)
    asked = world.sntp.requests
    assert device.connect(device.wifi()) == SERVER_CONNECTED
    assert "CLOCK" not in stages(device) and world.sntp.requests == asked
    loaded = "__import__('sys').modules"
    assert not device.repl.value(f"'connectwith.clock' in {loaded}"), "its memory is the session's"


@pytest.mark.parametrize(
    "before", ["pass", "server.disconnect()", "machine.reset()", "machine.deepsleep(10)"]
)
def test_a_makeshift_is_asked_for_again_and_nobody_waits(device, world, before):
    on_the_floor(device, world)
    world.sntp.on()
    if "machine" in before:
        device.repl.send(f"import machine\n{before}\n")
        device.repl.reenter()
        device.prepare()
        assert clock_source(device) == "floor"
    else:
        device.repl.run(before)
    # Over another link, too.
    assert (
        device.connect(device.ethernet() if before == "pass" else device.wifi())
        == SERVER_CONNECTED
    )
    assert "CLOCK" not in stages(device)
    is_set(device)
    assert "note" not in device.last_attempt()


def test_a_server_that_stays_silent_costs_no_later_attempt_anything(device, world):
    on_the_floor(device, world)
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    report = device.last_attempt()
    assert "CLOCK" not in stages(device)
    assert "time" in report["note"] and clock_source(device) == "floor"


def test_a_session_asks_again_by_itself_with_growing_gaps(device, world):
    on_the_floor(device, world)
    device.repl.run("from connectwith import connection")
    dates = "connection.get().sequence._time_sync"
    asked = world.sntp.requests
    time.sleep(2)
    assert world.sntp.requests == asked  # the first gap is a minute
    device.repl.run(f"{dates}._gap_ms = 100\nconnection.get().schedule_step()")
    asks = f"until(lambda: {dates}._sntp is not None) and {dates}._gap_ms"
    assert device.repl.value(asks, timeout=20) == 200
    world.sntp.on()
    is_set(device)
    assert device.repl.value(f"until(lambda: {dates} is None)")
    assert device.repl.value("server.isconnected()")


def test_a_session_that_waits_for_a_time_server_stays_quiet(device, world):
    on_the_floor(device, world, device.wifi())
    assert device.connect(device.wifi()) == SERVER_CONNECTED
    device.repl.run(COUNT_LOOKS)
    device.repl.run("settle()")
    asked = world.sntp.requests
    assert device.repl.value("count_looks(2000)") <= 5
    assert world.sntp.requests > asked  # it did ask meanwhile
    assert clock_source(device) == "floor"


def test_a_wrong_time_of_once_heals_within_the_attempt(device, world):
    world.sntp.offset(15 * YEAR_S, answers=1)
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    is_set(device)


def test_a_wrong_time_that_was_believed_heals_in_the_next_attempt(device, world):
    world.sntp.offset(15 * YEAR_S)
    assert device.connect(device.ethernet()) == NO_SERVER
    assert "certificate expired" in device.last_attempt()["cause"]
    world.sntp.on()
    assert device.connect(device.wifi()) == SERVER_CONNECTED
    is_set(device)
    # Without a time server, the time is suspect from then on.
    world.sntp.offset(15 * YEAR_S)
    set_by_hand(device, 2000)
    assert device.connect(device.ethernet()) == NO_SERVER
    world.sntp.off()
    assert device.connect(device.ethernet()) == NO_SERVER
    assert "certificate expired" in device.last_attempt()["cause"]
    assert clock_source(device) == "suspect"
    world.sntp.on()
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    is_set(device)


@pytest.mark.parametrize("link", ["wl0", "eth0"])
@pytest.mark.parametrize("proxied", [False, True], ids=["direct", "proxy"])
def test_a_young_certificate_vouches_for_its_date_where_there_is_no_time(
    device, world, link, proxied
):
    world.sntp.off()
    peer = world.peer("young")
    device.use_broker(peer.url)
    with Proxy() as proxy:
        nic = device.nic(link)
        if proxied:
            nic["proxyconfig"] = {"address": "proxy.test", "port": proxy.port}
        assert device.connect(nic) == SERVER_CONNECTED
        assert proxy.tunnels == 2 * proxied
        # The connection ends with the proxy, and the retry after that has a report of its own.
        assert "certificate" in device.last_attempt()["note"]
    assert peer.accepted == 2
    assert clock_source(device) == "floor"
    pem = world.certificates.young.certificate.read_bytes()
    young_s = x509.load_pem_x509_certificate(pem).not_valid_before_utc.timestamp() - time.time()
    assert abs(fast_s(device) - young_s) < 60


def test_a_date_that_tls_refuses_waits_for_an_answer_on_its_way(device, world):
    on_the_floor(device, world)
    peer = world.peer("young")
    device.repl.run(
        f"imp.cloud.configure({peer.url!r}, ca={world.broker.ca_pem!r}, ntp={_FOR_8_S})"
    )
    device.start(device.ethernet())
    why = "until(lambda: 'not valid yet' in str(imp.diag.lastattempt()['cause']))"
    assert device.repl.value(why, timeout=20)
    assert device.last_attempt()["result"] is None
    world.sntp.on()
    world.sntp.offset(6 * DAY_S)
    assert device.wait(2)[1][1] == SERVER_CONNECTED
    assert peer.accepted == 2 and clock_source(device) == "sntp"
    assert abs(fast_s(device) - 6 * DAY_S) < 60


@pytest.mark.parametrize("fault", ["host", "authority", "time"])
def test_nobody_else_vouches(device, world, tmp_path, fault):
    peer = world.peer("young-other" if fault == "host" else "young")
    device.use_broker(peer.url, ca=Certificates(tmp_path).ca_pem if fault == "authority" else None)
    if fault != "time":
        world.sntp.off()
    assert device.connect(device.ethernet()) == NO_SERVER
    assert "not valid yet" in device.last_attempt()["cause"] and peer.accepted == 1
    assert clock_source(device) == ("sntp" if fault == "time" else "floor")
    assert fast_s(device) < 60


@pytest.mark.parametrize("clock", ["unset", "floor", "user", "sntp"])
def test_an_expired_certificate_has_expired(device, world, clock):
    if clock == "floor":
        on_the_floor(device, world)
        world.sntp.on()
    elif clock == "user":
        set_by_hand(device, time.gmtime().tm_year + 5)
    elif clock == "sntp":
        assert device.connect(device.ethernet()) == SERVER_CONNECTED
    assert clock_source(device) == clock
    peer = world.peer("expired")
    device.use_broker(peer.url)
    assert device.connect(device.ethernet()) == NO_SERVER
    assert device.last_attempt()["cause"].endswith("certificate expired")
    assert peer.accepted == (1 if clock in ("unset", "sntp") else peer.accepted) <= 2
    is_set(device)


def test_the_time_of_the_attempt_bounds_the_question(device, world):
    set_by_hand(device, time.gmtime().tm_year + 5)
    world.sntp.off()
    device.repl.run(
        f"imp.cloud.configure({world.peer('expired').url!r}, ca={world.broker.ca_pem!r}, "
        f"ntp={_FOR_8_S})"
    )
    assert device.connect(device.ethernet(), timeout=4) == NO_SERVER
    report = device.last_attempt()
    assert report["cause"].endswith("certificate expired") and report["ms"] < 7000, report


def test_no_firmware_is_twenty_years_old(device, world):
    set_by_hand(device, time.gmtime().tm_year + 23)
    assert clock_source(device) == "unset"
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    is_set(device)
    device.repl.run("server.disconnect()")
    set_by_hand(device, 2000)
    world.sntp.offset(23 * YEAR_S)
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    assert clock_source(device) == "floor" and fast_s(device) < 0


def test_a_clock_that_other_code_has_set_is_used_and_checked(device, world):
    set_by_hand(device, time.gmtime().tm_year + 1)
    assert clock_source(device) == "user"
    device.use_broker(world.broker.plain_url)
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    assert "CLOCK" not in stages(device)
    is_set(device)
    # A power loss erases the record with the clock.
    device.reboot()
    assert clock_source(device) == "unset"
    set_by_hand(device, time.gmtime().tm_year + 1)
    assert clock_source(device) == "user"


def test_the_second_time_server_is_asked(device, world):
    world.dns.nxdomain("pool.ntp.org")
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    is_set(device)


def test_time_servers_of_ones_own(device, world):
    broker = world.broker
    device.repl.run(
        f"imp.cloud.configure({broker.url!r}, ca={broker.ca_pem!r}, ntp=('a.test', 'b.test'))"
    )
    device.reboot()
    world.dns.nxdomain("a.test")
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    is_set(device)
    names = [name for name, _ in world.dns.queries]
    assert "a.test" in names and "b.test" in names and "pool.ntp.org" not in names


def test_a_mobile_network_tells_the_time(device, world, modem):
    modem.warm()
    assert device.connect(cell(), timeout=60, limit_s=70) == SERVER_CONNECTED
    assert clock_source(device) == "network" and not world.sntp.requests
    assert "CLOCK" not in stages(device)
