"""Damaged files in the state directory: a cache heals, the history is refused and left as it is."""
import hashlib
import sqlite3

import harness

PIPELINE = """
    name: shop
    stages:
      build: {run: 'cat in > out; echo run >> runs', inputs: [in], outputs: [out]}
"""


class DamageTest(harness.PipectlTest):
    def setUp(self):
        super().setUp()
        self.write(PIPELINE)
        self.write("1", "in")
        self.pipectl("run", "--ui", "plain", code=0)
        self.state = self.folder / ".pipectl"

    def runs(self):
        return len((self.folder / "runs").read_text().splitlines())

    def content(self):
        return {p: hashlib.sha256(p.read_bytes()).hexdigest()
                for p in self.state.rglob("*") if p.is_file() and not p.name.endswith("-shm")}

    def damages(self, database):
        def newer():
            connection = sqlite3.connect(database)
            connection.execute("PRAGMA user_version = 4711")
            connection.close()

        whole = database.read_bytes()
        yield "garbage", lambda: database.write_bytes(b"g" * 9000)
        yield "cut off", lambda: database.write_bytes(whole[:len(whole) // 2])
        yield "nearly nothing", lambda: database.write_bytes(whole[:20])
        yield "newer", newer

    def test_a_damaged_list_of_results_is_begun_anew(self):
        database = self.state / "cache" / "fingerprints.db"
        for ran, (name, damage) in enumerate(self.damages(database), start=1):
            with self.subTest(name):
                damage()
                done = self.pipectl("run", "--ui", "plain", code=0)
                self.assertIn("begun anew", done.stdout + done.stderr)
                self.assertEqual(self.runs(), ran + 1)
                again = self.pipectl("run", "--ui", "plain", code=0)
                self.assertNotIn("warning", again.stdout + again.stderr)
                self.assertEqual(self.runs(), ran + 1)
                self.assertTrue((self.state / "cache" / "fingerprints.db.damaged").exists())

    def test_a_list_that_cannot_be_had_lets_every_stage_run(self):
        lock = self.state / "cache" / "fingerprints.db.lock"
        lock.unlink()
        lock.mkdir()
        (self.state / "cache" / "fingerprints.db").unlink()
        done = self.pipectl("run", "--ui", "plain", code=0)
        self.assertIn("stages with inputs run in any case", done.stderr)
        self.assertEqual(self.runs(), 2)

    def test_a_damaged_history_is_refused_and_left_alone(self):
        database = self.state / "runs.db"
        whole = database.read_bytes()
        for name, damage in self.damages(database):
            with self.subTest(name):
                damage()
                before = self.content()
                for command in (["run"], ["run", "--resume"], ["runs"], ["runs", "show"],
                                ["logs", "build"], ["explain", "build"], ["runs", "clean", "--all"]):
                    done = self.pipectl(*command, code=3)
                    self.assertIn("runs.db", done.stderr)
                    self.assertIn("hint:", done.stderr)
                    self.assertEqual(self.content(), before, command)
                database.write_bytes(whole)
        self.assertIn("passed", self.pipectl("runs", code=0).stdout)
        database.rename(self.folder / "away")
        self.pipectl("run", "--ui", "plain", code=0)


if __name__ == "__main__":
    harness.main()
