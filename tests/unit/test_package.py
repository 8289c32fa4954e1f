# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Functions of the package for all modules: the user's callbacks, unloading of modules."""

import sys

import connectwith
import connectwith.settings
import pytest


def test_a_module_that_is_unloaded_is_loaded_anew():
    from connectwith.settings import nearest

    connectwith.unload("settings.nearest")
    assert "connectwith.settings.nearest" not in sys.modules
    assert not hasattr(connectwith.settings, "nearest")
    connectwith.unload("settings.nearest")  # nothing is left to be done
    from connectwith.settings import nearest as again

    assert again is not nearest


@pytest.mark.parametrize("error", [ValueError, GeneratorExit])
def test_what_a_callback_raises_is_printed(monkeypatch, error):
    said = []
    monkeypatch.setattr(sys, "print_exception", said.append, False)

    def raises(*args):
        raise error(*args)

    connectwith.call(raises, "a", 1)
    assert type(said[0]) is error and said[0].args == ("a", 1)


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_what_ends_the_program_goes_on(error):
    def raises():
        raise error

    with pytest.raises(error):
        connectwith.call(raises)
