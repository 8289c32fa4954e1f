# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

raise ImportError("the virtual board has no ESP-NOW")
