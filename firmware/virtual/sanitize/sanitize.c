// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Settings of the sanitizers, compiled only with SANITIZE. They are part of the program, so that
// whoever runs it gets them; ASAN_OPTIONS, UBSAN_OPTIONS and TSAN_OPTIONS still override.

// The suppressions, as text with a zero at its end.
__asm__(
    ".pushsection .rodata\n"
    "suppressions_text:\n"
    ".incbin \"" SANITIZE_SUPPRESSIONS "\"\n"
    ".byte 0\n"
    ".popsection\n");

extern const char suppressions_text[];

#if defined(__SANITIZE_ADDRESS__)

#include <sanitizer/lsan_interface.h>

#include "board.h"

// Blocks of the C heap that nothing points to any more: those of lwIP, TLS and the stand-in for
// ESP-IDF. The heap of Python is one block, and what stands in it counts as pointers.
void board_check_leaks(void) {
    __lsan_do_recoverable_leak_check();
}

const char *__asan_default_options(void);
const char *__ubsan_default_options(void);

const char *__asan_default_options(void) {
    return "abort_on_error=1";
}

const char *__ubsan_default_options(void) {
    return "print_stacktrace=1";
}

#elif defined(__SANITIZE_THREAD__)

const char *__tsan_default_options(void);
const char *__tsan_default_suppressions(void);

const char *__tsan_default_options(void) {
    return "second_deadlock_stack=1:history_size=4";
}

const char *__tsan_default_suppressions(void) {
    return suppressions_text;
}

#endif
