"""Blue-green deploys to Kubernetes: two whole sets, one switch, and back, while requests run."""
from harness import main
from kube_harness import AUTOSCALER, DeployTest, Load

BLUE_GREEN = "{blue-green: {deadline: 60s}}"


class BlueGreen(DeployTest):
    special_images = {"broken": ["--never-ready"], "sick": ["--fail", "500"],
                      "late": ["--fail", "500", "--fail-after", "100"]}

    def deploy(self, image, code=0, strategy=BLUE_GREEN, **options):
        return super().deploy(image, code, strategy=strategy, **options)

    def selector(self):
        return self.cluster.get("Service", "app", "team")["spec"]["selector"]

    def test_from_nothing_to_blue_to_green_and_again(self):
        self.deploy("app:v1")
        self.assertEqual({"app": "app", "pipectl.dev/slot": "blue"}, self.selector())
        for image, slot, version in (("app:v2", "green", "v2"), ("app:v3", "blue", "v3")):
            with Load(self.cluster, "team") as load:
                self.deploy(image)
            self.assertEqual([], load.failed)
            self.assertEqual({"app": "app", "pipectl.dev/slot": slot}, self.selector())
            self.assertEqual(version, self.version())
            self.assertEqual(load.versions, sorted(load.versions), "it switches once, and at once")
        self.assertEqual({"app-blue": 3, "app-green": 0}, self.replicas())

    def test_from_a_plain_deployment_without_a_request_to_both(self):
        self.deploy("app:v1", strategy="rolling")
        with Load(self.cluster, "team") as load:
            self.deploy("app:v2")
        self.assertEqual([], load.failed)
        self.assertEqual(load.versions, sorted(load.versions))
        self.assertEqual({"app": 0, "app-green": 3}, self.replicas())

    def test_a_release_that_answers_500_after_the_switch_is_switched_back(self):
        self.deploy("app:v1")
        with Load(self.cluster, "team") as load:
            text = self.deploy("app:sick", code=5)
        self.assertIn("rolled back to app:v1", text)
        self.assertEqual({(500, "sick")}, {(status, answer.get("version")) for status, answer in load.failed})
        self.assertEqual({"v1"}, set(load.versions))
        self.assertEqual({"app": "app", "pipectl.dev/slot": "blue"}, self.selector())
        self.assertEqual(({"app-blue": 3}, "v1"), (self.replicas(), self.version()))

    def test_an_image_that_never_gets_ready_is_never_switched_to(self):
        self.deploy("app:v1", strategy="rolling")
        with Load(self.cluster, "team") as load:
            text = self.deploy("app:broken", code=5, strategy="{blue-green: {deadline: 3s}}")
        self.assertIn("rolled back to app:v1", text)
        self.assertEqual(([], {"v1"}), (load.failed, set(load.versions)))
        self.assertEqual(({"app": "app"}, {"app": 3}), (self.selector(), self.replicas()))

    def test_a_release_that_falls_ill_while_the_old_one_is_held(self):
        self.deploy("app:v1")
        self.pipeline("app:late", strategy="{blue-green: {deadline: 60s, hold: 8s}}")
        with Load(self.cluster, "team") as load:
            done = self.pipectl("run", "--ui", "plain", code=5, env=self.env)
        self.assertIn("health: 1 healthy", done.stdout)  # when it was looked at first
        self.assertIn("500, want 200", done.stdout)
        self.assertIn("rolled back to app:v1", done.stdout)
        self.assertLess(load.versions.index("v1"), load.versions.index("late"))
        self.assertEqual({(500, "late")}, {(status, answer.get("version")) for status, answer in load.failed})
        self.assertEqual({"app": "app", "pipectl.dev/slot": "blue"}, self.selector())
        self.assertEqual(({"app-blue": 3}, "v1"), (self.replicas(), self.version()))


class Autoscaled(DeployTest):
    """The autoscaler goes where the traffic goes."""

    special_images = {"sick": ["--fail", "500"]}

    def manifest(self, **changes):
        return super().manifest(**changes) + AUTOSCALER

    def scaled(self):
        autoscaler = self.cluster.get("HorizontalPodAutoscaler", "app", "team")
        return autoscaler["spec"]["scaleTargetRef"]["name"]

    def test_the_set_that_serves_is_scaled(self):
        self.deploy("app:v1", strategy="rolling")
        self.assertEqual("app", self.scaled())
        self.kubectl("scale", "-n", "team", "deployment/app", "--replicas=4")  # the autoscaler
        self.kubectl("rollout", "status", "-n", "team", "deployment/app", "--timeout=60s")
        self.deploy("app:v2", strategy=BLUE_GREEN)
        self.assertEqual(("app-green", {"app": 0, "app-green": 4}), (self.scaled(), self.replicas()))
        self.deploy("app:sick", code=5, strategy=BLUE_GREEN)
        self.assertEqual(("app-green", {"app": 0, "app-green": 4}), (self.scaled(), self.replicas()))
        moves = [e.after["spec"]["scaleTargetRef"]["name"] for e in self.cluster.store.events
                 if e.after and e.kind.kind == "HorizontalPodAutoscaler"]
        self.assertEqual("app-blue", moves[-2], "it was there, and came back")
        self.deploy("app:v3", strategy="rolling")
        self.assertEqual(("app-green", "v3"), (self.scaled(), self.version()))


if __name__ == "__main__":
    main()
