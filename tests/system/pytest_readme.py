# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The README's script does what the README says."""

import pathlib
import re

_README = pathlib.Path(__file__).resolve().parents[2] / "README.md"


def test_script_of_the_readme(repl, world):
    scripts = re.findall(r"```python\n(.*?)```", _README.read_text(), re.DOTALL)
    assert len(scripts) == 1
    home, broker = world.wifi["home"], world.broker
    names = {"SSID": home.ssid, "KEY": home.key, "BROKER": broker.host, "PORT": broker.port}
    settings = "".join(f"{name} = {value!r}\n" for name, value in names.items())
    repl.run(f"with open('my_network.py', 'w') as file: file.write({settings!r})")
    repl.run(f"with open('ca.pem', 'wb') as file: file.write({world.broker.ca_pem!r})")
    repl.run(scripts[0])
    repl.run("import time\ntime.sleep(2)", timeout=10)
    assert world.broker.wait_for("imp/*/log", timeout=5)[1] == b'"connected over wl0"'
