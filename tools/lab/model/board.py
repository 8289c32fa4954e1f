# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""One board: its power, its attempts, its session, its console, and the pauses of its code."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import RLock

from lab.model.attempts import CONNECTED, Attempts, AttemptView, read

CONSOLE_KEPT = 65536
GAPS_KEPT = 1200  # 60 s of windows of 50 ms
_GAPS_IN_A_NOTE = 40
_LONGEST_WINDOW_MS = 1000
_LONGEST_GAP_US = 3600 * 10**6  # what user code has printed may be any number
_LINES_KEPT = 300
_WAITS_KEPT = 300  # 60 s at 5 Hz
GONE = "gone"
NO_MODEM = "The modem has ended by itself. End all faults starts it again, switched off."


@dataclass(frozen=True)
class Modem:
    """A board's modem. `state`: off, starting, on, stopping, or gone with the simulator. `apn`: of
    the call, "" while there is none. All are words, "" where there is no modem."""

    state: str = ""
    sim: str = ""
    registration: str = ""
    signal: str = ""
    data: bool = False
    apn: str = ""


@dataclass(frozen=True)
class BoardView:
    """A board as it is drawn. `power`: on, off, crashed. `session`: the interface that carries
    it. `gaps`: (end of the window in s, longest gap in it in us), the oldest first; None when the
    board does not measure. `waits`: (end in s, for how many us the computer kept the board from
    its processors until then), 5 a second. `traffic`: by part of the map, whether frames flow;
    a network that the board has a link with is always among them. `modem_lines`: (direction,
    text), the oldest first: > to the modem, < from it, - for data mode."""

    name: str
    kind: str
    power: str
    device: str
    problem: str
    session: str | None
    attempts: list[AttemptView] = field(default_factory=list)
    gaps: list[tuple[float, int]] | None = None
    waits: list[tuple[float, int]] = field(default_factory=list)
    traffic: dict[str, bool] = field(default_factory=dict)
    modem: Modem = Modem()
    modem_lines: list[tuple[str, str]] = field(default_factory=list)


class BoardState:
    """kind: "virtual", or "real" for one at a serial port. lock: that of the lab. tell: gets a
    line for the list of events. saw: gets what has happened, as Recording.saw() does."""

    def __init__(
        self, name: str, kind: str, lock: RLock, tell: Callable[[str], None],
        saw: Callable[..., None],
    ) -> None:  # fmt: skip
        self.name, self.kind = name, kind
        self._lock, self._tell, self._saw = lock, tell, saw
        self._power, self._boots, self._problem = "off", 0, ""
        self._attempts = Attempts()
        self._session: str | None = None
        self._device = ""
        self._console, self._console_began = "", 0
        # A chip measures none at first.
        self._gaps: deque[tuple[float, int]] | None = (
            deque(maxlen=GAPS_KEPT) if kind == "virtual" else None
        )
        self._waits: deque[tuple[float, int]] = deque(maxlen=_WAITS_KEPT)
        self._traffic: dict[str, bool] = {}
        self._modem = Modem()
        self._modem_lines: deque[tuple[str, str]] = deque(maxlen=_LINES_KEPT)

    # -- events

    def powered(self, state: str) -> None:
        """The board is "on", "off" or "crashed" from now on."""
        with self._lock:
            self._new_boot()  # the note of this boot may be lost: the console opens after it
            self._power = state
            self._tell(f"{self.name}: power {state}")
            if state == "crashed":
                self._saw("crashed")

    def _new_boot(self) -> None:
        self._attempts.cut_off()
        self._session = None
        self._boots += 1
        if self.kind == "real":
            self._gaps = None  # the lab's code on it has gone, and begins without the pauses

    def note(self, note: dict, now_s: float) -> None:
        """A report of the lab's code on the board. What is none changes nothing."""
        with self._lock:
            if "boot" in note:
                self._new_boot()
                self._device = str(note.get("device") or self._device)[:40]
                self._tell(f"{self.name}: booted")
                self._saw("booted")
            elif "attempt" in note:
                self._attempt(note["attempt"], now_s)
            elif "session" in note:
                self._on_session(note["session"])
            elif "gaps" in note:
                self._on_gaps(note, now_s)

    def _attempt(self, note: object, now_s: float) -> None:
        try:
            attempt = read(note, now_s)  # type: ignore[arg-type]  # what is none is refused
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            return
        attempt.key = (self._boots, attempt.key[1])
        why = f": {attempt.cause}" if attempt.cause else ""
        if not self._attempts.add(attempt):
            self._tell("")
            return
        words = f"{attempt.interface}: {attempt.result}, {attempt.ms} ms{why}"
        self._tell(f"{self.name}: attempt {words}")
        self._saw("attempt", attempt.interface, attempt.result)
        if attempt.result == CONNECTED:
            self._on_session(attempt.interface)

    def _on_session(self, interface: object) -> None:
        session = None if interface is None else str(interface)[:20]
        if session != self._session:
            self._session = session
            words = f"session over {session}" if session else "no session any more"
            self._tell(f"{self.name}: {words}")
            self._saw(*(("session", session) if session else ("lost",)))

    def _on_gaps(self, note: dict, now_s: float) -> None:
        gaps, each_ms = note["gaps"], note.get("each_ms", 0)
        if gaps is None:
            self._gaps = None
        elif isinstance(gaps, list) and isinstance(each_ms, (int, float)):
            if not 0 < each_ms <= _LONGEST_WINDOW_MS:
                return
            gaps = [g for g in gaps[-_GAPS_IN_A_NOTE:] if isinstance(g, int) and g >= 0]
            self._gaps = deque(maxlen=GAPS_KEPT) if self._gaps is None else self._gaps
            for index, gap in enumerate(gaps):
                end_s = now_s - (len(gaps) - 1 - index) * each_ms / 1000
                self._gaps.append((end_s, min(gap, _LONGEST_GAP_US)))
        self._tell("")

    def console(self, text: str) -> None:
        """The board has written to its console."""
        with self._lock:
            self._console += text
            more = len(self._console) - CONSOLE_KEPT
            if more > 0:
                self._console = self._console[more:]
                self._console_began += more

    def problem(self, text: str) -> None:
        """A sentence about what went wrong with this board; "" takes it away."""
        with self._lock:
            if text != self._problem:
                self._problem = text
                self._tell(text and f"{self.name}: {text}")

    def waited(self, now_s: float, us: int) -> None:
        """For so long the board had no processor since the last call, by the computer's doing."""
        with self._lock:
            self._waits.append((now_s, us))

    def mended(self, text: str) -> None:
        """Takes this sentence away, if it is the last one."""
        with self._lock:
            if text == self._problem:
                self.problem("")

    def traffic(self, flows: dict[str, bool]) -> None:
        """By part of the map, whether frames flow there now."""
        with self._lock:
            if flows != self._traffic:
                self._traffic = dict(flows)
                self._tell("")

    def modem(self, modem: Modem, lines: list[tuple[str, str]]) -> None:
        """The state of the board's modem, and the lines that are new."""
        with self._lock:
            if lines or modem != self._modem:
                if modem.state != GONE:
                    self.mended(NO_MODEM)
                elif self._modem.state != GONE:
                    self.problem(NO_MODEM)
                self._modem = modem
                self._modem_lines.extend(lines)
                self._tell("")

    # -- what is drawn

    @property
    def device(self) -> str:
        """The board's ID, "" while it is not known."""
        with self._lock:
            return self._device

    def console_from(self, position: int) -> tuple[str, int]:
        """The console's text from a position on (0: all that is kept), and the next position."""
        with self._lock:
            began = self._console_began
            return self._console[max(0, position - began) :], began + len(self._console)

    @property
    def running(self) -> bool:
        """Whether an attempt is under way, so that time alone changes the drawing."""
        with self._lock:
            return self._attempts.running

    def view(self, now_s: float, plots: bool = True) -> BoardView:
        """The board, but for the console's text, and for the gaps and the waits without `plots`.
        It shares nothing with the model."""
        with self._lock:
            return BoardView(
                name=self.name, kind=self.kind, power=self._power, device=self._device,
                problem=self._problem, session=self._session,
                attempts=self._attempts.views(now_s),
                gaps=list(self._gaps) if plots and self._gaps is not None else None,
                waits=list(self._waits) if plots else [],
                traffic=dict(self._traffic), modem=self._modem,
                modem_lines=list(self._modem_lines),
            )  # fmt: skip
