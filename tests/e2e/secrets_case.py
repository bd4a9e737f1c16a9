"""What the tests of secrets share: a value, stand-ins for programs, who got what."""
import os
import shutil
import unittest

from harness import IN_CI, PipectlTest, clean_environment

VALUE = "hunter2-s3cret-value"
SHA = "a" * 40


def needs(*programs):
    """Skips, but in CI fails, where a program is not installed."""
    absent = [name for name in programs if not shutil.which(name)]
    return unittest.skipIf(absent and not IN_CI, f"not installed: {', '.join(absent)}")


class SecretsTest(PipectlTest):
    def program(self, name, script):
        """A stand-in on PATH that writes down how it was called."""
        path = self.folder / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >> "{self.folder}/called"\n{script}\n')
        path.chmod(0o755)

    def env(self, **extra):
        return clean_environment(PATH=f"{self.folder / 'bin'}:{os.environ['PATH']}", **extra)

    def called(self):
        path = self.folder / "called"
        return path.read_text().splitlines() if path.exists() else []

    def run_with(self, declaration, code=0, **options):
        """A stage that is granted KEY and keeps what it got beside the pipeline file."""
        self.write(f"""
            secrets: {{KEY: {declaration}}}
            stages:
              use: {{secrets: [KEY], run: 'printf %s "$KEY" > got; echo "got $KEY"'}}
        """)
        (self.folder / "got").unlink(missing_ok=True)
        return self.pipectl("run", "--ui", "plain", code=code, **options)

    def got(self):
        return (self.folder / "got").read_text()

    def private(self, text, name):
        path = self.write(text, name)
        path.chmod(0o600)
        return path

    def leaks(self, value=VALUE):
        """Files below the state directory that hold the value."""
        return [str(path) for path in (self.folder / ".pipectl").rglob("*")
                if path.is_file() and value.encode() in path.read_bytes()]
