"""The files of a release on GitHub: what goes there, what stays, what comes later."""
import json
import os
import subprocess
from hashlib import sha256

import harness
from release_case import PublishedTest


class Files(PublishedTest):
    def test_a_bill_of_materials_goes_with_the_release_where_there_is_one(self):
        self.write(self.pipeline.replace("assets: ['dist/*.tgz']", "sbom: ['dist/*.spdx.json', 'dist/*.cdx.json']"))
        self.commit("chore: pipeline")
        made = "SHA256SUMS and provenance.intoto.json"
        dry = self.pipectl("release", "--dry-run", code=0, env=self.environment(GITHUB_TOKEN="")).stdout
        for form in ("spdx", "cdx"):
            self.assertIn(f"upload dist/*.{form}.json, if it is made, and then {made}\n", dry)
        self.assertNotIn(f"  upload {made}\n", dry, "nothing says that they come in any case")
        bom = json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": []})
        self.write(bom, "dist/shop.cdx.json")
        dry = self.pipectl("release", "--dry-run", code=0, env=self.environment(GITHUB_TOKEN="")).stdout
        self.assertIn(f"upload shop.cdx.json ({len(bom)} B)\n", dry)
        self.assertIn("upload dist/*.spdx.json, if it is made\n", dry)
        self.assertIn(f"  upload {made}\n", dry)
        self.release(code=0)
        files = self.github.files()
        self.assertEqual(sorted(files), ["SHA256SUMS", "provenance.intoto.json", "shop.cdx.json"])
        self.assertEqual(files["shop.cdx.json"], bom)
        self.assertEqual(files["SHA256SUMS"].split(), [sha256(bom.encode()).hexdigest(), "shop.cdx.json"])
        subjects = json.loads(files["provenance.intoto.json"])["subject"]
        self.assertEqual([one["name"] for one in subjects], ["shop.cdx.json"])
        self.commit("fix: more")
        (self.repo / "dist" / "shop.cdx.json").unlink()
        self.release(code=0)
        last = self.github.releases[-1]
        self.assertEqual((last["tag_name"], last["draft"]), ("v1.1.1", False))
        self.assertEqual([a for a in self.github.assets.values() if a["release"] == last["id"]], [])

    def test_a_large_file_is_not_held_in_memory(self):
        def release(size):
            with open(self.repo / "dist" / "shop.tgz", "wb") as asset:
                asset.truncate(size)
            self.commit("fix: more")
            said = self.enterContext(open(self.top / "said", "w", encoding="utf-8"))
            run = subprocess.Popen([harness.PIPECTL, "release", "--ui", "plain"], cwd=self.repo,
                                   env=self.environment(), stdout=said, stderr=said)
            _, status, usage = os.wait4(run.pid, 0)
            run.returncode = os.waitstatus_to_exitcode(status)
            self.assertEqual(run.returncode, 0, (self.top / "said").read_text())
            sizes = [a["size"] for a in self.github.assets.values() if a["name"] == "shop.tgz"]
            self.assertEqual(sizes[-1], size)
            return usage.ru_maxrss << 10
        small = release(1 << 10)
        self.assertLess(release(64 << 20) - small, 24 << 20)

    def lose(self, *names):
        """Somebody deletes files of the release."""
        for number in [n for n, asset in self.github.assets.items() if asset["name"] in names]:
            del self.github.assets[number]

    def test_what_is_published_stays_as_it_is(self):
        self.release(code=0)
        before = self.github.files()
        for gone in ([], ["provenance.intoto.json"]):
            self.lose(*gone)
            self.write("otherwise", "dist/shop.tgz")
            done = self.release(code=1)
            self.assertIn("the release has SHA256SUMS, shop.tgz already, with another content",
                          done.stdout + done.stderr)
            self.assertEqual(self.github.files(), {n: c for n, c in before.items() if n not in gone})

    def test_files_that_a_published_release_lacks(self):
        self.release(code=0)
        before = self.github.files()
        for lost in (["shop.tgz"], ["shop.tgz", "SHA256SUMS"], ["provenance.intoto.json"]):
            self.lose(*lost)
            done = self.release(code=0)
            self.assertIn(f"github: {len(lost)} file", done.stdout)
            self.check_published(self.github)
            self.assertEqual(self.github.files()["SHA256SUMS"], before["SHA256SUMS"])
        # Packed anew, and not as it was: the checksums that are published do not know it.
        self.lose("shop.tgz")
        self.write("otherwise", "dist/shop.tgz")
        self.assertIn("the release has SHA256SUMS already", self.release(code=1).stdout)
        self.assertNotIn("shop.tgz", self.github.files())
        # Files of a later commit are not those of the release.
        self.commit("docs: words")
        self.lose("SHA256SUMS")
        done = self.release(code=0)
        self.assertIn("warning: the release of v1.1.0 on GitHub lacks files", done.stdout)
        self.assertEqual(list(self.github.files()), ["provenance.intoto.json"])


if __name__ == "__main__":
    harness.main()
