# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The modem's clock: +CCLK: "yy/MM/dd,hh:mm:ss+zz" (AT Command Manual, 3.2.17).

The time is local; zz is its offset from UTC in quarters of an hour. Before the network has sent
the time, there is no zone, and the date is the modem's default."""

from micropython import const

_LENGTH = const(20)
_SEPARATORS = const("//,::")
_DAYS_BEFORE = const(b"\x00\x1f\x3b\x5a\x78\x97\xb5\xd4\xf3\x11\x30\x4e")  # modulo 256
_YEAR_MAX = const(69)  # 70 and 80 are defaults of modems
_ZONE_MAX = const(56)  # 14 hours, the largest in use (Line Islands)


def seconds(text, floor_s):
    """UTC in seconds since 2000 from the quoted part of +CCLK, or None if the network has not sent
    the time. A time before `floor_s` is rejected."""
    if len(text) != _LENGTH:
        return None
    numbers = []
    for i in range(6):
        if i and text[3 * i - 1] != _SEPARATORS[i - 1]:
            return None
        numbers.append(_two_digits(text, 3 * i))
    numbers.append(_two_digits(text, 18))
    if min(numbers) < 0 or text[17] not in "+-":
        return None
    year, month, day, hour, minute, second, zone = numbers
    if not 1 <= month <= 12 or not 1 <= day <= 31 or hour > 23 or minute > 59 or second > 60:
        return None
    if zone > _ZONE_MAX or year > _YEAR_MAX:
        return None
    days = 365 * year + (year + 3) // 4 + _days_before(month) + day - 1
    if month > 2 and year % 4 == 0:
        days += 1
    local_s = days * 86400 + hour * 3600 + minute * 60 + second
    utc_s = local_s - 900 * zone if text[17] == "+" else local_s + 900 * zone
    return utc_s if utc_s >= floor_s else None


def _two_digits(text, at):
    tens, ones = text[at], text[at + 1]
    if not ("0" <= tens <= "9" and "0" <= ones <= "9"):
        return -1
    return int(tens) * 10 + int(ones)


def _days_before(month):
    return _DAYS_BEFORE[month - 1] + (256 if month >= 10 else 0)
