# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The reports of `imp.diag`, from the data of diagnostics.Diag. They hold no secrets."""

import _connectwith
from micropython import const

from connectwith import call, results

_STAGES = const(
    ("HARDWARE", "LINK", "ADDRESS", "CLOCK", "RESOLVE", "DIAL", "PROXY", "TLS", "SESSION")
)

_RESULTS = const(
    (
        "NOT_CONNECTED",
        "NO_WIFI",
        "NO_IP_ADDRESS",
        "NOT_RESOLVED",
        "NO_SERVER",
        "SERVER_CONNECTED",
        "NO_PROXY",
        "NOT_AUTHORISED",
        "NO_MODEM",
        "SIM_ERROR",
        "NO_REGISTRATION",
        "REGISTRATION_DENIED",
        "NO_PPP_CONNECTION",
        "PPP_NO_CONNECTIVITY",
    )
)

# The usual values of wifi_err_reason_t of ESP-IDF (esp_wifi_types_generic.h).
_WIFI_REASONS = const(
    (
        (2, "authentication has expired"),
        (4, "the access point has heard nothing for too long"),
        (5, "the access point is full"),
        (6, "the access point does not know this device any more"),
        (7, "the access point does not know this device any more"),
        (8, "the access point has ended it"),
        (15, "wrong key, or no answer in the 4-way handshake"),
        (23, "authentication by 802.1X failed"),
        (200, "the access point is not heard any more"),
        (201, "no such network"),
        (202, "wrong key"),
        (203, "association refused"),
        (204, "wrong key, or no answer in the handshake"),
        (205, "the connection failed"),
        (210, "the network has another kind of security"),
        (211, "the network's security is weaker than wanted"),
        (212, "the signal is too weak"),
    )
)

# MBEDTLS_ERR_SSL_... without the low-level part (mbedtls/ssl.h). A fatal alert has a number, which
# mbedTLS does not pass on.
_TLS_ERRORS = const(
    (
        (0x6E80, "no common version of TLS"),
        (0x7200, "the server does not speak TLS"),
        (0x7280, "the server has closed the connection"),
        (0x7780, "refused by the server: client certificate, version, cipher or name"),
        (0x7F00, "no memory"),
    )
)

_TEXT_MAX = const(120)  # characters of a driver's exception

# MBEDTLS_X509_BADCERT_... (mbedtls/x509.h). Other flags are reported as a number.
_CERTIFICATE = const(
    (
        (0x01, "expired"),
        (0x02, "revoked"),
        (0x04, "CN does not match the host"),
        (0x08, "not signed by the given CA"),
        (0x0200, "not valid yet"),
    )
)


def last(diag, timeline, timeout_ms):
    """The last attempt as a dict, or None before the first. `timeline`: its (stage, ms) pairs."""
    if diag.interface is None:
        return None
    report = {
        "interface": diag.interface,
        "result": diag.result,
        "name": None,
        "stages": [(_STAGES[stage], ms) for stage, ms in timeline],
        "ms": sum(ms for _, ms in timeline),
        "timeout": timeout_ms / 1000,
        "cause": _why(diag),
        "resumed": _connectwith.handshakes(True) != diag.begun,
    }
    if diag.result is not None:
        report["name"] = result_name(diag.result, diag.interface)
    if diag.tries:
        report["tries"] = dict(diag.tries)
    if diag.note:
        report["note"] = diag.note
    if hasattr(diag.link, "report"):
        report.update(diag.link.report())
        if "networks" in report:
            report["networks"] = [(ssid, _of_network(code)) for ssid, code in report["networks"]]
    return report


def counters(diag):
    """The counters since the boot, as a dict."""
    return {
        "attempts": diag.attempts,
        "successes": diag.successes,
        "losses": diag.losses,
        "lastloss": _words(diag.loss, diag.loss_code, 0),
        "handshakes": _connectwith.handshakes(False) - diag.full,
        "resumed": _connectwith.handshakes(True) - diag.resumed,
    }


def stages(watcher, timeline, told, before):
    """Calls the watcher for the first stage of the timeline that is at least `told` and less than
    `before` (numbers of stages). Returns the number to continue with."""
    for stage, duration_ms in timeline:
        if told <= stage < before:
            break
    else:
        return before
    call(watcher, _STAGES[stage], duration_ms)
    return stage + 1


def result_name(code, interface):
    """The name of result `code` (int). `interface` (str) distinguishes NO_LINK from NO_WIFI."""
    if code == results.NO_LINK and interface[:3] == "eth":
        return "NO_LINK"
    return _RESULTS[code]


def _why(diag):
    if diag.error is not None:
        return (type(diag.error).__name__ + ": " + str(diag.error))[:_TEXT_MAX]
    return _words(diag.cause, diag.code, diag.flags)


def _words(cause, code, flags):
    """The text of a raw cause; None without one."""
    if cause is None:
        return None
    text = cause
    if code < 0:
        text += " -0x%04x" % -code + _of(_TLS_ERRORS, -code & 0x7F80)  # the notation of mbedTLS
    elif code:
        text += " %d" % code
        if "errno" in cause:
            text += " " + _errno_name(code)
        elif cause == "Wi-Fi reason":
            text += _of(_WIFI_REASONS, code)
    return text + _certificate_words(flags)


def _of_network(reason):
    """The text of a network's failure: a reason of Wi-Fi, or links.access_points.NO_LEASE."""
    return "no lease" if reason > 255 else _words("Wi-Fi reason", reason, 0)


def _of(table, code):
    """The words of a code in a table, behind a colon; "" if it is not there."""
    for number, words in table:
        if number == code:
            return ": " + words
    return ""


def _errno_name(number):
    import errno

    return errno.errorcode.get(number, "")


def _certificate_words(flags):
    if not flags:
        return ""
    words = [text for bit, text in _CERTIFICATE if flags & bit]
    return ", certificate " + (" and ".join(words) or "flags 0x%x" % flags)
