"""Logins of AWS with the real `aws`: kubectl's to a cluster of EKS, docker's to a registry of ECR. Amazon is
a double that looks at every signature; the registry, docker and kubectl are real."""
import os
import pathlib
import shutil

from docker_case import DockerTest, docker_engine
from example_case import PATH, needs
from harness import clean_environment, main
from kube_harness import MANIFEST, KubeTest
from registry_case import Registry
import aws_double

AWS = shutil.which("aws", path=PATH)
ECR_PASSWORD = "password-of-the-registry"
KEYS = "AWS_ACCESS_KEY_ID: {env: AWS_ACCESS_KEY_ID}, AWS_SECRET_ACCESS_KEY: {env: AWS_SECRET_ACCESS_KEY}"
GRANTED = "secrets: [AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY]"


class AwsCase:
    """With `self.aws`, and an environment in which the real program asks it. A mix-in."""

    def start_aws(self, clusters):
        self.aws = aws_double.Aws(clusters, ECR_PASSWORD)
        self.addCleanup(self.aws.close)
        program = self.folder / "bin/aws"
        program.parent.mkdir()
        # Not every release knows AWS_ENDPOINT_URL. A token asks nobody: it is signed for the real service.
        program.write_text(f'#!/bin/sh\ncase "$*" in *get-token*) exec {AWS} "$@" ;; esac\n'
                           f'exec {AWS} --endpoint-url {self.aws.url} "$@"\n')
        program.chmod(0o755)

    def environment(self, key=aws_double.SECRET_KEY, **extra):
        return clean_environment(
            PATH=f"{self.folder}/bin:{os.environ['PATH']}", HOME=str(self.folder), AWS_ACCESS_KEY_ID=aws_double.KEY_ID,
            AWS_SECRET_ACCESS_KEY=key, AWS_DEFAULT_REGION=aws_double.REGION, AWS_EC2_METADATA_DISABLED="true",
            AWS_CONFIG_FILE="/dev/null", AWS_SHARED_CREDENTIALS_FILE="/dev/null", **extra)

    def assert_kept_nowhere(self, *values):
        """Neither in what pipectl keeps, nor beside it."""
        for path in self.folder.rglob("*"):
            if path.is_file() and self.folder / "bin" not in path.parents and "registry" not in path.parts:
                text = path.read_bytes()
                for value in values:
                    self.assertNotIn(value.encode(), text, path)


@needs("aws")
class Eks(AwsCase, KubeTest):
    def setUp(self):
        super().setUp()
        certificate = pathlib.Path(self.cluster.certificate).read_bytes()
        self.start_aws({"shop": (self.cluster.url, certificate)})
        self.accepted = []
        self.cluster.accepts = self.accepts
        self.write(MANIFEST, "k8s/app.yaml")
        self.write(f"""
            secrets: {{{KEYS}}}
            stages:
              cluster: {{{GRANTED}, run: aws eks update-kubeconfig --name shop --kubeconfig .kube/shop}}
              deploy:
                kind: deploy
                {GRANTED}
                kubernetes: {{manifests: k8s/, kubeconfig: .kube/shop, namespace: team, image: 'app:v1', replicas: 1}}
                health: [{{http: 'http://app:80/', within: 30s}}]
        """)

    def accepts(self, token):
        good = aws_double.is_token_of(token, "shop")
        self.accepted += [token] if good else []
        return good

    def test_a_deploy_with_a_token_for_each_call(self):
        env = self.environment()
        done = self.pipectl("run", "--ui", "plain", code=0, env=env, timeout=300)
        self.assertEqual((200, "v1"), self.status_and_version())
        self.assertTrue(self.accepted)
        self.assertNotIn(aws_double.SECRET_KEY, done.stdout + done.stderr)
        self.assert_kept_nowhere(aws_double.SECRET_KEY, *set(self.accepted))
        self.assertEqual([("GET", "/clusters/shop", "", 200)], self.aws.asked)

    def status_and_version(self):
        status, answer = self.ask(namespace="team")
        return status, answer["version"]

    def test_a_wrong_key_is_refused_by_amazon_and_by_the_cluster(self):
        env = self.environment(key="not-the-key")
        done = self.pipectl("run", "--ui", "plain", code=1, env=env, timeout=300)
        self.assertIn("InvalidSignatureException", done.stdout + done.stderr)
        self.pipectl("run", "-s", "cluster", code=0, env=self.environment(), timeout=300)
        done = self.pipectl("run", "--ui", "plain", "-s", "deploy", code=3, env=env, timeout=300)
        self.assertIn("log in again", done.stdout + done.stderr)
        self.assertIsNone(self.cluster.get("Deployment", "app", "team"))


@needs("aws", "docker", "docker-registry", "htpasswd")
class Ecr(AwsCase, DockerTest):
    def setUp(self):
        super().setUp()
        self.start_aws({})
        self.registry = Registry(self.folder / "registry", ECR_PASSWORD, "AWS")
        self.addCleanup(self.registry.stop)
        self.pipeline(f"""
            secrets: {{ECR_PASSWORD: {{command: [aws, ecr, get-login-password]}}}}
            stages:
              push:
                kind: publish
                secrets: [ECR_PASSWORD]
                docker:
                  image: IMAGE
                  to: '{self.registry.name}/team/app'
                  tags: ['1.0']
                  login: {{'{self.registry.name}': {{username: AWS, password: ECR_PASSWORD}}}}
            """)

    def push(self, code, **options):
        done = self.pipectl("run", "--ui", "plain", code=code, timeout=300,
                            env=self.environment(DOCKER_HOST=docker_engine.engine(), **options))
        return done.stdout + done.stderr

    def test_a_push_with_a_password_that_is_fetched_for_it(self):
        text = self.push(0)
        self.assertTrue(self.registry.digest("team/app", "1.0", ECR_PASSWORD).startswith("sha256:"))
        self.assertNotIn(ECR_PASSWORD, text)
        self.assert_kept_nowhere(ECR_PASSWORD, aws_double.SECRET_KEY)
        self.assertEqual([("POST", "/", aws_double.ECR_TARGET, 200)], self.aws.asked)

    def test_a_wrong_key(self):
        self.assertIn("InvalidSignatureException", self.push(3, key="not-the-key"))

    def test_a_password_that_the_registry_does_not_take(self):
        self.aws.password = "one-that-has-expired"
        self.assertIn(f"cannot log in to {self.registry.name} as AWS", self.push(3))


if __name__ == "__main__":
    main()
