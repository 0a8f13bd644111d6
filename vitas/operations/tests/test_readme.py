"""The README says what the settings read."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_every_variable_of_the_settings_stands_in_the_readme_and_no_other():
    settings = (ROOT / "vitas" / "settings.py").read_text()
    read = set(re.findall(r"(?:env\.\w+|_secret|environ\.get)\(\s*[\"']([A-Z][A-Z0-9_]+)", settings))
    table = (ROOT / "README.md").read_text().partition("## Environment")[2]
    told = set(re.findall(r"`([A-Z][A-Z0-9_]+)`", " ".join(re.findall(r"^\| (.*?) \|", table, re.M))))

    assert told - {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} == read  # these two the AWS SDK reads itself


def test_links_of_the_documents_lead_somewhere():
    pages = [ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")]
    for page in pages:
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / link).exists(), f"{page.name}: {link}"
