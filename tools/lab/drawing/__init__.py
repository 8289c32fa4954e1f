# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Makes SVG and HTML of a snapshot: pure functions, without NiceGUI. Texts are escaped."""
