# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Runs every target on each input of its corpus, without a fuzzer."""

import importlib
import sys
from pathlib import Path

import pytest

_HERE = Path(__file__).resolve().parent
sys.path += [str(_HERE), str(_HERE.parent / "unit")]

import micropython_on_cpython  # noqa: E402, F401

NAMES = sorted(f.stem for f in (_HERE / "targets").glob("*.py") if f.stem != "choices")
CORPORA_MAX_BYTES = 200_000


@pytest.mark.parametrize("name", NAMES)
def test_the_corpus_of(name):
    target = importlib.import_module(f"targets.{name}")
    files = sorted((_HERE / "corpus" / name).iterdir())
    assert len(files) >= 5
    for file in files:
        try:
            target.one(file.read_bytes())
        except BaseException:
            print(f"with {file}")
            raise


def test_the_corpora_stay_small():
    files = [f for f in (_HERE / "corpus").glob("*/*") if f.is_file()]
    assert sum(f.stat().st_size for f in files) <= CORPORA_MAX_BYTES
