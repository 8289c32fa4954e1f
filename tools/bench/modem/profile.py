# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""How long a SIM7600 takes. Seconds; the sources are public drivers and logs, no data sheet."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Profile:
    """Times of a real modem; those of the start count from when the key was held long enough."""

    uart_s: float = 11.0  # the UART answers, RDY
    sim_s: float = 12.0  # +CPIN: READY
    sms_s: float = 14.0  # SMS DONE
    phonebook_s: float = 15.0  # PB DONE
    status_s: float = 16.0  # STATUS goes high, after the UART
    registration_s: float = 5.0  # after the SIM is ready and the radio is on
    uart_silent_s: float = 14.5  # after a stop
    off_s: float = 25.0  # after a stop: STATUS low, the next start pulse counts
    reply_s: float = 0.01
    cfun_s: float = 0.5
    pin_s: float = 0.3
    operators_s: float = 60.0  # AT+COPS=?
    attach_s: float = 0.5
    dial_s: float = 0.3
    hang_up_s: float = 0.2
    carrier_s: float = 0.1  # from the end of PPP to NO CARRIER
    guard_s: float = 1.0  # of silence around +++ (AT manual, 2.2.9)


# The following times belong to the board, and are not scaled with the profile.
KEY_START_S = 0.1  # shortest pulse that starts the modem
KEY_STOP_S = 2.5  # shortest pulse that stops it
PLUS_GAP_S = 0.9  # longest pause inside +++ (AT manual, 2.2.9)
