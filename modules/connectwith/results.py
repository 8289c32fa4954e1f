# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Codes of the imp API: what an attempt ends with, what a send returns, and the send policies.

The numbers are those of the original API. Success is 5, and NO_WIFI and NO_LINK have the same
number. So code compares a result with a name and never tests it for truth.
"""

NOT_CONNECTED = 0
NO_WIFI = 1
NO_LINK = 1
NO_IP_ADDRESS = 2
NOT_RESOLVED = 3
NO_SERVER = 4
SERVER_CONNECTED = 5
NO_PROXY = 6
NOT_AUTHORISED = 7
NO_MODEM = 8
SIM_ERROR = 9
NO_REGISTRATION = 10
REGISTRATION_DENIED = 11
NO_PPP_CONNECTION = 12
PPP_NO_CONNECTIVITY = 13

SEND_ERROR_NOT_CONNECTED = 1
SEND_ERROR_TIMEOUT = 2
SEND_ERROR_DISCONNECTED = 3
SEND_ERROR_WOULDBLOCK = 4

SUSPEND_ON_ERROR = 0
RETURN_ON_ERROR = 1
RETURN_ON_ERROR_NO_DISCONNECT = 2

WAIT_TIL_SENT = 0
WAIT_FOR_ACK = 1
