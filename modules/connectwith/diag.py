# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""What happened: the last attempt with its stages and raw cause, and counters. Never a secret."""

import sys

from connectwith import results

_STAGES = (
    "HARDWARE",
    "LINK",
    "ADDRESS",
    "CLOCK",
    "RESOLVE",
    "DIAL",
    "PROXY",
    "TLS",
    "SESSION",
)

_TEXT_MAX = 120  # characters of a driver's exception

# MBEDTLS_X509_BADCERT_... of the server's certificate (mbedtls/x509.h); others as a number.
_CERTIFICATE = (
    (0x01, "expired"),
    (0x02, "revoked"),
    (0x04, "CN does not match the host"),
    (0x08, "not signed by the given CA"),
    (0x0200, "not valid yet"),
)


class Diag:
    """Filled in by the controller. Causes are kept as given and put into words when read."""

    def __init__(self, attempt):
        self._attempt = attempt
        self._interface = None
        self._result = None
        self._cause = None
        self._code = 0
        self._flags = 0
        self._error = None
        self._loss = None
        self._loss_code = 0
        self.note = None
        self.attempts = self.successes = self.losses = 0
        self.watcher = None
        self.tries = None  # of one `connect`: interface and result of each that has ended
        self.link = None  # of the last attempt

    def begin(self, interface):
        self.attempts += 1
        self._interface = interface
        self._result = self._cause = self._error = self.note = self.link = None

    def blame(self, cause, code=0, flags=0):
        """The raw cause of a failure: a text without secrets, an errno or a driver's code."""
        self._cause, self._code, self._flags = cause, code, flags

    def end(self, result, error):
        if result == results.SERVER_CONNECTED:
            self.successes += 1
            self._cause = None
        elif self._cause is None:
            self.blame("timeout")
        self._error = error
        self._result = result

    def lost(self, cause, code):
        """The session ended without anybody here having asked for it."""
        self.losses += 1
        self._loss, self._loss_code = cause, code

    def tell(self, told, before):
        """Tells the watcher about the first stage from `told` on that comes `before` another one
        (numbers). Returns the stage to go on with."""
        for stage, duration_ms in self._attempt.timeline():
            if told <= stage < before:
                break
        else:
            return before
        try:
            self.watcher(_STAGES[stage], duration_ms)
        except Exception as error:
            sys.print_exception(error)
        return stage + 1

    def last(self):
        """The last attempt as a dict, or None before the first."""
        if self._interface is None:
            return None
        stages = [(_STAGES[stage], ms) for stage, ms in self._attempt.timeline()]
        report = {
            "interface": self._interface,
            "result": self._result,
            "name": None,
            "stages": stages,
            "ms": sum(ms for _, ms in stages),
            "cause": self._why(),
        }
        if self._result is not None:
            report["name"] = results.name(self._result, self._interface)
        if self.tries:
            report["tries"] = dict(self.tries)
        if self.note:
            report["note"] = self.note
        if hasattr(self.link, "report"):
            report.update(self.link.report())
        return report

    def counters(self):
        return {
            "attempts": self.attempts,
            "successes": self.successes,
            "losses": self.losses,
            "lastloss": _words(self._loss, self._loss_code, 0),
        }

    def _why(self):
        if self._error is not None:
            text = str(self._error)
            return (type(self._error).__name__ + ": " + text)[:_TEXT_MAX]
        return _words(self._cause, self._code, self._flags)


def _words(cause, code, flags):
    """A raw cause in words, None for none."""
    if cause is None:
        return None
    text = cause
    if code < 0:
        text += " -0x%04x" % -code  # as mbedTLS writes its codes
    elif code:
        text += " %d" % code
        if "errno" in cause:
            text += " " + _errno_name(code)
    return text + _certificate_words(flags)


def _errno_name(number):
    import errno

    return errno.errorcode.get(number, "")


def _certificate_words(flags):
    if not flags:
        return ""
    words = [text for bit, text in _CERTIFICATE if flags & bit]
    return ", certificate " + (" and ".join(words) or "flags 0x%x" % flags)
