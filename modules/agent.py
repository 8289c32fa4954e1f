# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Messages between device and agent.

Importable so that ported code can import it; `send` and `on` come with the agent.
"""
