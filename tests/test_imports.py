"""The layers of the architecture, as the contracts in pyproject.toml state them."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_every_import_contract_is_kept() -> None:
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    checked = subprocess.run(
        [sys.executable, "-c", program, "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_kora_formats_keeps_web_and_database_packages_out_of_memory() -> None:
    program = (
        "import sys, kora\n"
        "from click.testing import CliRunner\n"
        "answer = CliRunner().invoke(kora.main, ['id', 'check', 'T-034.524.680-1', '--json'])\n"
        "assert answer.exit_code == 0, answer.output\n"
        "print([name for name in ('flask', 'sqlalchemy', 'kombu', 'paramiko') if name in sys.modules])\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
