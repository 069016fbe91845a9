"""What is shipped: the wheel holds what kansr needs where its repository is not."""

import re
import tomllib
from pathlib import Path

import kansr

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
META = PROJECT["project"]
DOCKER = (ROOT / ".docker" / "Dockerfile").read_text(encoding="utf-8")


def test_the_wheel_takes_recipes_datasets_and_the_mark_of_types_along():
    wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["force-include"] == {name: f"kansr/_shipped/{name}" for name in ("recipes", "datasets")}
    assert wheel["packages"] == ["kansr"]
    assert (ROOT / "kansr" / "py.typed").exists()


def test_the_version_is_said_once_in_each_place_and_is_the_same():
    assert META["version"] == kansr.__version__
    assert f"\n## [{kansr.__version__}] - " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_container_takes_the_torch_that_the_package_asks_for():
    (torch,) = [wanted for wanted in META["dependencies"] if wanted.startswith("torch")]
    assert f'"{torch}"' in DOCKER


def test_the_container_is_given_every_file_that_the_wheel_is_made_of():
    copied = {
        word for line in re.findall(r"^COPY (?!--)(.*) \S+$", DOCKER, flags=re.MULTILINE) for word in line.split()
    }
    ignored = (ROOT / ".docker" / "Dockerfile.dockerignore").read_text(encoding="utf-8")
    kept = {line[1:] for line in ignored.splitlines() if line.startswith("!")}
    assert copied == kept == {"pyproject.toml", META["readme"], *META["license-files"], "kansr", "recipes", "datasets"}


def test_the_container_runs_as_nobody_special():
    last = DOCKER.rpartition("\nFROM ")[2]
    assert last.index("USER kansr") < last.index("ENTRYPOINT")
    assert "USER root" not in last


def test_the_extras_that_the_pages_name_exist():
    pages = [ROOT / "README.md", *(ROOT / ".docs" / "pages").rglob("*.md"), *(ROOT / "recipes").rglob("*.md")]
    named = {
        extra for page in pages for extra in re.findall(r"(?:\.|kansr)\[(\w+)\]", page.read_text(encoding="utf-8"))
    }
    assert named <= set(META["optional-dependencies"])
    assert {"units", "plot", "sklearn", "bench", "test", "docs"} <= named
