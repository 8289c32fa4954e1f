# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

# What is frozen into every firmware. A board adds the links that its hardware has.
module("server.py", base_path=".")
module("imp.py", base_path=".")
module("agent.py", base_path=".")
package("connectwith", base_path=".")
