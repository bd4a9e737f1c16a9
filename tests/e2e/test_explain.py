"""What `explain` says of a finished run."""
from harness import PipectlTest, main


class Explain(PipectlTest):
    def setUp(self):
        super().setUp()
        self.write("""
            name: p
            stages:
              lint: {run: 'true'}
              build: {run: 'exit 4'}
              test: {needs: [build], run: 'true'}
              pack: {needs: [test, lint], run: 'true'}
        """)
        self.pipectl("run", "--keep-going", code=1)

    def test_a_stage_that_ran_names_what_it_needs(self):
        text = self.pipectl("explain", "build", code=0).stdout
        self.assertRegex(text, r"needs +lint")
        self.assertIn("all that it needs had ended", text)

    def test_a_stage_without_needs(self):
        self.assertIn("it needs nothing", self.pipectl("explain", "lint", code=0).stdout)

    def test_a_skipped_stage_leads_to_where_it_began(self):
        text = self.pipectl("explain", "pack", code=0).stdout
        self.assertRegex(text, r"needs +lint.*test")
        self.assertIn("build", text)


if __name__ == "__main__":
    main()
