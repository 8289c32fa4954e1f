# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The AT command dialogue without input or output (SIM7500/SIM7600 AT Command Manual V3.00, 1.4).

The owner moves the bytes: it reads into `space()`, passes the count to `received()`, and calls
`next()` until that returns NONE. Before a command is written, `begin()` is given the prefix of its
answer. Only whole lines count; an incomplete or damaged line is ignored.

A URC (unsolicited result code) may come at any moment: before the echo, between an information
line and OK, or directly behind a reply. The prefix given to `begin()` distinguishes information
from URCs, with two exceptions:

* The read commands of the registration (+CREG?, +CGREG?, +CEREG?) answer `n,stat[,...]`, while the
  URC of the same name is `stat[,lac,...]`. A line whose second field is a number of one or two
  digits is the answer, every other is the URC: with n = 0 or 1 the URC has one field, with n = 2 a
  lac, which is quoted or has more digits (manual 4.2.1, 5.2.1).
* NO CARRIER, BUSY, NO ANSWER, NO DIALTONE and CONNECT end a command that dials or leaves data
  mode. During any other command they report on a call and are URCs.

Ctrl-C may interrupt at any jump of the byte code. So the methods take all decisions first and then
change the state in straight-line code: an interrupted call is simply made again. The owner must
store the result of `next()` straight from the call. Receiving allocates nothing; `text()` and
`rest()` do.
"""

from micropython import const

# Results of next().
NONE = const(0)  # nothing until more bytes come
OK = const(1)
ERROR = const(2)
CME = const(3)  # +CME ERROR, see `number`
CMS = const(4)  # +CMS ERROR, see `number`
CONNECT = const(5)  # the bytes behind it belong to PPP, see rest()
NO_CARRIER = const(6)
BUSY = const(7)
NO_ANSWER = const(8)
NO_DIALTONE = const(9)
INFO = const(10)  # a line of the running command's answer
URC = const(11)  # any other line
PROMPT = const(12)  # "> ": the modem waits for the text of the command

_INBOX_BYTES = const(128)  # the most that one poll parses
_LINE_BYTES = const(512)  # longer than any answer or echo of the commands in use

_FINE = const(0)  # flags for damage of the line that is being received
_NOISE = const(1)
_OVERLONG = const(2)

_TAB = const(9)
_LF = const(10)
_CR = const(13)
_SPACE = const(32)
_COMMA = const(44)
_GREATER = const(62)
_QUESTION_MARK = const(63)

_DIALS = const((b"ATD", b"ATO", b"ATA", b"+++"))
_REGISTRATION = const((b"AT+CREG?", b"AT+CGREG?", b"AT+CEREG?"))
_WHOLE = const(((b"OK", OK), (b"ERROR", ERROR)))
_CODED = const(((b"+CME ERROR:", CME), (b"+CMS ERROR:", CMS)))
_CALL = const(
    (
        (b"CONNECT", CONNECT),
        (b"NO CARRIER", NO_CARRIER),
        (b"BUSY", BUSY),
        (b"NO ANSWER", NO_ANSWER),
        (b"NO DIALTONE", NO_DIALTONE),
    )
)
# URCs that do not begin with a sign. Those that end with a space are prefixes.
_BARE_URCS = const(
    (
        b"RDY",
        b"SMS DONE",
        b"PB DONE",
        b"RING",
        b"END",
        b"QCRDY",
        b"VOICE CALL: ",
        b"MISSED_CALL: ",
        b"DST: ",
        b"Autobaud: ",
        b"UNDER-VOLTAGE ",
        b"OVER-VOLTAGE ",
    )
)


class At:
    """The parser of one line to a modem. `running`: a command waits for its final result."""

    def __init__(self):
        self._inbox = memoryview(bytearray(_INBOX_BYTES))
        self._no_room = self._inbox[:0]
        self._line = bytearray(_LINE_BYTES)
        self.overlong = 0  # lines dropped because they did not fit
        self.noise = 0  # lines dropped because of bytes that no modem writes
        self.reset()

    def reset(self):
        """Drops the command and all bytes that were received."""
        self._received = None  # the argument of received()
        self._got = self._parsed = 0
        self._n = 0
        self._damage = _FINE
        self._reported = False  # next() has returned the line as an event
        self._data = False
        self.running = False
        self.number = -1
        self._command = self._prefix = b""
        self._bare = self._calls = self._reads_registration = False

    def begin(self, command, prefix=b""):
        """`command` (bytes, no CR) has been or is about to be written.

        Lines that start with `prefix` are its INFO. With b"" INFO is every line that does not look
        like a URC: text without a sign, and lines with the command's own name, as +CGMR: for
        AT+CGMR. A command that dials has no INFO. The owner should take all events before. Bytes
        behind CONNECT are dropped.
        """
        calls = reads_registration = False
        for start in _DIALS:
            if command.startswith(start):
                calls = True
        for read in _REGISTRATION:
            if command == read:
                reads_registration = True
        bare = not prefix and not calls
        if bare:
            prefix = _own_prefix(command)
        if self._data:
            self.reset()
        self._command = command
        self._prefix = prefix
        self._bare = bare
        self._calls = calls
        self._reads_registration = reads_registration
        self.number = -1
        self.running = True

    def space(self):
        """The buffer to read into. It is empty while next() has bytes left, and in data mode."""
        self._take_in()
        return self._no_room if self._data or self._parsed < self._got else self._inbox

    def received(self, n):
        """`n` bytes were read into `space()`, from its start. None: no bytes."""
        self._received = n

    def rest(self):
        """After CONNECT: the bytes behind its line, which belong to PPP. The line feed of the line
        may be the first of them."""
        self._take_in()
        return self._inbox[self._parsed : self._got]

    def text(self):
        """The line of the last event, without its end. Bytes that are not printable ASCII are
        replaced by question marks."""
        line = self._line
        for i in range(self._n):
            if not 32 <= line[i] < 127:
                line[i] = _QUESTION_MARK
        return str(memoryview(line)[: self._n], "ascii")

    def next(self):
        """The next event, or NONE. `text()` and `number` belong to it until the next call."""
        self._take_in()
        if self._reported:
            self._forget_line()
        got = 0 if self._data else self._got
        inbox = self._inbox
        line = self._line
        at = self._parsed
        n = self._n
        damage = self._damage
        while at < got:
            byte = inbox[at]
            at += 1
            if byte == _CR or byte == _LF:
                if damage:
                    self._drop(at, damage)
                elif n:
                    rest = self._without_echo(n)
                    event = self._classify(rest) if rest else NONE
                    if event != NONE:
                        return self._report(at, rest, event)
                n = damage = 0
            elif byte == 0 or byte == 0xFF:
                # Noise of an idle UART or of one that is switched on. Inside a line it is damage.
                if n:
                    damage |= _NOISE
            elif byte < _SPACE and byte != _TAB or byte == 0x7F:
                damage |= _NOISE
            elif n == _LINE_BYTES:
                damage |= _OVERLONG
            else:
                line[n] = byte
                n += 1
                if byte == _SPACE and n == 2 and self._prompts(damage):
                    return self._report(at, n, PROMPT)
        self._parsed = at
        self._n = n
        self._damage = damage
        return NONE

    # -- changes of state, each in straight-line code

    def _take_in(self):
        fresh = self._received
        if fresh:
            assert fresh <= _INBOX_BYTES
            self._got = fresh
            self._parsed = 0
            self._received = None

    def _forget_line(self):
        self._n = self._damage = 0
        self._reported = False

    def _drop(self, at, damage):
        self._parsed = at
        self._n = self._damage = 0
        self.noise += damage & _NOISE
        self.overlong += damage >> 1

    def _report(self, at, n, event):
        number = self._number(n) if event == CME or event == CMS else -1
        running = self.running and event >= INFO
        data = event == CONNECT
        self._parsed = at
        self._n = n
        self._damage = 0
        self._reported = True
        self.number = number
        self.running = running
        self._data = data
        return event

    # -- classification of a line: its first n bytes

    def _without_echo(self, n):
        """The length of the line without the echo at its end. A URC or noise may stand before the
        echo. An echo may also come late, or in pieces."""
        if self.running:
            command = self._command
            start = n - len(command)
            if start >= 0 and self._has(command, start):
                return start
        return 0 if n >= 2 and self._has(b"AT", 0) else n

    def _classify(self, n):
        if not self.running:
            return URC
        for text, event in _WHOLE:
            if n == len(text) and self._has(text, 0):
                return event
        for text, event in _CODED:
            if self._starts(text, n):
                return event
        for text, event in _CALL:
            if self._starts(text, n) and (
                n == len(text) or event == CONNECT and self._line[len(text)] == _SPACE
            ):
                return event if self._calls else URC
        if self._prefix and self._starts(self._prefix, n):
            if self._reads_registration and not self._answers_registration(n):
                return URC
            return INFO
        return INFO if self._bare and not self._looks_like_urc(n) else URC

    def _prompts(self, damage):
        return self.running and not damage and self._line[0] == _GREATER

    def _has(self, text, start):
        """Whether the line has `text` at `start`. So many bytes must have been received."""
        line = self._line
        for i in range(len(text)):
            if line[start + i] != text[i]:
                return False
        return True

    def _starts(self, text, n):
        return n >= len(text) and self._has(text, 0)

    def _looks_like_urc(self, n):
        if self._line[0] in b"+*^":
            return True
        for text in _BARE_URCS:
            if self._starts(text, n) and (n == len(text) or text[-1] == _SPACE):
                return True
        return False

    def _answers_registration(self, n):
        """Whether the second field is a number of one or two digits."""
        line = self._line
        i = 0
        while i < n and line[i] != _COMMA:
            i += 1
        i += 1
        while i < n and line[i] == _SPACE:
            i += 1
        digits = 0
        while i < n and 48 <= line[i] < 58:
            i += 1
            digits += 1
        return 1 <= digits <= 2 and (i == n or line[i] == _COMMA)

    def _number(self, n):
        """The number after the colon, or -1 if there is a text."""
        line = self._line
        i = len(b"+CME ERROR:")
        while i < n and line[i] == _SPACE:
            i += 1
        number = 0
        first = i
        while i < n and 48 <= line[i] < 58 and i - first < 4:
            number = 10 * number + line[i] - 48
            i += 1
        return number if first < i == n else -1


def _own_prefix(command):
    """The prefix of the answer to a read or an execute command: +CGMR: for AT+CGMR."""
    if not command.startswith(b"AT+") or b"=" in command:
        return b""
    return command[2:].rstrip(b"?") + b":"


def quote(key, value):
    """`value` (str) as a parameter of a command. ValueError, whose text names `key`: it cannot be
    a parameter. The manual has no escape, and other characters depend on the modem's character
    set."""
    for character in value:
        if not " " <= character <= "~" or character == '"':
            raise ValueError(key + ": must be printable ASCII without quotation marks")
    return '"' + value + '"'


def fields(text):
    """The parameters of an information line or URC as a list of str. They follow the first colon;
    a line without a sign consists of parameters. Quotation marks are removed, commas inside them
    kept."""
    if text[:1] in ("+", "*", "^"):
        text = text[text.find(":") + 1 :] if ":" in text else ""
    found = []
    quoted = False
    start = 0
    for i in range(len(text)):
        if text[i] == '"':
            quoted = not quoted
        elif text[i] == "," and not quoted:
            found.append(_bare(text[start:i]))
            start = i + 1
    found.append(_bare(text[start:]))
    return found


def _bare(field):
    field = field.strip()
    if len(field) >= 2 and field[0] == '"' == field[-1]:
        return field[1:-1]
    return field
