"""core/git against a real git daemon."""

import unittest

from git_cases import DaemonCase
from git_transports import EveryTransport


class Daemon(EveryTransport, DaemonCase):
    pass


if __name__ == "__main__":
    unittest.main()
