# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The API of `imp.net`, `imp.diag`, `imp.cloud` and `server.aio`, and functions of `imp`, `server`
and `hardware` that few programs call: names, types and documentation.

May use every other package. No other package uses it.
"""
