# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The README's script does what the README says."""

import pathlib
import re

_README = pathlib.Path(__file__).resolve().parents[2] / "README.md"


def test_script_of_the_readme(repl, world):
    scripts = re.findall(r"```python\n(.*?)```", _README.read_text(), re.DOTALL)
    assert len(scripts) == 1
    home = world.wifi["home"]
    script = scripts[0]
    for shown, real in (
        ("mqtts://broker.example:8883", world.broker.url),
        ('"home"', repr(home.ssid)),
        ('"…"', repr(home.key)),
    ):
        assert script.count(shown) == 1
        script = script.replace(shown, real)
    repl.run(f"with open('ca.pem', 'wb') as file: file.write({world.broker.ca_pem!r})")
    repl.run(script)
    repl.run("import time\ntime.sleep(2)", timeout=10)
    assert world.broker.wait_for("imp/*/log", timeout=5)[1] == b'"connected over wl0"'
