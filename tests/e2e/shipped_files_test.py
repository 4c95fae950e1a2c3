"""The files under docker/ do what the image promises, as far as that shows without a container engine."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import support

DOCKER = support.REPOSITORY / "docker"


class ShippedConfigurationTest(unittest.TestCase):
    def test_the_configurations_pass_the_check_without_a_warning(self):
        for name in ("demo.yaml", "hawkcache.yaml", "nodes.yaml"):
            with self.subTest(name=name):
                done = support.run_hawkcache("check", "--config", DOCKER / name)
                self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)

    def test_the_image_s_file_refuses_an_open_admin_listener_without_a_token(self):
        open_to_all = {"HAWKCACHE_ADMIN_LISTEN": "0.0.0.0:9080"}
        path = DOCKER / "hawkcache.yaml"
        refused = support.run_hawkcache("check", "--config", path, environment=open_to_all)
        self.assertEqual(refused.returncode, 2)
        self.assertIn("token", refused.stderr)
        with_token = support.run_hawkcache("check", "--config", path,
                                           environment={**open_to_all, "HAWKCACHE_ADMIN_TOKEN": "secret"})
        self.assertEqual(with_token.returncode, 0, with_token.stderr)

    def test_explain_names_the_tag_of_a_user(self):
        done = support.run_hawkcache("explain", "--config", DOCKER / "demo.yaml", "/users/007")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("user:7", done.stdout)


class ImageTest(unittest.TestCase):
    """Starts the image's file as the container does, on other ports, with no upstream there."""

    def setUp(self):
        self.port, self.admin_port = support.free_port(), support.free_port()
        self.admin = f"127.0.0.1:{self.admin_port}"
        text = (DOCKER / "hawkcache.yaml").read_text(encoding="utf-8")
        self.assertIn("\nlisten: 0.0.0.0:8080\n", text)
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.config = pathlib.Path(directory.name) / "hawkcache.yaml"
        self.config.write_text(text.replace("listen: 0.0.0.0:8080", f"listen: 127.0.0.1:{self.port}"), encoding="utf-8")
        environment = {"HAWKCACHE_ADMIN_LISTEN": self.admin,
                       "HAWKCACHE_UPSTREAM": f"http://127.0.0.1:{support.free_port()}"}
        self.daemon = support.Program([support.hawkcache_program(), "serve", "--config", self.config], environment)
        self.addCleanup(self.daemon.stop)

    def healthcheck(self, address):
        environment = {**os.environ, "HAWKCACHE_ADMIN_LISTEN": address}
        return subprocess.run([DOCKER / "healthcheck"], env=environment, check=False,
                              timeout=support.PATIENCE_SECONDS).returncode

    def test_it_is_healthy_and_ready_without_an_upstream_and_stops_on_sigterm(self):
        self.daemon.wait_for(self.admin_port, "/readyz")
        for address in (self.admin, f"0.0.0.0:{self.admin_port}", f"localhost:{self.admin_port}"):
            self.assertEqual(self.healthcheck(address), 0, address)
        self.assertEqual(support.request(self.port, "GET", "/x").status, 502)
        self.assertEqual(self.daemon.terminate(), 0, self.daemon.text())
        self.assertNotEqual(self.healthcheck(self.admin), 0)


class ImageBuildTest(unittest.TestCase):
    def test_what_the_dockerfile_copies_is_enough_to_configure_each_build(self):
        build_stage = (DOCKER / "Dockerfile").read_text(encoding="utf-8").split("\nFROM ")[1]
        with tempfile.TemporaryDirectory() as directory:
            context = pathlib.Path(directory)
            for line in re.findall(r"^COPY (.*)$", build_stage, re.M):
                *sources, target = line.split()
                for source in sources:
                    place = context / target / (pathlib.Path(source).name if target.endswith("/") else "")
                    copy(support.REPOSITORY / source, place)
            for profile in ("OFF", "RECORD", "USE"):
                done = subprocess.run(
                    ["cmake", "-S", context, "-B", context / f"build-{profile}", "-G", "Ninja", "-DHAWKCACHE_TESTS=OFF",
                     "-DHAWKCACHE_BATCHED=ON", f"-DHAWKCACHE_PROFILE={profile}"], capture_output=True, text=True, check=False)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            # Beside what is compiled: what the script calls, and what it reads.
            script = (context / "scripts/build-trained").read_text(encoding="utf-8")
            called = re.findall(r"\$repository/([\w./-]+)\"", script)
            self.assertIn("tests/bench/training.py", called)
            for path in (*called, "scripts/lib.sh"):
                self.assertTrue((context / path).exists(), path)

    def test_what_the_dockerfiles_copy_is_let_through(self):
        let_through = [line[1:] for line in (support.REPOSITORY / ".dockerignore").read_text(encoding="utf-8").splitlines()
                       if line.startswith("!")]
        for name in ("Dockerfile", "Dockerfile.sample-api"):
            for line in re.findall(r"^COPY (?!--from)(.*)$", (DOCKER / name).read_text(encoding="utf-8"), re.M):
                for source in line.split()[:-1]:
                    with self.subTest(file=name, source=source):
                        self.assertTrue(any(source == path or source.startswith(f"{path}/") for path in let_through), source)


def copy(source, place):
    if source.is_dir():
        shutil.copytree(source, place)
    else:
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, place)


class ImagePackagesTest(unittest.TestCase):
    def test_every_library_that_the_program_needs_is_installed_by_the_dockerfile(self):
        stages = (DOCKER / "Dockerfile").read_text(encoding="utf-8").split("\nFROM ")
        libraries = subprocess.run(["ldd", support.hawkcache_program()], capture_output=True, text=True, check=True)
        base_image = ("libc6", "libgcc-s1", "libstdc++6")
        for path in re.findall(r"=> (/\S+)", libraries.stdout):
            package = owner_of(path)
            with self.subTest(library=path):
                self.assertTrue(package in base_image or package in stages[-1].split(), package)


def owner_of(path):
    """The Debian package that a library came from. With a merged /usr, dpkg may know it by the shorter path."""
    real = os.path.realpath(path)
    for name in (real, real.removeprefix("/usr"), path):
        found = subprocess.run(["dpkg-query", "-S", name], capture_output=True, text=True, check=False)
        if found.returncode == 0:
            return found.stdout.split(":")[0]
    return f"no package owns {path}"


if __name__ == "__main__":
    support.main()
