// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// MicroPython's sources include this name whether mDNS is on or not; here it is off.

#pragma once
