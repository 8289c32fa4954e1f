// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Stands for all of MicroPython's own files.
extern int empty;
