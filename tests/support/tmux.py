"""A real terminal emulator: tmux, driven through its control mode, which tells when something changed."""
import subprocess
import tempfile
import threading


class Tmux:
    def __init__(self, cwd, env, columns=100, rows=30):
        self.folder = tempfile.TemporaryDirectory(prefix="pipectl-tmux-")
        self.base = ["tmux", "-S", self.folder.name + "/s", "-f", "/dev/null"]
        self.env = env
        self.run("new-session", "-d", "-x", columns, "-y", rows, "-s", "t", "-c", cwd,
                 "sh", ";", "set", "-g", "status", "off", ";", "set", "-g", "window-size", "manual")
        self.control = subprocess.Popen([*self.base, "-C", "attach", "-t", "t"], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env)
        self.watchdog = threading.Timer(60, self.control.kill)
        self.watchdog.start()

    def run(self, *args):
        done = subprocess.run([*self.base, *map(str, args)], env=self.env, check=True,
                              stdout=subprocess.PIPE, text=True)
        return done.stdout

    def keys(self, *keys):
        self.run("send-keys", "-t", "t", *keys)

    def command(self, line):
        self.keys("-l", line)
        self.keys("Enter")

    def resize(self, columns, rows):
        self.run("resize-window", "-t", "t", "-x", columns, "-y", rows)

    def screen(self, colours=False):
        return self.run("capture-pane", "-p", "-t", "t", *(["-e"] if colours else []))

    def history(self):
        return self.run("capture-pane", "-p", "-t", "t", "-S", "-")

    def cursor_is_shown(self):
        return self.run("display", "-p", "-t", "t", "#{cursor_flag}").strip() == "1"

    def wait_for(self, holds):
        """The first screen for which `holds(text)` is true, looked at whenever something changed."""
        while True:
            text = self.screen()
            if holds(text):
                return text
            if not self.control.stdout.readline():
                raise AssertionError("it never came:\n" + text)

    def close(self):
        self.watchdog.cancel()
        subprocess.run([*self.base, "kill-server"], env=self.env, check=False,
                       stderr=subprocess.DEVNULL)
        self.control.communicate()
        self.folder.cleanup()
