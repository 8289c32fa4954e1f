# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw provision: stores a board's network, broker and certificates, secrets sealed on the board.

Secrets come from the environment or are asked for without echo. They go to the board's memory over
the serial port and nowhere else: no option and no error message holds one. With --csv a board's
secrets may come from files.
"""

import argparse
import getpass
import os
import sys
from pathlib import Path

from commands import certificates, provision_csv, provision_request, values
from commands.provision_csv import Wanted
from commands.remote import BoardError, Remote
from setup.problem import Problem
from setup.report import Report

SUMMARY = "store Wi-Fi, APN, broker and certificates on a board"
EXAMPLES = """\
./tools/cw provision --port /dev/ttyUSB0 --wifi home --cloud mqtts://broker.example --ca ca.pem
./tools/cw provision --port /dev/ttyUSB0 --apn internet
./tools/cw provision --csv boards.csv --cloud mqtts://broker.example --ca ca.pem
./tools/cw provision --port /dev/ttyUSB0 --request board.csr
CONNECTWITH_WIFI_KEY=... ./tools/cw provision --port /dev/ttyUSB0 --wifi home

The Wi-Fi key and the passwords of broker and proxy are asked for, or taken from the environment
variables CONNECTWITH_WIFI_KEY (empty: an open network), CONNECTWITH_CLOUD_PASSWORD and
CONNECTWITH_PROXY_PASSWORD.

--wifi may be there up to nine times. The first is the network of imp.setwificonfiguration; the
others are stored as the list of imp.uplink.networks, in place of an earlier list. Their keys are
CONNECTWITH_WIFI_KEY, CONNECTWITH_WIFI_KEY_2, CONNECTWITH_WIFI_KEY_3 and so on.

--request FILE has the board make a private key, and writes the request for its certificate (CSR)
to FILE. The key never leaves the board. When the authority has signed the request: --cloud, --ca
and --cert FILE without --key. The key that the board used before stays in use until then.

--csv FILE sets up many boards, one row each. A column has the name of an option; an empty cell
takes what the command line says. More columns: id (the board's identifier, which is compared),
wifi-key-file, password-file and proxy-password-file (files that hold a secret of that board).
Relative names of files are those beside the CSV file. All rows are checked before the first board
is touched. Rows with the same port: you are asked to change boards."""
IN_ENVIRONMENT = True

WIFI_KEY = "CONNECTWITH_WIFI_KEY"
CLOUD_PASSWORD = "CONNECTWITH_CLOUD_PASSWORD"
PROXY_PASSWORD = "CONNECTWITH_PROXY_PASSWORD"
_WHAT = ("wifi", "apn", "proxy", "cloud", "request")
_BROKER_OPTIONS = ("ca", "username", "clientid", "cert", "key")

# Everything is checked before the first thing is stored.
_CHECK = """\
import imp
from connectwith.settings import networks, nic, saving
for name, block in wanted["blocks"].items(): nic.check_block(name, block)
networks.check(wanted["networks"])
if wanted["cloud"]: saving.check_cloud(**wanted["cloud"])
"""
_STORE = """\
if "wificonfig" in wanted["blocks"]: imp.setwificonfiguration(**wanted["blocks"]["wificonfig"])
if wanted["networks"]: imp.uplink.networks(wanted["networks"])
if "cellconfig" in wanted["blocks"]: imp.setapn(**wanted["blocks"]["cellconfig"])
if "proxyconfig" in wanted["blocks"]:
    imp.setproxy(imp.PROXY_TYPE_HTTP, **wanted["blocks"]["proxyconfig"])
if wanted["cloud"]: imp.cloud.configure(**wanted["cloud"])
del wanted
print(imp.diag.keysource())
"""


class _Networks(argparse.Action):
    """The first --wifi is `wifi`, the others are `more_wifi`."""

    def __call__(self, parser, namespace, values, option_string=None):
        if namespace.wifi is None:
            namespace.wifi = values
        else:
            namespace.more_wifi = (*namespace.more_wifi, values)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of this command. None takes a secret."""
    parser.add_argument("--port", metavar="P", help="the board's serial port")
    parser.add_argument("--csv", type=values.file, metavar="FILE", help="many boards, a row each")
    parser.add_argument(
        "--wifi",
        action=_Networks,
        metavar="SSID",
        help="Wi-Fi network; its key is asked for; more than one: a list",
    )
    parser.set_defaults(more_wifi=())
    parser.add_argument("--apn", metavar="NAME", help="access point name of the SIM's operator")
    parser.add_argument("--proxy", metavar="HOST:PORT", help="HTTP proxy for Wi-Fi and Ethernet")
    parser.add_argument(
        "--proxy-username", metavar="NAME", help="at the proxy; its password is asked for"
    )
    parser.add_argument("--cloud", metavar="URL", help="the broker: mqtts://host[:port]")
    parser.add_argument("--ca", metavar="FILE", help="certificate of the broker's authority")
    parser.add_argument("--username", metavar="NAME", help="at the broker; password asked for")
    parser.add_argument("--clientid", metavar="ID", help="MQTT client identifier")
    parser.add_argument(
        "--persistent", action="store_true", default=None,
        help="the broker keeps the device's session, and what is sent to it, while it is away",
    )  # fmt: skip
    parser.add_argument("--cert", metavar="FILE", help="certificate of this device")
    parser.add_argument(
        "--key", metavar="FILE", help="file with its private key; without: a key of the board"
    )
    parser.add_argument("--request", metavar="FILE", help="write the board's CSR to a new file")


class Secrets:
    """Where secrets come from: a file of one board, else the environment, else the terminal.
    Each question is asked once, however many boards there are."""

    def __init__(self) -> None:
        self._answers: dict[str, str] = {}

    def get(self, variable: str, question: str, file: str | None = None) -> str:
        """The secret that `question` asks for. Raises Problem."""
        if file is not None:
            return _text(question, _secret_file(question, file))
        value = os.environ.get(variable)
        if value is None:
            value = self._answers.get(question)
        if value is None:
            value = self._answers[question] = self._ask(variable, question)
        return _text(question, value)

    def _ask(self, variable: str, question: str) -> str:
        if not sys.stdin.isatty():
            raise Problem(
                f"{question}: there is no terminal to ask at.",
                "standard input is not a terminal.",
                f"give it in the environment variable {variable}.",
                2,
            )
        return getpass.getpass(f"{question}: ")


def _secret_file(question: str, name: str) -> str:
    try:
        text = Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise Problem(
            f"{question}: {name} cannot be read.", f"{why}.", "give a file of one line.", 2
        ) from None
    # Editors and echo end the line.
    return text.removesuffix("\n").removesuffix("\r")


def _text(what: str, value: str) -> str:
    # Without the text itself: it may be a secret.
    if not value.isprintable():
        raise Problem(
            f"{what}: there is a character in it that cannot be sent.",
            "it holds a control character, or bytes that are not UTF-8.",
            "give it without.",
            2,
        )
    return value


def _mistake(what: str, next_step: str) -> Problem:
    return Problem(what, "the options do not fit together.", next_step, 2)


def _proxy(options: argparse.Namespace, secrets: Secrets) -> dict[str, str | int | None]:
    host, colon, port = options.proxy.rpartition(":")
    if not (host and colon and port.isascii() and port.isdigit()):
        raise _mistake("--proxy is HOST:PORT.", "for example: --proxy proxy.example:3128.")
    block: dict[str, str | int | None] = {"address": _text("--proxy", host), "port": int(port)}
    if options.proxy_username is not None:
        block["username"] = _text("--proxy-username", options.proxy_username)
        block["password"] = secrets.get(
            PROXY_PASSWORD, "Password at the proxy", options.proxy_password_file
        )
    return block


def _check_options(options: argparse.Namespace) -> None:
    if all(getattr(options, name) is None for name in _WHAT):
        raise _mistake(
            "There is nothing to store.",
            "name one of --wifi, --apn, --proxy, --cloud and --request.",
        )
    if options.proxy_username is not None and options.proxy is None:
        raise _mistake("--proxy-username comes with --proxy.", "add --proxy HOST:PORT.")
    given = [
        name for name in (*_BROKER_OPTIONS, "persistent") if getattr(options, name) is not None
    ]
    if given and options.cloud is None:
        raise _mistake(f"--{given[0]} comes with --cloud.", "add --cloud URL.")
    if options.key is not None and options.cert is None:
        raise _mistake("--key comes with --cert.", "add --cert FILE.")
    if options.request is not None and options.cert is not None:
        raise _mistake(
            "--request comes before --cert.", "give --cert when the request has been signed."
        )
    if options.cloud is not None and options.cloud.startswith("mqtts:") and options.ca is None:
        raise _mistake("--cloud mqtts://... comes with --ca.", "add --ca FILE.")


def _cloud(options: argparse.Namespace, secrets: Secrets) -> dict[str, str | bytes | bool | None]:
    cloud: dict[str, str | bytes | bool | None] = dict.fromkeys(("password", *_BROKER_OPTIONS))
    cloud["url"] = _text("--cloud", options.cloud)
    for name in ("username", "clientid"):
        value = getattr(options, name)
        cloud[name] = None if value is None else _text(f"--{name}", value)
    if options.ca is not None:
        cloud["ca"] = certificates.read_certificate(options.ca)
    if options.key is not None:
        cloud["cert"], cloud["key"] = certificates.read_pair(options.cert, options.key)
    elif options.cert is not None:
        cloud["cert"] = certificates.read_certificate(options.cert)
    if options.persistent:
        cloud["persistent"] = True
    if options.username is not None:
        question = "Password at the broker"
        cloud["password"] = secrets.get(CLOUD_PASSWORD, question, options.password_file)
    return cloud


def _network(
    ssid: str, variable: str, secrets: Secrets, file: str | None = None
) -> dict[str, str | None]:
    ssid = _text("--wifi", ssid)
    key = secrets.get(variable, f"Key of the Wi-Fi network '{ssid}' (empty: open)", file)
    return {"ssid": ssid, "key": key or None}


def gather(options: argparse.Namespace, secrets: Secrets) -> Wanted:
    """Reads files and asks for secrets. Raises Problem; nothing has been sent then."""
    _check_options(options)
    cloud = {} if options.cloud is None else _cloud(options, secrets)
    blocks: dict[str, dict[str, str | int | None]] = {}
    if options.wifi is not None:
        wifi = _network(options.wifi, WIFI_KEY, secrets, options.wifi_key_file)
        blocks["wificonfig"] = {**wifi}
    networks = [
        _network(ssid, f"{WIFI_KEY}_{number}", secrets)
        for number, ssid in enumerate(options.more_wifi, 2)
    ]
    if options.apn is not None:
        blocks["cellconfig"] = {"apn": _text("--apn", options.apn)}
    if options.proxy is not None:
        blocks["proxyconfig"] = _proxy(options, secrets)
    request = None if options.request is None else provision_request.check(options.request)
    return Wanted(blocks, cloud, request, networks)


def refusal(remote: Remote, error: BoardError) -> Problem:
    """The Problem for an exception of the board. The API names the bad key, never its value."""
    text = str(error)
    if not text.startswith(("ValueError", "TypeError", "OSError")):
        return remote.unexpected(error)
    if text.startswith("OSError"):
        return Problem(
            "The board could not store everything.",
            f"its Python says: {text}; its NVS is full or broken.",
            "flash it again, which empties NVS: ./tools/cw flash; then provision it.",
        )
    if text.startswith("ValueError: key: missing"):
        return Problem(
            "The board has no key for this certificate; nothing was stored.",
            "it is neither the certificate of the board's last --request nor of the key in use.",
            "give that of the last --request of this board, or the key too: --key FILE.",
            2,
        )
    return Problem(
        "The board refused a setting; nothing was stored.",
        f"it says: {text}",
        "give another value; the word before the colon is the setting.",
        2,
    )


def send(remote: Remote, wanted: Wanted) -> list[str]:
    """Stores the settings on the board. Returns what it says: warnings, and the key source of its
    seals as the last line. Raises Problem."""
    # ASCII only, so that no encoding on the way changes it.
    parts = {"blocks": wanted.blocks, "cloud": wanted.cloud, "networks": wanted.networks}
    settings = ascii(parts)
    try:
        remote.run(f"wanted = {settings}\n{_CHECK}", 30, "being provisioned")
        said = remote.run(_STORE, 30, "being provisioned")
    except BoardError as error:
        raise refusal(remote, error) from error
    return said.strip().splitlines() or ["unknown"]


def _tell(wanted: Wanted, report: Report) -> None:
    first = wanted.blocks.get("wificonfig")
    for wifi in [*([first] if first is not None else []), *wanted.networks]:
        report.line(f"Wi-Fi     {wifi['ssid']!r}, {'key sealed' if wifi['key'] else 'open'}")
    if "cellconfig" in wanted.blocks:
        report.line(f"cellular  APN {wanted.blocks['cellconfig']['apn']!r}")
    proxy = wanted.blocks.get("proxyconfig")
    if proxy is not None:
        sealed = ", password sealed" if "password" in proxy else ""
        report.line(f"proxy     {proxy['address']}:{proxy['port']}{sealed}")
    if wanted.cloud:
        parts = [str(wanted.cloud["url"])]
        parts += ["CA"] if wanted.cloud["ca"] else []
        if wanted.cloud["cert"]:
            key = "key sealed" if wanted.cloud["key"] else "the board's own key"
            parts.append(f"certificate, {key}")
        parts += ["password sealed"] if wanted.cloud["password"] else []
        parts += ["persistent session"] if wanted.cloud.get("persistent") else []
        report.line(f"cloud     {', '.join(parts)}")


def _check_identifier(remote: Remote, wanted: str) -> str:
    """The board's identifier. Raises Problem if it is not `wanted` (empty: any)."""
    try:
        found = remote.run("import machine\nprint(machine.unique_id().hex())").strip()
    except BoardError as error:
        raise remote.unexpected(error) from error
    if wanted and found != wanted.lower():
        raise Problem(
            f"The board at {remote.port} is {found}, not {wanted}.",
            "another board is connected there.",
            "change the boards, or the row; nothing was stored.",
        )
    return found


def store(port: str, wanted: Wanted, report: Report, identifier: str | None = None) -> None:
    """Sets up one board and restarts its own program. identifier: what the board's is compared
    with; empty: it is only shown. Raises Problem."""
    with Remote(port) as remote:
        if identifier is not None:
            report.line(f"board     {_check_identifier(remote, identifier)}")
        *warnings, source = send(remote, wanted)
        _tell(wanted, report)
        if wanted.request is not None:
            name = provision_request.write(remote, wanted.request)
            report.line(f"request   {wanted.request}, {name}")
        report.line(f"key       {source}")
        for warning in warnings:
            report.line(f"warning   {warning}")
        # Until then its memory still has the secrets.
        remote.restart()


def run(options: argparse.Namespace, report: Report) -> int:
    """Stores the given settings and restarts the board's own program. With --csv the exit status
    is 1 if a board was not set up."""
    if options.csv is not None:
        secrets = Secrets()
        return provision_csv.run(options, report, lambda merged: gather(merged, secrets), store)
    if options.port is None:
        raise _mistake("No board is named.", "add --port P, or --csv FILE.")
    for name in provision_csv.FILES:
        setattr(options, name, None)
    wanted = gather(options, Secrets())
    store(options.port, wanted, report)
    report.line("Stored. The board has been restarted (soft reset).")
    if wanted.blocks or wanted.cloud:
        report.line("server.connect() uses the settings, and so does a NIC that leaves them out.")
    if wanted.request is not None:
        report.line("The new key waits for its certificate. When the request has been signed:")
        again = f"./tools/cw provision --port {options.port}"
        report.line(f"{again} --cloud URL --ca FILE --cert FILE")
    return 0
