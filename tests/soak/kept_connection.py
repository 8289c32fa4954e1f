# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""One board of a soak under imp.uplink.keep: its events, its return, its moves."""

import on_board
from conditions import ANY_WIFI
from random_calls import Attempt, Kept
from violation import Violation

NAMES = {"eth0": "ethernet", "wl0": "wifi", "cell0": "cell"}
# Its pauses are 64 s at most here, and an attempt takes 30 s (cellular: 120 s).
BACK_S = 200.0
_ENDED_S = 20.0
# More than a good attempt takes on a busy host, and less than one behind a mute modem may.
_ATTEMPT_S = 15.0
MOVES = 2  # between two looks at the heap


class Uplink:
    """The steps. Methods raise Violation."""

    def __init__(self, player, tally, conditions) -> None:
        self._player = player
        self._tally = tally
        self._conditions = conditions
        self._kept: Kept | None = None

    def observe(self) -> None:
        """The bench has changed."""
        if self._kept is not None:
            self._kept.observe(self._conditions)

    def forget(self) -> None:
        """The board was reset."""
        self._kept = None

    def keep(self, order: tuple[str, ...], networks: bool, failback_s: float) -> None:
        """Keeps connected. networks: over whichever stored Wi-Fi network works."""
        player = self._player
        player.staying = False
        player.had_modem = player.had_modem or "cell0" in order
        parts = {
            link: Attempt(
                0, ANY_WIFI if link == "wl0" and networks else link, _ATTEMPT_S, leaving=True
            )
            for link in order
        }
        self._kept = Kept(parts)
        self.observe()
        nics = [
            on_board.nic(link, player.world) for link in order if not (networks and link == "wl0")
        ]
        names = [NAMES[link] for link in order]
        player.run(
            f"imp.uplink.keep(heard, order={names!r}, nics={nics!r}, failback={failback_s}, "
            "entermetered=1, leavemetered=1, pingafter=2, pongwithin=4)"
        )
        self._tally.keeps += 1

    def look(self) -> None:
        """Checks the events that have come."""
        self._judge()

    def _judge(self) -> None:
        events = self._player.value("take_kept()")
        if self._kept is None:
            if events:
                raise Violation(f"events behind the end of keep: {events}")
            return
        for event in events:
            self._tally.changes[event["event"]] += 1
        try:
            self._kept.check(events)
        except (AssertionError, KeyError) as error:
            player = self._player
            last = player.value("(imp.uplink.status(), imp.diag.lastattempt())")
            raise Violation(f"keep: {error}; {events}; {last}") from error

    def back(self) -> None:
        """Without faults: it is connected within a bound, and messages pass."""
        if self._kept is None:
            return
        player = self._player
        limit_ms = int(BACK_S * 1000)
        if not player.value(f"until(is_kept, {limit_ms})", BACK_S + 20):
            state = player.value("(imp.uplink.status(), server.isconnected())")
            raise Violation(f"under keep not connected {BACK_S:.0f} s after all faults: {state}")
        self._judge()
        if self._kept.current is None:
            raise Violation("connected under keep, and no event of it")
        player.outbox.drain()
        self._tally.backs += 1

    def end(self, how: str) -> None:
        """Ends it by a call: "stop", or "disconnect"."""
        if self._kept is None:
            return
        self._player.run("imp.uplink.stop()" if how == "stop" else "stop()")
        self.ended()

    def ended(self) -> None:
        """Some call has ended it: that is told once, and nothing after it."""
        if self._kept is None:
            return
        limit_ms = int(_ENDED_S * 1000)
        told = "lambda: any([e['event'] == 'ended' for e in kept_events])"
        if not self._player.value(f"until({told}, {limit_ms})", _ENDED_S + 20):
            raise Violation(f"keep has ended, and its callback has not had it: {self._kept}")
        self._judge()
        self._kept = None

    def moves(self, windows: int) -> list[int]:
        """Moves to Wi-Fi and back with kept messages, without a call of the user between them but
        to keep a message. Returns the heap after each window of so many."""
        player = self._player
        self.keep(("eth0", "wl0"), False, 0.3)
        self.over("eth0")
        levels = []
        for _ in range(windows):
            for _ in range(MOVES):
                for name in ("pull", "plug"):
                    self._move(name)
            self._judge()
            player.outbox.drain()
            levels.append(
                int(player.run("for _ in range(3): gc.collect()\nprint(gc.mem_alloc())"))
            )
        self.end("stop")
        return levels

    def _move(self, name: str) -> None:
        player = self._player
        if name == "pull":
            player.world.ethernet.unplug()
            self._kept.parts["eth0"].was_bad.add("link")
            player.outbox.fill(2, 40)
            self.over("wl0")
        else:
            player.world.ethernet.plug()
            player.outbox.fill(2, 40)
            player.run("forget_flaps()")
            self.over("eth0")
        self._tally.moves += 1

    def over(self, link: str) -> None:
        """Waits until it is connected over `link`."""
        there = f"lambda: is_kept({link!r})"
        if not self._player.value(f"until({there}, {int(BACK_S * 1000)})", BACK_S + 20):
            raise Violation(f"not over {link}: {self._player.value('imp.uplink.status()')}")
