# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The sub-commands of ./tools/cw: one module each, and the code that chooses among them.

A module has SUMMARY, EXAMPLES, IN_ENVIRONMENT (whether it needs the virtual environment),
arguments(parser) and run(options, report) -> exit status. Modules import nothing but
the standard library, so that --help works before anything is set up.
"""

import argparse
import difflib
import importlib
import importlib.metadata
import os
import signal
import sys
import textwrap
import traceback
from collections.abc import Sequence
from types import FrameType, ModuleType
from typing import NoReturn

from setup import paths
from setup.problem import Problem, from_oserror
from setup.report import Report

NAMES = ("demo", "run", "board", "repl", "lab", "test", "faults", "fuzz", "bench", "heap",
         "handshake", "mutate", "soak", "fleet", "build", "flash", "provision", "monitor",
         "doctor", "agent", "release", "setup", "clean")  # fmt: skip

# These need the packages of tests/requirements.txt; some also need the compilers of the tests.
_TESTING = ("test", "faults", "fuzz", "bench", "heap", "handshake", "soak", "fleet")
_COMPILING = ("test", "fuzz")
# These build nothing on this machine.
_WITHOUT_MAKE = ("flash", "provision", "monitor", "doctor", "clean")

_INTRODUCTION = """\
One command for everything: it sets this machine up as far as needed (Debian packages, Python
packages, pinned and checked sources, builds), then does what you asked. On two cores the first
demo takes about 2 minutes and 400 MB of disk, test about 30 minutes and 2 GB; build says before
how much it fetches. Only build, flash, provision, monitor, doctor and release are about
hardware."""

_VARIABLES = """\
options:
  --version           the version of this project, and of the firmware that it builds

environment:
  CONNECTWITH_CACHE   folder for all that is fetched (default ~/.cache/connectwith)
  IDF_PATH            the ESP-IDF that build and release use (unset: they get one)
  MICROPYTHON_DIR     a MicroPython checkout to use instead of the pinned one; only read
  NO_COLOR            set it for plain output

examples:
  ./tools/cw demo                connect over all three links, on a board made of software
  ./tools/cw run my_script.py    your own script on such a board
  ./tools/cw board               such a board that stays, for your editor or tests
  ./tools/cw test                every test"""


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are Problems, with a suggestion for a mistyped word."""

    def error(self, message: str) -> NoReturn:
        raise Problem(f"{message}.", "the command line was not understood.", self.advice(), 2)

    def advice(self) -> str:
        return f"see: {self.prog} --help"

    def known_options(self) -> list[str]:
        return [text for action in self._actions for text in action.option_strings]


def _closest(word: str, known: Sequence[str]) -> str:
    found = difflib.get_close_matches(word.partition("=")[0], known, n=1, cutoff=0.5)
    return f"did you mean '{found[0]}'? " if found else ""


def modules() -> dict[str, ModuleType]:
    """All sub-commands by name."""
    return {name: importlib.import_module(f"commands.{name}") for name in NAMES}


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--debug", action="store_true", help="show the traceback behind an error message"
    )


def parsers() -> tuple[_Parser, dict[str, _Parser]]:
    """The parser of cw itself, and those of its sub-commands."""
    formatter = argparse.RawDescriptionHelpFormatter
    top = _Parser(
        prog="cw",
        usage="./tools/cw COMMAND [options]      (each COMMAND has its own --help)",
        description=_INTRODUCTION,
        epilog=_VARIABLES,
        formatter_class=formatter,
    )
    lines = []
    each = {}
    for name, module in modules().items():
        lines.append(f"  {name:<9} {module.SUMMARY}")
        each[name] = _Parser(
            prog=f"./tools/cw {name}",
            description=module.SUMMARY[0].upper() + module.SUMMARY[1:] + ".",
            epilog="examples:\n" + textwrap.indent(module.EXAMPLES, "  "),
            formatter_class=formatter,
            # An abbreviation may become ambiguous when an option is added.
            allow_abbrev=False,
        )
        module.arguments(each[name])
        _common(each[name])
    top.description = f"{_INTRODUCTION}\n\ncommands:\n" + "\n".join(lines)
    return top, each


def parse(argv: Sequence[str]) -> tuple[str, argparse.Namespace]:
    """Reads the command line. Raises Problem for an unknown command or option."""
    top, each = parsers()
    if not argv or argv[0] in ("-h", "--help"):
        top.print_help()
        raise SystemExit(0 if argv else 2)
    name = argv[0]
    if name == "--version":
        print(f"connectwith {paths.version()}")
        raise SystemExit(0)
    if name not in each:
        kind = "option" if name.startswith("-") else "command"
        raise Problem(
            f"There is no {kind} '{name}'.",
            f"the commands are: {', '.join(NAMES)}.",
            f"{_closest(name, NAMES)}see: ./tools/cw --help",
            2,
        )
    options, unknown = each[name].parse_known_args(argv[1:])
    if unknown and hasattr(options, "pytest_arguments"):
        options.pytest_arguments = unknown
    elif unknown:
        raise Problem(
            f"'cw {name}' has no option or argument '{unknown[0]}'.",
            "the command line was not understood.",
            f"{_closest(unknown[0], each[name].known_options())}see: ./tools/cw {name} --help",
            2,
        )
    return name, options


def _on_terminate(number: int, frame: FrameType | None) -> None:
    # As with Ctrl-C, the clean-up then ends everything that was started.
    raise KeyboardInterrupt


def _has_paho() -> bool:
    """Whether this Python has the one package of `agent`: on a server, from its distribution."""
    try:
        return int(importlib.metadata.version("paho-mqtt").partition(".")[0]) == 2
    except (importlib.metadata.PackageNotFoundError, ValueError):
        return False


def _enter_environment(report: Report, name: str, argv: Sequence[str]) -> None:
    """Sets up the packages and the virtual environment, and restarts cw inside it."""
    from setup import apt, venv

    mark = os.environ.pop("CONNECTWITH_ENTERED", "")
    requirements = paths.TEST_REQUIREMENTS if name in _TESTING else paths.REQUIREMENTS
    if name == "mutate":
        requirements = paths.MUTATION_REQUIREMENTS
    if name == "lab":
        requirements = paths.LAB_REQUIREMENTS
    if name == "agent":
        if _has_paho():
            return
        requirements = paths.AGENT_REQUIREMENTS
    environment = os.path.realpath(venv.location(requirements))
    if os.path.realpath(sys.prefix) == environment:
        paths.use(paths.cache())
        return
    if mark:
        raise Problem(
            "The virtual environment does not work.",
            f"{environment} was entered, but its Python says it is {sys.prefix}.",
            f"remove it (rm -r '{environment}') and run the same command again.",
        )
    if name != "agent":  # a server needs no compilers
        apt.ensure(report, paths.cache() / "logs" / "apt.log", for_tests=name in _COMPILING)
    python = str(venv.interpreter(venv.ensure(report, requirements)))
    sys.stdout.flush()
    sys.stderr.flush()
    script = str(paths.ROOT / "tools" / "cw")
    os.execve(python, [python, script, *argv], {**os.environ, "CONNECTWITH_ENTERED": "1"})


def _dispatch(argv: Sequence[str]) -> int:
    name, options = parse(argv)
    module = modules()[name]
    # With --json the standard output belongs to the document alone.
    report = Report(sys.stderr if getattr(options, "json", False) else sys.stdout)
    if name not in _WITHOUT_MAKE:
        paths.check_makeable()
    if module.IN_ENVIRONMENT:
        _enter_environment(report, name, argv)
    return module.run(options, report)


def _fill_streams() -> None:
    """A standard stream that the caller has closed becomes /dev/null, for what cw starts, too.
    Otherwise the next file that is opened gets its number."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            null = os.open(os.devnull, os.O_RDWR)
            os.dup2(null, number)
            if null != number:
                os.close(null)
            os.set_inheritable(number, True)
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))


def main(argv: Sequence[str]) -> int:
    """Runs one command; turns every expected error into three lines and an exit status."""
    _fill_streams()
    signal.signal(signal.SIGTERM, _on_terminate)
    debug = "--debug" in argv
    try:
        return _dispatch(argv)
    except Problem as problem:
        error: BaseException = problem
        text, status = str(problem), problem.status
    except BrokenPipeError:
        # The reader of the output has closed it (| head): the rest of the output is dropped.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as os_error:
        error = os_error
        text, status = str(from_oserror(os_error)), 1
    except KeyboardInterrupt as interrupt:
        error = interrupt
        text, status = "cw: interrupted; what was started has been stopped.", 130
    if debug:
        traceback.print_exception(error)
    print(text, file=sys.stderr)
    return status
