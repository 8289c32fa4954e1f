# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""An agent: keeps each device's last reading and its settings.

    ./tools/cw agent docs/examples/agent.py --cloud mqtts://broker.example --ca ca.pem

The device's half:

    import agent
    agent.on("settings", apply)
    agent.send("hello", None)                       # when it is ready for its settings
    agent.send("reading", {"n": 17, "celsius": 21.5})
"""


def agent(device, server):
    """Called once for each device; what is defined here belongs to this device alone."""
    state = {"every_s": 60, "last": None, **server.load()}

    def hello(_):
        device.send("settings", {"every_s": state["every_s"]})

    def reading(data):
        if state["last"] is not None and data["n"] == state["last"]["n"]:
            return  # the same one: messages come at least once
        state["last"] = data
        server.save(state)
        if data["celsius"] > 40:
            server.error("too hot")

    device.on("hello", hello)
    device.on("reading", reading)
    device.onconnect(lambda: server.log("online"))
    device.ondisconnect(lambda: server.log("offline"))
