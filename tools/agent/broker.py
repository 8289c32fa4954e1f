# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Which broker, and what is wrong with it, in words."""

import socket
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

from setup.problem import Problem

# The codes of CONNACK (MQTT 3.1.1, 3.2.2.3), and what to do next.
_REFUSALS = {
    1: ("it does not speak MQTT 3.1.1", "use another broker, or let it speak that version."),
    2: ("it does not take the client ID", "give another one: --clientid ID."),
    3: ("it says that it is not available now", "see the broker's log."),
    4: ("user name or password is wrong", "give --username, and the password when asked."),
    5: (
        "this user may not connect",
        "give --username, or --cert and --key, of one who may; see the broker's log.",
    ),
}
_TLS_PORT = "is that the port for TLS? As a rule it is 8883; 1883 is without TLS."
REFUSED_FOR_GOOD = (1, 2, 4, 5)


@dataclass(frozen=True)
class Broker:
    """Where the broker is and who the agent is there. The certificates are names of PEM files."""

    host: str
    port: int
    secure: bool
    clientid: str
    ca: str | None = None
    username: str | None = None
    password: str | None = None
    cert: str | None = None
    key: str | None = None

    def __repr__(self) -> str:
        return f"{self.host}:{self.port}"


def address(url: str) -> tuple[str, int, bool]:
    """(host, port, whether with TLS) of mqtts://host[:port] or mqtt://... Raises Problem."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        parts, host, port = urlsplit(""), None, None
    secure = parts.scheme == "mqtts"
    rest = parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc
    if parts.scheme not in ("mqtts", "mqtt") or not host or port == 0 or rest:
        # Without the URL itself: a password may stand in it.
        raise Problem(
            "--cloud is not the URL of a broker.",
            "it must be mqtts://host[:port]; user name and password are given apart.",
            "for example: --cloud mqtts://broker.example --username NAME.",
            2,
        )
    return host, port or (8883 if secure else 1883), secure


def tls(broker: Broker) -> ssl.SSLContext | None:
    """The context that verifies the broker, its name included. Raises Problem."""
    if not broker.secure:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        if broker.ca is None:
            context.load_default_certs()
        else:
            context.load_verify_locations(broker.ca)
    except (OSError, ssl.SSLError) as error:
        raise _bad_file(
            "--ca", broker.ca, error, "the certificate of the broker's authority"
        ) from error
    try:
        if broker.cert is not None:
            # Without a password: nobody is there to be asked for it when a service starts.
            context.load_cert_chain(broker.cert, broker.key, password="")
    except (OSError, ssl.SSLError) as error:
        names = f"{broker.cert} and {broker.key}"
        raise _bad_file(
            "--cert and --key", names, error, "a certificate and its own key, without a password"
        ) from error
    return context


def _bad_file(option: str, name: str | None, error: OSError, wanted: str) -> Problem:
    why = error.strerror or str(error)
    if isinstance(error, ssl.SSLError):
        why = f"OpenSSL says: {error.reason or why}"
    return Problem(f"{option}: {name} cannot be used.", f"{why}.", f"give {wanted}, as PEM.", 2)


def refusal(code: int, broker: Broker) -> Problem:
    """The Problem of a CONNACK that is not 0."""
    why, next_step = _REFUSALS.get(code, (f"CONNACK {code}", "see the broker's log."))
    return Problem(f"The broker {broker} refuses the agent.", f"{why}.", next_step)


def failure(error: Exception, broker: Broker) -> tuple[Problem, bool]:
    """The Problem of an exception while connecting, and whether only a person can mend it."""
    what = f"The broker {broker} cannot be reached."
    if isinstance(error, ssl.SSLCertVerificationError):
        # 62 and 64: another name or address (X509_V_ERR_HOSTNAME_MISMATCH and its sibling).
        if error.verify_code in (62, 64):
            next_step = "use the name that stands in the certificate: --cloud mqtts://NAME."
        elif error.verify_code in (9, 10):
            next_step = "set this machine's clock, or have the broker's certificate renewed."
        else:
            next_step = "give the certificate of the authority that has signed it: --ca FILE."
        why = f"its certificate is not accepted: {error.verify_message}"
        return Problem(what, f"{why}.", next_step), True
    if isinstance(error, ssl.SSLError):
        why = f"TLS fails: {error.reason or error}"
        next_step = _TLS_PORT
        return Problem(what, f"{why}.", next_step), error.reason == "WRONG_VERSION_NUMBER"
    if isinstance(error, socket.gaierror):
        next_step = "check the name in --cloud, and this machine's network."
        return Problem(what, f"{error.strerror}.", next_step), error.errno == socket.EAI_NONAME
    if isinstance(error, TimeoutError):
        why, next_step = "it does not answer", "is the port right, and open in the firewall?"
    elif isinstance(error, ConnectionResetError) and broker.secure:
        why, next_step = "it has closed the connection during the TLS handshake", _TLS_PORT
    else:
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        next_step = "is the broker running, and is the port right?"
    return Problem(what, f"{why}.", next_step), False
