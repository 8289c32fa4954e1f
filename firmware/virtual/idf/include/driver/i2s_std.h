// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Only included, by MicroPython's mpconfigport.h: there is no I2S.

#pragma once
