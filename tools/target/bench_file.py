# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""bench.toml: the parts of a real bench. It is checked strictly, and contains no secret.

docs/examples/bench.toml shows every key with what it means.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from setup.problem import Problem

from .faults import FAULTS, kind_of, split

RESETS = ("rts", "usb", "repl")
_MAX_BYTES = 64 * 1024
_WIFI = ("home", "cafe")
_EXAMPLE = "docs/examples/bench.toml shows what may stand in it"

# Keys of each table: str, or list of str for a command. Required ones end in "!".
_KEYS = {
    "board": {"reset": str},
    "wifi.home": {"ssid!": str, "key_env": str},
    "wifi.cafe": {"ssid!": str},
    "ethernet": {},
    "cellular": {"apn!": str, "username": str, "password_env": str, "pin_env": str},
    "broker": {
        "url": str,
        "address": str,
        "ca": str,
        "username": str,
        "password_env": str,
        "listen": str,
        "host": str,
    },
}
_SECRETS = ("key", "password", "pin", "secret", "passphrase", "psk")
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]{0,63}")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_URL = re.compile(r"mqtts?://([A-Za-z0-9][A-Za-z0-9.-]{0,252})(?::([0-9]{1,5}))?")


@dataclass(frozen=True)
class Wifi:
    """An access point. key: "" for an open network."""

    ssid: str
    key: str


@dataclass(frozen=True)
class Cellular:
    """A SIM in a modem of the board."""

    apn: str
    username: str | None
    password: str | None
    pin: str | None


@dataclass(frozen=True)
class RemoteBroker:
    """A broker that runs already. address: its address for this computer; without it, `host`."""

    url: str
    host: str
    port: int
    tls: bool
    address: str
    ca_pem: bytes | None
    credentials: tuple[str, str] | None


@dataclass(frozen=True)
class LocalBroker:
    """A broker to be started on this computer. host: its name for the boards."""

    listen: str
    host: str


@dataclass(frozen=True)
class BenchFile:
    """The parts of a bench. `secrets` must not appear in any output."""

    reset: str
    wifi: Mapping[str, Wifi]
    ethernet: bool
    cellular: Cellular | None
    broker: RemoteBroker | LocalBroker | None
    commands: Mapping[str, tuple[str, ...]]
    secrets: tuple[str, ...]


def shown(text: str) -> str:
    """Any text as one short line, because names come from a file with any content."""
    line = text.encode("ascii", "backslashreplace").decode()
    line = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in line)
    return line if len(line) <= 60 else line[:57] + "..."


class _Reader:
    """Turns the tables into a BenchFile; every complaint names the file and the place."""

    def __init__(self, file: Path, environment: Mapping[str, str]) -> None:
        self._file = file
        self._environment = environment
        self.secrets: list[str] = []

    def wrong(self, place: str, why: str, next_step: str = _EXAMPLE) -> NoReturn:
        raise Problem(f"{self._file}: {place}.", f"{why}.", f"{next_step}.", 2)

    def table(self, name: str, value: object) -> dict[str, Any]:
        """The table `name` with every key checked for its name and type."""
        if not isinstance(value, dict):
            self.wrong(f"'{shown(name)}' is no table", f"it stands as a table: [{shown(name)}]")
        known = {key.rstrip("!"): kind for key, kind in _KEYS[name].items()}
        for key, entry in value.items():
            if key.lower() in _SECRETS:
                self._secret_in_file(name, key)
            if key not in known:
                names = ", ".join(known) or "none"
                self.wrong(f"[{name}] has no key '{shown(key)}'", f"its keys: {names}")
            if not isinstance(entry, known[key]) or not entry or not entry.isprintable():
                self.wrong(
                    f"'{key}' in [{name}] has a wrong value", "it must be a text, in quotes"
                )
        for key in _KEYS[name]:
            if key.endswith("!") and key[:-1] not in value:
                self.wrong(f"[{name}] has no '{key[:-1]}'", "it cannot be used without")
        return value

    def _secret_in_file(self, name: str, key: str) -> NoReturn:
        variable = f"BENCH_{name}_{key}".replace(".", "_").upper()
        self.wrong(
            f"'{shown(key)}' in [{name}]",
            "a secret has no place in a file that is copied and committed",
            f"put it into an environment variable, and name that: {key.lower()}_env = "
            f'"{shown(variable)}"',
        )

    def secret(self, name: str, table: Mapping[str, str], key: str) -> str | None:
        """The secret in the environment variable that `key` names; None without `key`."""
        if key not in table:
            return None
        variable = table[key]
        if not _VARIABLE.fullmatch(variable):
            # Not shown, because it may be the secret itself.
            why = "it must name an environment variable: capitals, digits and _"
            self.wrong(f"'{key}' in [{name}] is no name of a variable", why)
        value = self._environment.get(variable, "")
        if not value:
            why = f"'{key}' in [{name}] names it"
            self.wrong(f"the environment variable {variable} is not set", why, f"set {variable}")
        self.secrets.append(value)
        return value


def _tables(reader: _Reader, file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as stream:
            data = stream.read(_MAX_BYTES + 1)
    except OSError as error:
        reader.wrong("it cannot be read", f"{error.strerror}")
    if len(data) > _MAX_BYTES:
        reader.wrong("it is too long", f"no bench needs more than {_MAX_BYTES >> 10} KB")
    try:
        return tomllib.loads(data.decode("utf-8"))
    except UnicodeDecodeError:
        reader.wrong("it is no text", "it must be UTF-8")
    except RecursionError:
        reader.wrong("it is no TOML for people", "tables or lists are nested too deep")
    except (tomllib.TOMLDecodeError, ValueError) as error:
        # The position only, because the message may quote a secret.
        where = re.search(r"at line \d+|at end of document", str(error))
        reader.wrong("it is no TOML", f"syntax error {where[0] if where else 'in it'}")


def _wifi(reader: _Reader, value: object) -> dict[str, Wifi]:
    if not isinstance(value, dict):
        reader.wrong("'wifi' is no table", "its networks are [wifi.home] and [wifi.cafe]")
    found = {}
    for name, entry in value.items():
        if name not in _WIFI:
            reader.wrong(f"there is no [wifi.{shown(name)}]", f"networks: {', '.join(_WIFI)}")
        table = reader.table(f"wifi.{name}", entry)
        if len(table["ssid"].encode()) > 32:
            reader.wrong(f"'ssid' in [wifi.{name}] is too long", "32 bytes at most")
        found[name] = Wifi(table["ssid"], reader.secret(f"wifi.{name}", table, "key_env") or "")
    return found


def _cellular(reader: _Reader, value: object) -> Cellular:
    table = reader.table("cellular", value)
    password = reader.secret("cellular", table, "password_env")
    if (password is None) != ("username" not in table):
        reader.wrong("[cellular] has half a login", "'username' and 'password_env' go together")
    pin = reader.secret("cellular", table, "pin_env")
    return Cellular(table["apn"], table.get("username"), password, pin)


def _broker(reader: _Reader, value: object, folder: Path) -> RemoteBroker | LocalBroker:
    table = reader.table("broker", value)
    local = {"listen", "host"} & set(table)
    if local:
        if set(table) != {"listen", "host"}:
            why = "'listen' and 'host' start one here; the other keys are about one elsewhere"
            reader.wrong("[broker] describes neither one broker to start nor one that runs", why)
        for key in local:
            if not _HOST.fullmatch(table[key]):
                reader.wrong(f"'{key}' in [broker] is no name or address", "such as 192.168.1.20")
        return LocalBroker(table["listen"], table["host"])
    match = _URL.fullmatch(table.get("url", ""))
    if not match or not 0 < int(match[2] or 1) < 65536:
        why = "it must be mqtts://HOST or mqtts://HOST:PORT, with no login in it"
        reader.wrong("'url' in [broker] is not there, or is none", why)
    tls = table["url"].startswith("mqtts:")
    port = int(match[2] or (8883 if tls else 1883))
    password = reader.secret("broker", table, "password_env")
    if (password is None) != ("username" not in table):
        reader.wrong("[broker] has half a login", "'username' and 'password_env' go together")
    ca_pem = None
    if "ca" in table:
        try:
            ca_pem = (folder / table["ca"]).read_bytes()
        except (OSError, ValueError):
            why = "the file, beside bench.toml unless it says otherwise, cannot be read"
            reader.wrong(f"'ca' in [broker]: {shown(table['ca'])}", why)
    credentials = None if password is None else (table["username"], password)
    address = table.get("address", match[1])
    return RemoteBroker(table["url"], match[1], port, tls, address, ca_pem, credentials)


def _commands(reader: _Reader, value: object, parts: set[str]) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, dict):
        reader.wrong("'commands' is no table", "it stands as a table: [commands]")
    found = {}
    for name, words in value.items():
        part, fault = split(name)
        if fault not in FAULTS.get(kind_of(part), {}) or part not in parts | {"dns", "sntp"}:
            why = "it is no fault of a part that this file names"
            reader.wrong(f"[commands] has no '{shown(name)}'", why)
        if not isinstance(words, list) or not words or not all(isinstance(w, str) for w in words):
            reader.wrong(
                f"'{name}' in [commands] is no command", 'such as ["program", "argument"]'
            )
        if not words[0] or any("\0" in word for word in words):
            reader.wrong(f"'{name}' in [commands] is no command", "no program can be called so")
        found[name] = tuple(words)
    for part in {split(name)[0] for name in found}:
        if f"{part}.restore" not in found:
            why = f"every fault of {part} must have an end, after each test"
            reader.wrong(f"[commands] has no '{part}.restore'", why)
    return found


def read(file: Path, environment: Mapping[str, str] = os.environ) -> BenchFile:
    """Reads a bench.toml; secrets come from `environment`. Raises Problem."""
    reader = _Reader(file, environment)
    tables = _tables(reader, file)
    known = {name.partition(".")[0] for name in _KEYS} | {"commands"}
    for name in tables:
        if name not in known:
            reader.wrong(
                f"there is no table '{shown(name)}'", f"tables: {', '.join(sorted(known))}"
            )
    reset = reader.table("board", tables.get("board", {})).get("reset", "rts")
    if reset not in RESETS:
        reader.wrong("'reset' in [board] has a wrong value", f"one of: {', '.join(RESETS)}")
    wifi = _wifi(reader, tables.get("wifi", {}))
    ethernet = "ethernet" in tables and reader.table("ethernet", tables["ethernet"]) is not None
    cellular = _cellular(reader, tables["cellular"]) if "cellular" in tables else None
    broker = _broker(reader, tables["broker"], file.parent) if "broker" in tables else None
    parts = {f"wifi.{name}" for name in wifi} | (set(tables) & {"ethernet", "broker"})
    commands = _commands(reader, tables.get("commands", {}), parts)
    return BenchFile(reset, wifi, ethernet, cellular, broker, commands, tuple(reader.secrets))
