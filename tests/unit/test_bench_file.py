# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""bench.toml: its valid contents, and the errors for everything else."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from setup import paths
from setup.problem import Problem
from target import bench_file
from target.faults import FAULTS

EXAMPLE = paths.ROOT / "docs" / "examples" / "bench.toml"
SECRET = "S3cret-of-the-bench"
ENVIRONMENT = {"BENCH_WIFI_KEY": SECRET, "BENCH_SIM_PIN": "8392", "EMPTY": ""}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bench")
    (folder / "ca.pem").write_bytes(b"the CA")
    return folder


def read(folder, text):
    file = folder / "bench.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return bench_file.read(file, ENVIRONMENT)


def complaint(folder, text):
    """The three lines that a bad file gets."""
    with pytest.raises(Problem) as caught:
        read(folder, text)
    lines = str(caught.value).splitlines()
    assert len(lines) == 3 and SECRET not in str(caught.value)
    return "\n".join(lines)


def test_the_example_is_understood():
    found = bench_file.read(EXAMPLE, ENVIRONMENT)
    assert found.wifi["home"] == bench_file.Wifi("bench-net", SECRET)
    assert found.wifi["cafe"].key == ""
    assert found.ethernet and found.reset == "rts"
    assert found.cellular.pin == "8392"
    assert found.broker == bench_file.LocalBroker("192.168.1.20", "desk.example")
    assert found.commands["ethernet.unplug"][0] == "uhubctl"
    assert set(found.secrets) == {SECRET, "8392"}


def test_what_the_example_has_in_comments_is_understood(folder):
    lines = EXAMPLE.read_text().splitlines()
    start = lines.index(next(line for line in lines if line.startswith("# url")))
    taken = [line[2:] for line in lines[start : start + 5]]
    text = "[broker]\n" + "\n".join(taken).replace("BENCH_BROKER_PASSWORD", "BENCH_WIFI_KEY")
    broker = read(folder, text).broker
    assert (broker.host, broker.port, broker.tls) == ("broker.example", 8883, True)
    assert (broker.address, broker.ca_pem) == ("192.168.1.30", b"the CA")
    assert broker.credentials == ("bench", SECRET)


def test_an_empty_file_is_a_bench_without_anything(folder):
    found = read(folder, "")
    assert (found.wifi, found.ethernet, found.broker, found.commands) == ({}, False, None, {})


def test_a_home_network_without_a_key_is_open(folder):
    assert read(folder, "[wifi.home]\nssid='x'").wifi["home"] == bench_file.Wifi("x", "")


BAD = [
    ("[wlan]", "no table 'wlan'"),
    ("wifi = 5", "'wifi' is no table"),
    ("[wifi.office]\nssid='x'", "no [wifi.office]"),
    ("[wifi]\nhome = 5", "'wifi.home' is no table"),
    ("[wifi.cafe]", "has no 'ssid'"),
    ("[wifi.cafe]\nssid=5", "wrong value"),
    ("[wifi.cafe]\nssid=''", "wrong value"),
    ("[wifi.cafe]\nssid=['x']", "wrong value"),
    ("[wifi.cafe]\nssid=true", "wrong value"),
    ("[wifi.cafe]\nssid='" + "x" * 33 + "'", "too long"),
    ("[wifi.cafe]\nssid='x'\nkey_env='BENCH_WIFI_KEY'", "no key 'key_env'"),
    ("[wifi.home]\nssid='x'\nkey='" + SECRET + "'", 'key_env = "BENCH_WIFI_HOME_KEY"'),
    ("[wifi.home]\nssid='x'\nKey='" + SECRET + "'", "a secret has no place"),
    ("[wifi.home]\nssid='x'\nkey_env='" + SECRET + "'", "no name of a variable"),
    ("[wifi.home]\nssid='x'\nkey_env='BENCH_KEY'", "BENCH_KEY is not set"),
    ("[wifi.home]\nssid='x'\nkey_env='EMPTY'", "EMPTY is not set"),
    ("[cellular]\napn='a'\npin='1234'", "a secret has no place"),
    ("[cellular]\napn='a'\nusername='me'", "half a login"),
    ("[cellular]\napn='a'\npassword_env='BENCH_WIFI_KEY'", "half a login"),
    ("[cellular]\napn='a'\npassword='" + SECRET + "'", "a secret has no place"),
    ("[ethernet]\nport=1", "its keys: none"),
    ("[board]\nreset='en'", "one of: rts, usb, repl"),
    ("[broker]", "'url' in [broker]"),
    ("[broker]\nurl='http://x'", "'url' in [broker]"),
    ("[broker]\nurl='mqtts://me:" + SECRET + "@x'", "'url' in [broker]"),
    ("[broker]\nurl='mqtts://x:99999'", "'url' in [broker]"),
    ("[broker]\nurl='mqtts://x'\nusername='me'", "half a login"),
    ("[broker]\nurl='mqtts://x'\nca='not-there.pem'", "cannot be read"),
    ("[broker]\nurl='mqtts://x'\nlisten='1.2.3.4'", "neither one broker"),
    ("[broker]\nlisten='1.2.3.4'", "neither one broker"),
    ("[broker]\nlisten='1.2.3.4 '\nhost='x'", "no name or address"),
    ("commands = 5", "'commands' is no table"),
    ("[ethernet]\n[commands]\n'ethernet.unplug' = ['x']", "no 'ethernet.restore'"),
    ("[commands]\n'ethernet.unplug' = ['x']", "no 'ethernet.unplug'"),
    ("[ethernet]\n[commands]\n'ethernet.explode' = ['x']", "no 'ethernet.explode'"),
    ("[commands]\n'dns.drop' = 'x'", "is no command"),
    ("[commands]\n'dns.drop' = []", "is no command"),
    ("[commands]\n'dns.drop' = ['']", "is no command"),
    ("[commands]\n'dns.drop' = ['x', 5]", "is no command"),
    ('[commands]\n"dns.drop" = ["x", "\\u0000"]', "is no command"),
    ("[commands]\n'' = ['x']", "[commands] has no ''"),
    ('["wifi\\n.home"]', "no table 'wifi\\x0a.home'"),
    ("[wifi.home", "syntax error at end of document"),
    ("[wifi.home]\nkey = " + SECRET, "syntax error at line 2"),
    (b"\xff\xfe", "it must be UTF-8"),
    ("x = " + "[" * 5000, "nested too deep"),
    ("#" * 70000, "it is too long"),
]


@pytest.mark.parametrize("text, words", BAD, ids=range(len(BAD)))
def test_what_is_wrong_is_said_in_three_lines(folder, text, words):
    assert words in complaint(folder, text)


def test_a_file_that_is_not_there(folder):
    with pytest.raises(Problem, match="cannot be read"):
        bench_file.read(folder / "none.toml", ENVIRONMENT)
    with pytest.raises(Problem, match="cannot be read"):
        bench_file.read(folder, ENVIRONMENT)


def understood(folder, text):
    """Any text gives a bench or an error of three lines, without a secret."""
    try:
        found = read(folder, text)
    except Problem as problem:
        assert len(str(problem).splitlines()) == 3 and SECRET not in str(problem)
    else:
        assert isinstance(found, bench_file.BenchFile)


@settings(deadline=None)
@given(data=st.binary(max_size=200))
@example(data=b"a=" + b"[" * 1000)
def test_any_bytes(folder, data):
    understood(folder, data)


@settings(deadline=None)
@given(data=st.data())
def test_the_example_with_any_change(folder, data):
    text = EXAMPLE.read_text()
    at = data.draw(st.integers(0, len(text)))
    length = data.draw(st.integers(0, 30))
    put = data.draw(st.text(max_size=12).filter(lambda t: SECRET not in t))
    understood(folder, (text[:at] + put + text[at + length :]).encode("utf-8", "replace"))


_VALUES = st.recursive(
    st.sampled_from(["5", "true", "1.5", "1979-05-27", "''", "'x'", "'mqtts://x'", "'EMPTY'"]),
    lambda inner: st.lists(inner, max_size=3).map(lambda v: "[" + ", ".join(v) + "]"),
    max_leaves=4,
)
_TABLES = st.sampled_from([*bench_file._KEYS, "commands", "wifi", "x"])
_NAMES = st.sampled_from(
    ["ssid", "key", "key_env", "url", "ca", "listen", "host", "apn", "pin_env", "reset"]
    + [f'"{part}.{fault}"' for part in ("dns", "ethernet", "wifi.home") for fault in FAULTS["dns"]]
)


@settings(deadline=None)
@given(tables=st.dictionaries(_TABLES, st.dictionaries(_NAMES, _VALUES, max_size=4), max_size=4))
def test_tables_with_anything_in_them(folder, tables):
    lines = []
    for name, table in tables.items():
        lines += [f"[{name}]", *(f"{key} = {value}" for key, value in table.items())]
    understood(folder, "\n".join(lines))
