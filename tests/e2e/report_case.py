"""What the tests of reports share: the ends of stages, tools that have to be there."""
import os
import shutil
import unittest

from harness import IN_CI, PipectlTest, clean_environment


def needs(*programs):
    """Skips where a tool is absent; a build machine has to have it."""
    missing = [p for p in programs if not shutil.which(p)]
    return unittest.skipIf(missing and not IN_CI, f"not installed: {missing}")


class ReportTest(PipectlTest):
    def finished(self, *args, code=None):
        # The distribution's Python first: it is the one that the tools are installed for.
        env = clean_environment(PATH="/usr/bin:/bin:" + os.environ["PATH"])
        return {e["stage"]: e for e in self.events(*args, code=code, env=env)
                if e["event"] == "stage.finished"}
