# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What can go wrong in the bench itself."""


class BenchError(Exception):
    """The simulated world, or a board in it, is not as it should be; the text says what to do."""
