# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The keepalive of MQTT: when PINGREQ is sent, and how long its answer may take."""

from time import ticks_diff

from micropython import const

from connectwith.session import mqtt_frame

_PING_AFTER_MS = const(60000)  # without traffic; then PINGREQ is sent
_PONG_WITHIN_MS = const(45000)


class Keepalive(mqtt_frame.Frame):
    """The part of a client that knows the time."""

    def __init__(self):
        super().__init__()
        self.unacked = []  # packet ids of messages with QoS 1, oldest first
        self.watch_path()
        self.reset_keepalive()

    def reset_keepalive(self):
        self._pinging = self._ping_due = False
        self._pinged_ms = self._received_ms = self._sent_ms = self._clear_ms = 0
        self._within_ms = 0  # of the PINGREQ that is under way

    def keepalive(self, now_ms):
        """Starts the keepalive timers. To be called when the connection has been made."""
        self._received_ms = self._sent_ms = self._clear_ms = now_ms

    def watch_path(
        self, ping_after_ms=_PING_AFTER_MS, pong_within_ms=_PONG_WITHIN_MS, ack_within_ms=0
    ):
        """Sets the times of the keepalive: from the last packet to PINGREQ, and from PINGREQ to
        the end of the session. `ack_within_ms`: after this time with an unacknowledged message and
        no packet from the server PINGREQ is sent, too; 0: it is not."""
        self.ping_after_ms, self.pong_within_ms = ping_after_ms, pong_within_ms
        self.ack_within_ms = ack_within_ms

    def check_path(self, now_ms, within_ms):
        """Sends PINGREQ now. The session ends if nothing comes within `within_ms`."""
        if not self._pinging:
            self._ping(now_ms, within_ms)
        elif ticks_diff(now_ms, self._pinged_ms) + within_ms < self._within_ms:
            self._within_ms = ticks_diff(now_ms, self._pinged_ms) + within_ms

    def _ping(self, now_ms, within_ms):
        self._pinged_ms = now_ms
        self._within_ms = within_ms
        self._ping_due = self._pinging = True

    def due_ms(self, now_ms):
        """The ms until `is_alive()` has something to decide, if no packet comes before and every
        message is acknowledged. Not negative."""
        if self._pinging:
            left_ms = self._within_ms - ticks_diff(now_ms, self._pinged_ms)
        else:
            left_ms = self.ping_after_ms - max(
                ticks_diff(now_ms, self._received_ms), ticks_diff(now_ms, self._sent_ms)
            )
        return max(0, left_ms)

    def is_alive(self, now_ms):
        """Decides whether a PINGREQ is due. False: the peer has not answered the last one."""
        if not self.unacked:
            self._clear_ms = now_ms
        if self._pinging:
            if self._ping_due and ticks_diff(self._sent_ms, self._pinged_ms) > 0:
                self._pinged_ms = self._sent_ms  # a long message before it is still being sent
            if ticks_diff(now_ms, self._pinged_ms) >= self._within_ms:
                return False
        elif (
            ticks_diff(now_ms, self._received_ms) >= self.ping_after_ms
            or ticks_diff(now_ms, self._sent_ms) >= self.ping_after_ms
            or self.ack_within_ms
            and ticks_diff(now_ms, self._received_ms) >= self.ack_within_ms
            and ticks_diff(now_ms, self._clear_ms) >= self.ack_within_ms
        ):
            self._ping(now_ms, self.pong_within_ms)
        return True
