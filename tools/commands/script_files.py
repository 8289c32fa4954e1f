# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A user's script and the files that go along, from this computer's disk to a board's."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from commands.console import Console
from setup.problem import Problem

# Where the script itself stands on the board: not as main.py, which the board would start itself.
FOLDER = "_cw"
_MOST_BYTES = 1_500_000  # of the 2 MiB that the board's file system has
_PIECE_BYTES = 1024


@dataclass(frozen=True)
class Script:
    """`name`: the script's, for messages; `folder`: where it lies on this computer; `files`: the
    contents by path on the board, the script's own among them; `left_out`: paths that stay."""

    name: str
    folder: Path
    files: dict[str, bytes]
    left_out: tuple[str, ...]

    @property
    def path(self) -> str:
        """The script's path on the board."""
        return f"{FOLDER}/{self.name}"

    def mentions(self, word: str) -> bool:
        """Whether any of its Python files has this word."""
        return any(
            word.encode() in data for path, data in self.files.items() if path[-3:] == ".py"
        )


def _unreadable(path: Path, why: str) -> NoReturn:
    raise Problem(f"{path} cannot be read.", why, "give the path of a MicroPython script.", 2)


def _read(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        _unreadable(path, f"{error.strerror}.")
    if len(data) > most:
        raise Problem(
            f"{path} does not fit on the board.",
            f"the board has room for {_MOST_BYTES // 1000} KB in all.",
            "let only the files go along that the script needs.",
            2,
        )
    return data


def _below(folder: Path) -> Iterator[Path]:
    """The files of a folder, without hidden ones and Python's caches."""
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        _unreadable(folder, f"{error.strerror}.")
    for entry in entries:
        if entry.name.startswith(".") or entry.name == "__pycache__":
            continue
        if entry.is_dir() and not entry.is_symlink():
            yield from _below(entry)
        elif entry.is_file():
            yield entry


def _found(paths: Sequence[str], main: str) -> tuple[Path, dict[str, Path]]:
    """The script, and the other files by path on the board."""
    first = Path(paths[0])
    others: dict[str, Path] = {}
    if first.is_dir():
        others = {str(path.relative_to(first)): path for path in _below(first)}
        script = first / main
        if others.pop(main, None) is None:
            raise Problem(
                f"There is no {main} in {first}.",
                "a folder needs a script to begin with.",
                f"name it: ./tools/cw run {first} --main NAME.py",
                2,
            )
    else:
        script = first
    for name in paths[1:]:
        path = Path(name)
        if path.is_dir():
            root = path.resolve()
            others |= {str(p.relative_to(root.parent)): p for p in _below(root)}
        else:
            others[path.name] = path
    return script, others


def collect(paths: Sequence[str], main: str = "main.py") -> Script:
    """Reads the script `paths[0]`, or `main` in the folder of that name, and all others.

    The files of a folder that comes first stand in the board's root, and a folder after that
    stands there itself. Raises Problem.
    """
    script, others = _found(paths, main)
    data = _read(script, _MOST_BYTES)
    try:
        data.decode()
    except UnicodeDecodeError as error:
        _unreadable(script, f"it is not UTF-8 text: {error.reason} at byte {error.start}.")
    name = script.name if script.name.endswith(".py") else f"{script.name}.py"
    files = {f"{FOLDER}/{name}": data}
    left = _MOST_BYTES - len(data)
    left_out = []
    for path, source in others.items():
        if path == "main.py":
            left_out.append(path)
            continue
        files[path] = _read(source, left)
        left -= len(files[path])
    for path in files:
        try:
            path.encode()
        except UnicodeEncodeError:
            _unreadable(Path(ascii(path)), "its name is not UTF-8.")
    return Script(name, script.parent, files, tuple(left_out))


def _folders(path: str) -> Iterator[str]:
    parts = path.split("/")[:-1]
    for count in range(1, len(parts) + 1):
        yield "/".join(parts[:count])


def put(console: Console, files: dict[str, bytes]) -> None:
    """Writes the files to the board, at its raw REPL. Raises Problem."""
    folders = sorted({folder for path in files for folder in _folders(path)})
    console.run(
        "import os\n"
        f"for folder in {folders!r}:\n"
        "    try: os.mkdir(folder)\n"
        "    except OSError: pass\n"
    )
    for path, data in files.items():
        console.run(f"open({path!r}, 'wb').close()")
        for at in range(0, len(data), _PIECE_BYTES):
            piece = data[at : at + _PIECE_BYTES]
            console.run(f"with open({path!r}, 'ab') as file: file.write({piece!r})")
