"""What expressions outside of stages read: `source.ref`."""
from harness import PipectlTest, main


class SourceRef(PipectlTest):
    def setUp(self):
        super().setUp()
        self.up = self.folder / "up"
        self.up.mkdir()
        self.git("init", "-q", cwd=self.up)
        for tag in ("v1", "v2"):
            (self.up / "which").write_text(tag)
            self.git("add", "-A", cwd=self.up)
            self.git("commit", "-q", "-m", tag, cwd=self.up)
            self.git("tag", tag, cwd=self.up)

    def seen(self, *args, code=0, env="{REF: v1}", ref="${{ env.REF }}"):
        self.write(f"""
            name: ref
            env: {env}
            params: {{given: {{optional: true}}}}
            source: {{url: ./up, ref: '{ref}'}}
            stages:
              look: {{run: 'cat which'}}
            """)
        done = self.pipectl("run", "--ui", "plain", *args, code=code)
        return done.stdout + done.stderr

    def test_env_of_the_file_names_the_commit(self):
        self.assertIn("v1", self.seen())

    def test_a_variable_of_the_command_line_wins(self):
        self.assertIn("v2", self.seen("-e", "REF=v2"))
        self.assertIn("v2", self.seen("-e", "N=2", env="{N: '1', REF: 'v${{ env.N }}'}"))

    def test_an_empty_ref_is_not_the_default_branch(self):
        out = self.seen(code=2, ref="${{ params.given }}")
        self.assertIn("source.ref: ${{ params.given }} is empty", out)


if __name__ == "__main__":
    main()
