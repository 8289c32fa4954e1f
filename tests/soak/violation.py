# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What a soak looks for."""


class Violation(Exception):
    """A condition of the soak does not hold."""
