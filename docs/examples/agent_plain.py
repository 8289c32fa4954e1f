# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The same without the helper: 40 lines with paho-mqtt alone, for one kind of message."""

import json
import os

import paho.mqtt.client as mqtt

last = {}  # the last number of each outbox; a program that must not forget keeps it in a file


def once(device, data):
    """The data of a message, out of its envelope if it is a kept one; None: it came before."""
    if not isinstance(data, dict) or data.keys() != {"outbox", "n", "data"}:
        return data
    box = device, data["outbox"]
    if data["n"] <= last.get(box, 0):
        return None
    last[box] = data["n"]
    return data["data"]


def on_connect(client, userdata, flags, reason, properties):
    print("broker:", reason)
    client.subscribe([("imp/+/status", 1), ("imp/+/agent/#", 1)])  # anew after each loss


def on_message(client, userdata, message):
    _, device, kind, *name = message.topic.split("/")
    try:
        data = json.loads(message.payload.decode())
        if kind == "status":
            print(device, "is", data)
        elif name == ["reading"] and not message.retain:
            data = once(device, data)
            if data is None:
                return
            print(device, "reads", data["celsius"])
            client.publish(f"imp/{device}/device/thanks", json.dumps(data["n"]), qos=1)
    except Exception as error:  # one device's message must not end the agent of all
        print(device, "sent something else:", repr(error))


client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, "plain-agent", clean_session=False)
client.on_connect, client.on_message = on_connect, on_message
client.tls_set(os.environ.get("BROKER_CA"))  # none: the authorities of this system
if "BROKER_USER" in os.environ:
    client.username_pw_set(os.environ["BROKER_USER"], os.environ["BROKER_PASSWORD"])
client.connect(os.environ["BROKER_HOST"], int(os.environ.get("BROKER_PORT", "8883")))
client.loop_forever()  # connects again by itself
