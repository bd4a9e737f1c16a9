"""What the service answers, without and with a socket."""
import json
import threading
import unittest
import urllib.error
import urllib.request

from hello.app import BadRequest, Service, greeting, make_server


class GreetingTest(unittest.TestCase):
    def test_greets_by_name(self):
        self.assertEqual(greeting("Ada"), "Hello, Ada!")

    def test_spaces_around_a_name_do_not_count(self):
        self.assertEqual(greeting("  Ada "), "Hello, Ada!")

    def test_markup_in_a_name_is_text(self):
        self.assertEqual(greeting("<b>"), "Hello, &lt;b&gt;!")

    def test_a_name_is_needed_and_bounded(self):
        for name in ("", "   ", "x" * 101):
            with self.subTest(name=name), self.assertRaises(BadRequest):
                greeting(name)


class ServiceTest(unittest.TestCase):
    def test_routes(self):
        service = Service("1.2.3")
        self.assertEqual(service.answer("/health"), (200, {"status": "ok"}))
        self.assertEqual(service.answer("/ready"), (200, {"status": "ready", "version": "1.2.3"}))
        self.assertEqual(service.answer("/greet"), (200, {"greeting": "Hello, world!"}))
        self.assertEqual(service.answer("/greet?name=Ada")[1], {"greeting": "Hello, Ada!"})
        self.assertEqual(service.answer("/nowhere")[0], 404)
        self.assertEqual(service.answer("/greet?name=" + "x" * 101)[0], 400)

    def test_not_ready(self):
        status, body = Service("1.2.3", ready=False).answer("/ready")
        self.assertEqual((status, body["status"]), (503, "starting"))


class ServerTest(unittest.TestCase):
    def setUp(self):
        self.server = make_server(Service("1.2.3"), "127.0.0.1", 0)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def tearDown(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def get(self, path):
        url = f"http://127.0.0.1:{self.server.server_port}{path}"
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.headers["Content-Type"], json.load(answer)

    def test_answers_over_http(self):
        self.assertEqual(self.get("/greet?name=Ada"),
                         ("application/json", {"greeting": "Hello, Ada!"}))

    def test_an_unknown_path_is_404(self):
        with self.assertRaises(urllib.error.HTTPError) as caught:
            self.get("/nowhere")
        self.assertEqual(caught.exception.code, 404)
        caught.exception.close()


if __name__ == "__main__":
    unittest.main()
