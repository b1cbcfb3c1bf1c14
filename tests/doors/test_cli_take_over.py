"""``wenyuan take-over`` as a real command, from the example to the comparison."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.command import founded_command
from tests.factories.old_library import write_koha

pytestmark = pytest.mark.timeout(150)


def test_a_library_moves_by_the_command_from_the_example_to_the_comparison(run_folder: Path) -> None:
    this_year = datetime.now(tz=UTC).year
    with founded_command(run_folder) as command, command.kept_running():
        write_koha(command.folder)
        (command.folder / "out").mkdir()
        command.run("take-over", "example", "koha", "koha.toml")
        twice = command.run("take-over", "example", "koha", "koha.toml", expect=1)
        checked = command.json("take-over", "check", "koha.toml", expect=1)
        loaded = command.json("take-over", "load", "koha.toml", "--refused", "out", expect=1)
        compared = command.json("take-over", "compare", "koha.toml", expect=1)
        year = command.json("summary", f"{this_year - 1}..{this_year + 1}", "--branch", "ZG")
        (command.folder / "koha.toml").write_text('system = "koha"\n[shoes]\n', "utf-8")
        told = command.json("take-over", "check", "koha.toml", expect=1)

    assert "is there already" in twice
    assert (checked["dry"], loaded["dry"]) == (True, False)
    counts = ("read", "loaded", "known", "refused")
    assert [[part[name] for name in counts] for part in checked["parts"]][:3] == [
        [5, 5, 0, 0],
        [9, 6, 0, 3],
        [8, 5, 0, 3],
    ]
    assert [[part[name] for name in counts] for part in loaded["parts"]] == [
        [part[name] for name in counts] for part in checked["parts"]
    ]
    assert loaded["parts"][1]["refused_file"] == "out/items-refused.csv"
    figures = {(line["what"], line["of"]): line["difference"] for line in compared["figures"]}
    assert (figures["bibs", ""], figures["patrons", "adult"], compared["broken"]) == (0, -2, [])
    assert {figure["code"]: figure["value"] for figure in year["figures"]}["items_added"] == 0
    assert told["error"].startswith("koha.toml is no mapping. the file: 'shoes' is not known here")
