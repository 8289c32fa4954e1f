# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""What `imp.net`, `imp.diag`, `imp.cloud` and `server.aio` are: names, types and documentation.

May use every other package. Nothing below uses it.
"""
