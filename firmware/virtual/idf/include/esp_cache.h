// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Only included, by MicroPython's mphalport.h from 1.26 on.

#pragma once
