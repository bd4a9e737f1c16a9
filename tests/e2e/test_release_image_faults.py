"""A release that breaks at any call of the registry: a second one, or --resume, gives the image its names, once."""
import harness
from registry_proxy import RegistryProxy
from release_image_case import ImageTest


class Calls(ImageTest):
    def ground(self, name):
        """A fresh repository and registry, with what stands between them."""
        self.make_repository(name)
        self.registry = self.start_registry(f"registry-{name}")
        self.given = []
        self.proxy = RegistryProxy(self.registry.name, after_manifest=self.given.append)
        self.addCleanup(self.proxy.stop)
        self.promote(name=self.proxy.name)
        return self.publish()

    def test_every_call_may_end_it(self):
        """Refused, or done and told otherwise."""
        digest = self.ground("plain")
        self.release(code=0)
        self.check(digest)
        calls = list(self.proxy.asked)
        self.assertGreater(len([c for c in calls if not c.startswith("PUT")]), 2, calls)
        self.assertEqual(len([c for c in calls if c.startswith("PUT")]), 2, calls)
        for number, call in enumerate(calls):
            for how in ("refused", "done"):
                with self.subTest(f"{number}: {call}, {how}"):
                    self.broken_at(number, how)

    def broken_at(self, number, how):
        digest = self.ground(f"{number}-{how}")
        fault = 403 if how == "refused" else ("done", 403)
        self.proxy.fault = lambda _method, _path: fault if len(self.proxy.asked) == number + 1 else None
        self.release(code=3)
        self.proxy.fault = None
        self.release(*(["--resume"] if number % 2 else []), code=0)
        self.check(digest)
        self.assertEqual(sorted(self.given), ["1.1.0", "latest"], "each name is given once")
        self.registry.stop()


if __name__ == "__main__":
    harness.main()
