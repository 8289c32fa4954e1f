// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// A fuzz target without a fuzzer: gives it each file once. For compilers that have no libFuzzer.

#include "fuzz.h"

#define FILE_MAX_BYTES (1 << 20)

static bool replay(const char *name) {
    FILE *file = fopen(name, "rb");
    uint8_t *data = malloc(FILE_MAX_BYTES);
    if (file == NULL || data == NULL) {
        perror(name);
        return false;
    }
    size_t len = fread(data, 1, FILE_MAX_BYTES, file);
    fclose(file);
    // Exactly as long as its content: a byte too far is outside.
    uint8_t *exact = realloc(data, len ? len : 1);
    fprintf(stderr, "%s\n", name); // the last name is that of the failing input
    LLVMFuzzerTestOneInput(exact, len);
    free(exact);
    return true;
}

int main(int argc, char **argv) {
    int passed = 0;
    for (int i = 1; i < argc; i++) {
        passed += replay(argv[i]);
    }
    printf("%d passed, %d failed\n", passed, argc - 1 - passed);
    return passed > 0 && passed == argc - 1 ? 0 : 1;
}
