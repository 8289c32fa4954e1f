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

const char *__asan_default_options(void);
const char *__ubsan_default_options(void);

const char *__asan_default_options(void) {
    // Memory ends with the process, as the chip's does with its power.
    return "detect_leaks=0:abort_on_error=1";
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
