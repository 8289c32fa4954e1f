# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""A small unittest for MicroPython, enough for the tests in MicroPython's own suites.

It stands for micropython-lib's package, which a release tarball lacks. The summary has the form
that MicroPython's run-tests.py looks for.
"""

import sys


class SkipTest(Exception):
    """Raised by a test, a class or a module that cannot run here."""


class _Raises:
    def __init__(self, expected):
        self._expected = expected
        self.exception = None

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        if kind is None:
            raise AssertionError("%r not raised" % (self._expected,))
        self.exception = value
        return issubclass(kind, self._expected)


class _SubTest:
    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        return False


class TestCase:
    """Base of test classes: methods named test... are run, each after setUp()."""

    def setUp(self):
        pass

    def tearDown(self):
        pass

    @classmethod
    def setUpClass(cls):
        pass

    @classmethod
    def tearDownClass(cls):
        pass

    def skipTest(self, reason):
        raise SkipTest(reason)

    def subTest(self, msg=None, **params):
        return _SubTest()

    def fail(self, msg=None):
        raise AssertionError(msg)

    def _check(self, ok, default, msg):
        if not ok:
            raise AssertionError(default if msg is None else msg)

    def assertEqual(self, first, second, msg=None):
        self._check(first == second, "%r != %r" % (first, second), msg)

    def assertNotEqual(self, first, second, msg=None):
        self._check(first != second, "%r == %r" % (first, second), msg)

    def assertTrue(self, value, msg=None):
        self._check(value, "%r is not true" % (value,), msg)

    def assertFalse(self, value, msg=None):
        self._check(not value, "%r is not false" % (value,), msg)

    def assertIs(self, first, second, msg=None):
        self._check(first is second, "%r is not %r" % (first, second), msg)

    def assertIsNot(self, first, second, msg=None):
        self._check(first is not second, "both are %r" % (first,), msg)

    def assertIsNone(self, value, msg=None):
        self._check(value is None, "%r is not None" % (value,), msg)

    def assertIsNotNone(self, value, msg=None):
        self._check(value is not None, "is None", msg)

    def assertIn(self, member, container, msg=None):
        self._check(member in container, "%r not in %r" % (member, container), msg)

    def assertNotIn(self, member, container, msg=None):
        self._check(member not in container, "%r in %r" % (member, container), msg)

    def assertIsInstance(self, value, kind, msg=None):
        self._check(isinstance(value, kind), "%r is no %r" % (value, kind), msg)

    def assertGreater(self, first, second, msg=None):
        self._check(first > second, "%r is not above %r" % (first, second), msg)

    def assertGreaterEqual(self, first, second, msg=None):
        self._check(first >= second, "%r is below %r" % (first, second), msg)

    def assertLess(self, first, second, msg=None):
        self._check(first < second, "%r is not below %r" % (first, second), msg)

    def assertLessEqual(self, first, second, msg=None):
        self._check(first <= second, "%r is above %r" % (first, second), msg)

    def assertAlmostEqual(self, first, second, places=7, msg=None, delta=None):
        limit = 10**-places / 2 if delta is None else delta
        self._check(abs(first - second) <= limit, "%r is not near %r" % (first, second), msg)

    def assertRaises(self, expected, func=None, *args, **kwargs):
        if func is None:
            return _Raises(expected)
        with _Raises(expected):
            func(*args, **kwargs)


def skip(reason):
    """Decorate a test or a class that is never to be run."""

    def decorate(obj):
        def skipped(self):
            raise SkipTest(reason)

        return skipped

    return decorate


def skipIf(condition, reason):
    """Decorate a test that is left out when `condition` is true."""
    return skip(reason) if condition else lambda obj: obj


def skipUnless(condition, reason):
    """Decorate a test that is left out when `condition` is false."""
    return skipIf(not condition, reason)


class _Count:
    def __init__(self):
        self.ran = 0
        self.failures = 0
        self.errors = 0
        self.skipped = 0

    def run(self, function):
        try:
            function()
            return True
        except SkipTest:
            self.skipped += 1
        except AssertionError as error:
            self.failures += 1
            sys.print_exception(error)
        except Exception as error:
            self.errors += 1
            sys.print_exception(error)
        return False

    def run_test(self, case, name):
        def body():
            case.setUp()
            try:
                getattr(case, name)()
            finally:
                case.tearDown()

        self.ran += 1
        print("%s (%s) ..." % (name, type(case).__name__))
        self.run(body)

    def run_class(self, cls):
        if self.run(cls.setUpClass):
            for name in sorted(dir(cls)):
                if name.startswith("test"):
                    self.run_test(cls(), name)
            self.run(cls.tearDownClass)


def main(module="__main__"):
    """Run all test classes of a module and print the summary."""
    count = _Count()
    namespace = __import__(module).__dict__ if isinstance(module, str) else module.__dict__
    for name in sorted(namespace):
        value = namespace[name]
        if isinstance(value, type) and issubclass(value, TestCase) and value is not TestCase:
            count.run_class(value)
    print("-" * 70)
    print("Ran %d tests\n" % count.ran)
    if count.failures or count.errors:
        print("FAILED (failures=%d, errors=%d)" % (count.failures, count.errors))
    elif count.skipped:
        print("OK (skipped=%d)" % count.skipped)
    else:
        print("OK")
