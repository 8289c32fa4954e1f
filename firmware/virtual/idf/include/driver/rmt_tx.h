// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Upstream's modesp32.h includes this from 1.26 on and uses nothing of it.

#pragma once
