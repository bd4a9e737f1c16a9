"""A program in a terminal of its own, read only when the test wants to."""
import errno
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

PATIENCE = 60  # a guard against hanging, never a wait


class PtyRun:
    def __init__(self, argv, cwd, env, columns=100, rows=30):
        self.output = b""
        self.code = None
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            self.resize(columns, rows, 0)
            os.chdir(cwd)
            os.execve(argv[0], argv, env)

    def resize(self, columns, rows, fd=None):
        fcntl.ioctl(self.fd if fd is None else fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, keys):
        os.write(self.fd, keys)

    def kill(self, number):
        os.kill(self.pid, number)

    def _read(self, limit):
        left = limit - time.monotonic()
        if left <= 0 or not select.select([self.fd], [], [], left)[0]:
            raise AssertionError(f"nothing more came; so far: {self.text()[-2000:]}")
        try:
            data = os.read(self.fd, 65536)
        except OSError as error:
            if error.errno != errno.EIO:  # the other end is closed
                raise
            data = b""
        self.output += data
        return data

    def expect(self, pattern, since=0):
        """Reads until the pattern stands in what came after `since`; returns where it ends."""
        limit = time.monotonic() + PATIENCE
        while True:
            found = re.search(pattern.encode(), self.output[since:])
            if found:
                return since + found.end()
            if not self._read(limit):
                raise AssertionError(f"ended without {pattern}: {self.text()[-2000:]}")

    def finish(self):
        """Reads to the end; returns the exit code as a shell has it."""
        limit = time.monotonic() + PATIENCE
        while self._read(limit):
            pass
        return self.wait()

    def wait(self):
        """Waits for the end without reading anything."""
        if self.code is None:
            watch = os.pidfd_open(self.pid)
            ended = select.select([watch], [], [], PATIENCE)[0]
            os.close(watch)
            if not ended:
                raise AssertionError("it does not end")
            _, status = os.waitpid(self.pid, 0)
            self.code = os.waitstatus_to_exitcode(status)
        return self.code

    def text(self):
        return self.output.decode(errors="replace")

    def close(self):
        if self.code is None:
            self.kill(signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)
