# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""How the imp API works: links, dialer, session, and the controller that drives them."""
