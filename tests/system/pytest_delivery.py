# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Every message that send() has reported as acknowledged has arrived, whatever the link does.

`--messages 10000 --cuts 20` for the long run.
"""

import json
import random
import time

from heard import heard

_SENDER = """
import agent
def deliver(count):
    # Each number until it was acknowledged; the results other than 0, and how often.
    refused = {}
    number = 0
    end = time.ticks_add(time.ticks_ms(), 600000)
    while number < count and time.ticks_diff(end, time.ticks_ms()) > 0:
        result = agent.send("number", "%06d" % number + "x" * 192)
        if result:
            refused[result] = refused.get(result, 0) + 1
            time.sleep_ms(5)
        else:
            number += 1
    print(repr((number, refused)))
"""


def test_acknowledged_messages_have_arrived(device, world, request):
    count = request.config.getoption("--messages")
    cuts = request.config.getoption("--cuts")
    chance = random.Random(request.config.getoption("--random-seed"))
    device.repl.run(_SENDER)
    device.repl.run("server.setsendtimeoutpolicy(server.RETURN_ON_ERROR, server.WAIT_FOR_ACK, 5)")
    assert device.connect(device.ethernet()) == 5
    first = len(world.broker.messages)
    device.repl.send(f"deliver({count})")
    done = 0
    for cut in range(1, cuts + 1):
        # Somewhere in this part of the messages, so that the cuts spread over all of them.
        target = first + chance.randrange(
            count * cut // (cuts + 1), count * (cut + 1) // (cuts + 1)
        )
        end = time.monotonic() + 120
        while len(world.broker.messages) < target and time.monotonic() < end:
            time.sleep(0.002)
        world.ethernet.unplug()
        time.sleep(chance.uniform(0.0, 0.4))
        world.ethernet.plug()
        done += 1
    sent, refused = eval(device.repl.finish(timeout=600))
    assert sent == count, f"{sent} of {count} acknowledged; {refused}"
    assert done == cuts
    assert set(refused) <= {1, 2, 3}
    arrived = {
        json.loads(payload)[:6]
        for topic, payload, _ in heard(world)[first:]
        if topic.endswith("/agent/number")
    }
    missing = {f"{number:06d}" for number in range(count)} - arrived
    assert missing == set()
    if cuts:
        assert refused, "no cut was felt"
