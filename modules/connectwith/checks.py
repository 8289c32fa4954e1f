# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Values of settings: keys, texts, secrets, names of hosts and addresses, each checked.

What is wrong is a TypeError or a ValueError whose text begins with the key.
"""

import _connectwith

_BLOB_MAX = 256  # a sealed secret is its plain text plus an envelope of fixed size

# Sealed values in the form that survives json.dumps(), which writes bytes as if they were text:
# this, and base64. It is longer than any plain value may be, so that a key may begin like it.
MARK = "sealed:"


def context(use, first, second=""):
    """What a sealed secret is bound to. NUL cannot occur in the parts."""
    return "\0".join((use, first, second))


def check_keys(block, known):
    """ValueError naming a key of `block` that is not one of `known`, and the nearest that is."""
    for key in block:
        if key not in known:
            from connectwith import nearest

            raise ValueError(nearest.complaint(key, known))


def text(block, key, least, most):
    """Entry `key` of `block`: a str of `least` to `most` bytes in UTF-8 without NUL."""
    if key not in block:
        raise ValueError(key + ": missing")
    value = block[key]
    if not isinstance(value, str):
        raise TypeError(key + ": must be a str")
    size = utf8_size(key, value, most)
    if not least <= size <= most:
        raise ValueError(key + ": must have " + str(least) + " to " + str(most) + " bytes")
    if "\0" in value:
        # The drivers take C strings: they would cut it there without a word.
        raise ValueError(key + ": has a NUL")
    return value


def utf8_size(key, value, most):
    """How many bytes `value` (str) has; over `most` it may be any number over that, and no copy is
    made. ValueError: it is not UTF-8, which a str of MicroPython may be."""
    size = len(value)
    if size <= most:
        try:
            data = value.encode()
            data.decode()
        except UnicodeError:
            raise ValueError(key + ": not UTF-8") from None
        size = len(data)
    return size


def secret(block, key, least, most, bound, forbidden=""):
    """Entry `key` as a blob that opens only for the use `bound`. str is plain, bytes sealed."""
    value = block[key]
    if isinstance(value, str) and len(value) > most and value[: len(MARK)] == MARK:
        value = value[: 2 * _BLOB_MAX].encode()
    if isinstance(value, (bytes, bytearray)):
        blob = bytes(value[: 2 * _BLOB_MAX])
        if blob[: len(MARK)] == MARK.encode():
            blob = _from_base64(key, blob[len(MARK) :])
        if len(blob) > _BLOB_MAX:
            raise ValueError(key + ": not a sealed value")
        plain = _open(key, blob, bound)
        text({key: plain}, key, least, most)
        return blob
    if not isinstance(value, str):
        raise TypeError(key + ": must be a str, or sealed bytes")
    text(block, key, least, most)
    if not is_printable(value, forbidden):
        raise ValueError(key + ": has a character that cannot be sent")
    return _connectwith.seal(value, bound)


def _open(key, blob, bound):
    try:
        return _connectwith.unseal(blob, bound).decode()
    except UnicodeError:
        raise ValueError(key + ": not a text") from None
    except ValueError as error:
        raise ValueError(key + ": " + str(error)) from None


def _from_base64(key, text):
    from binascii import a2b_base64

    try:
        return a2b_base64(text)
    except ValueError:
        raise ValueError(key + ": not a sealed value") from None


def is_printable(text, forbidden=""):
    """Whether a text has no control character, nothing that is no character (surrogates, U+FFFE
    and its like: a broker refuses both, MQTT 3.1.1, 1.5.3), and none of those forbidden."""
    for character in text:
        if character in forbidden:
            return False
        code = ord(character)
        if code < 0x20 or 0x7F <= code < 0xA0 or 0xD800 <= code < 0xE000:
            return False
        if code & 0xFFFE == 0xFFFE or 0xFDD0 <= code < 0xFDF0:
            return False
    return True


def is_host(text):
    """Whether `text` is the name of a host or an IPv4 address; nothing that some take for one and
    others for the other, as 10.1 or 010.0.0.1: no name ends in a number (RFC 3696, section 2)."""
    if not is_host_name(text):
        return False
    if not text.split(".")[-1].isdigit():
        return True
    try:
        check_quad("", text)
    except ValueError:
        return False
    return True


def is_host_name(text):
    """Whether `text` can be the name of a host: labels of letters, digits, '-' and '_'."""
    for label in text.split("."):
        if not 1 <= len(label) <= 63:
            return False
        for character in label:
            if not (
                "a" <= character.lower() <= "z" or "0" <= character <= "9" or character in "-_"
            ):
                return False
    return True


def check_quad(key, value):
    """`value` if it is a dotted quad; else TypeError or ValueError naming `key`."""
    if not isinstance(value, str):
        raise TypeError(key + ": must be a str")
    parts = value.split(".") if len(value) <= 15 else ()
    if len(parts) != 4:
        raise ValueError(key + ": not a dotted quad")
    for part in parts:
        # A leading zero means octal to some parsers and decimal to others.
        if not 1 <= len(part) <= 3 or part[0] == "0" and len(part) > 1:
            raise ValueError(key + ": not a dotted quad")
        for digit in part:
            if not "0" <= digit <= "9":
                raise ValueError(key + ": not a dotted quad")
        if int(part) > 255:
            raise ValueError(key + ": not a dotted quad")
    return value
