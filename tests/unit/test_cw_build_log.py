# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The first real error of a build log, even if other lines have the word "error"."""

import pytest

from setup import build_log

# A failed command line as ninja repeats it, as long as those of ESP-IDF.
ECHO = (
    "/opt/tools/riscv32-esp-elf/bin/riscv32-esp-elf-gcc -DESP_PLATFORM "
    + "-I/esp-idf/components/x/include " * 120
    + "-Wall -Werror=all -Wno-error=unused-function -Wno-error=deprecated-declarations -o "
    "esp-idf/log/CMakeFiles/__idf_log.dir/error.c.obj -c /esp-idf/components/log/error.c"
)
NINJA = f"""\
Executing action: all (aliases: build)
Running ninja in directory /build/BOARD
[1/1400] Generating ../../partition_table/partition-table.bin
[2/1400] Building C object esp-idf/log/CMakeFiles/__idf_log.dir/error.c.obj
[3/1400] Performing build step for 'bootloader'
[1/103] Building C object esp-idf/esp_common/CMakeFiles/error: handling.c.obj
[4/1400] Building C object esp-idf/main/CMakeFiles/__idf_main.dir/wake.c.obj
FAILED: esp-idf/main/CMakeFiles/__idf_main.dir/wake.c.obj
{ECHO}
In file included from /project/bind/wake.c:9:
/project/bind/wake.c: In function 'pending':
\x1b[01m\x1b[K/project/bind/wake.c:262:27:\x1b[m\x1b[K \x1b[01;31m\x1b[Kerror: \x1b[m\x1b[K\
'mp_state_vm_t' has no member named 'sched_head'
  262 |     return MP_STATE_VM(sched_head) != NULL;
/project/port/worker.c:96:9: error: implicit declaration of 'xTaskCreatePinnedToCore'
ninja: build stopped: subcommand failed.
ninja failed with exit code 1, output of the command is in the /build/BOARD/log/idf_py_stderr
make: *** [Makefile:63: all] Error 1
"""
WAKE = "/project/bind/wake.c:262:27: error: 'mp_state_vm_t' has no member named 'sched_head'"


def log(*lines, after="ninja: build stopped: subcommand failed.\nmake: *** [Makefile:63] Error 1"):
    text = "\n".join([f"[{n}/9] {ECHO}" for n in (1, 2)] + list(lines))
    return f"$ make all\n{text}\n{after}\n"


def test_ninja_that_repeats_command_lines():
    assert build_log.first_error(NINJA) == WAKE
    assert len(list(build_log.errors(NINJA))) == 2


def test_verbose_ninja():
    assert build_log.first_error(f"$ make BUILD_VERBOSE=1\n[9/9] {ECHO}\n{NINJA}") == WAKE


@pytest.mark.parametrize(
    "lines, said",
    [
        (["main.c:1:10: fatal error: host/ble_hs.h: No such file or directory"], "host/ble_hs.h"),
        (["/a b/main.c:7: Error: unknown opcode 'foo'"], "unknown opcode"),
        (["cc1: error: unrecognized command-line option '-mx'"], "unrecognized command-line"),
        (["/t/bin/xtensa-esp32-elf-gcc: fatal error: no input files"], "no input files"),
        (
            ["/t/bin/ld: a.obj: in function `f':", "a.c:3: undefined reference to `dns_flush'",
             "collect2: error: ld returned 1 exit status"],
            "undefined reference to `dns_flush'",
        ),
        (
            ["/t/ld: region `dram0_0_seg' overflowed by 1208 bytes",
             "collect2: error: ld returned 1 exit status"],
            "overflowed by 1208 bytes",
        ),
        (["/t/bin/ld: cannot find -lphy: No such file"], "cannot find -lphy"),
        (["ninja: error: 'x.a', needed by 'y.elf', missing and no known rule"], "needed by"),
        (["fatal: unable to access 'https://example.org/': Could not resolve host"], "fatal: "),
    ],
)  # fmt: skip
def test_errors_of_compilers_and_linkers(lines, said):
    found = build_log.first_error(log(*lines))
    assert said in found and "-Wno-error" not in found


def test_cmake_says_it_in_the_lines_below():
    text = log(
        "CMake Warning at /idf/x.cmake:1 (message):",
        "  error: is only a word here",
        "",
        "-- Configuring incomplete, errors occurred!",
        "CMake Error at /idf/tools/cmake/build.cmake:268 (message):",
        "  Failed to resolve component 'mdns' required by component 'main': unknown name.",
        "",
        "Call Stack (most recent call first):",
    )
    assert build_log.first_error(text) == (
        "CMake Error at /idf/tools/cmake/build.cmake:268: Failed to resolve component 'mdns' "
        "required by component 'main': unknown name."
    )
    assert build_log.first_error(log("CMake Error: no such board")) == "CMake Error: no such board"


def test_kconfig():
    text = log("/board/sdkconfig.board:3: error: syntax error", after="")
    assert build_log.first_error(text) == "/board/sdkconfig.board:3: error: syntax error"
    text = log("kconfiglib.core.KconfigError: Kconfig:9: couldn't parse 'confg X'")
    assert "couldn't parse" in build_log.first_error(text)


def test_traceback_of_a_check_of_components():
    text = log(
        "Traceback (most recent call last):",
        '  File "/idf/tools/ldgen/ldgen.py", line 130, in main',
        "    raise LdGenFailure('error: no such section')",
        "ldgen.LdGenFailure: failed to parse /idf/x.lf",
    )
    assert build_log.first_error(text) == "ldgen.LdGenFailure: failed to parse /idf/x.lf"


def test_component_manager_without_a_network():
    text = log("ERROR: Cannot establish a connection to the component registry. Are you connected "
               "to the internet?")  # fmt: skip
    assert build_log.first_error(text).startswith("ERROR: Cannot establish a connection")
    assert build_log.no_network(text) and not build_log.no_network(NINJA)


def test_what_has_no_error_that_is_known():
    assert build_log.first_error(log()) == "ninja: build stopped: subcommand failed."
    assert build_log.first_error("$ make\n") == "it said nothing"
    assert build_log.first_error("$ make\nodd\n") == "odd"


def test_lines_are_bounded():
    text = log(f"main.c:1:1: error: {'x' * 5000}", f"{'p' * 5000}.c:1:1: error: y")
    assert all(
        len(build_log.shown(line)) <= build_log.LINE_LIMIT for line in build_log.errors(text)
    )
    assert len(build_log.first_error(text)) == build_log.LINE_LIMIT


@pytest.mark.parametrize(
    "line",
    [
        ECHO,
        f"[7/9] {ECHO}",
        f": && {ECHO} && :",
        f"cd /build && {ECHO}",
        "[5/9] Building C object esp_err_to_name/error.c.obj",
        "-- Performing Test HAVE_ERROR",
        "-- Component paths: /idf/components/error",
        "warning: unknown kconfig symbol 'ESP_ERROR' assigned to 'n' in sdkconfig.board",
        "main.c:3:4: warning: 'error' may be used uninitialized [-Wmaybe-uninitialized]",
        "main.c:3:4: note: declared here: error:",
    ],
)
def test_lines_that_are_no_errors(line):
    assert list(build_log.errors(line)) == []
