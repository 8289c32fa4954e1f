// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// qstrs that no source file names. Without the first, sys.path has an empty entry for "/lib".
// *FORMAT-OFF*
Q(/lib)
