"""Where the typesetter finds its letters.

Noto Sans SC and Noto Serif SC, regular, come as a package. Bold ones are taken from the host's Noto CJK where it is
installed; without it bold prints as regular, so templates also set apart by size and rules.
"""

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

PACKAGE: Final = "pylopdf_fonts_zh_cn"
HOST_FOLDERS: Final = (
    "/usr/share/fonts/opentype/noto",  # Debian, Ubuntu
    "/usr/share/fonts/noto-cjk",  # Arch, openEuler, Kylin
    "/usr/share/fonts/google-noto-cjk",
    "/usr/share/fonts/google-noto-sans-cjk-fonts",  # Fedora
    "/usr/share/fonts/google-noto-serif-cjk-fonts",
    "/Library/Fonts",
)
HOST_FILES: Final = "Noto*CJK*"


@cache
def font_folders() -> tuple[str, ...]:
    """Folders of fonts, the package's first; of the host's only those that hold Noto CJK."""
    return (*_of_package(), *(folder for folder in HOST_FOLDERS if any(Path(folder).glob(HOST_FILES))))


def _of_package() -> list[str]:
    spec = find_spec(PACKAGE)
    return list(spec.submodule_search_locations or ()) if spec else []
