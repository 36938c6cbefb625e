"""The kit is plumbing: it has no word of the clinic in it, and every part of it is used."""

import re
from collections.abc import Iterator

import pytest

from tests.architecture.source import ROOT, broken, planted, product, read, require_none, sources
from tests.architecture.source import Source as File

# The glossary's words, as patterns. Left out because the plumbing needs them in a plain sense: person (whose key opens a
# sealed field), parent (of a trace), referrer (a browser's header), measure, session, place, plan, goal, reminder.
# `pcn` is the path parameter and the claim by which a tenant arrives.
WORDS = [
    "anonymous.case",
    "antenatal",
    "appointment",
    "attendance",
    "birthing",
    "breach",
    "caseload",
    "care.?contact",
    "care.?strand",
    "child.protection",
    "clinician",
    "clinic(al)?",
    "collection.?point",
    "commissioner",
    "consultation",
    "core.?10",
    "deprivation",
    "detention",
    "duplicate.?flag",
    "epds",
    "episode",
    "equity",
    "ethnic",
    "famil(y|ies)",
    "gad.?7",
    "general.practice",
    "gestation",
    "guardianship",
    "hads",
    "health.visitor",
    "imd",
    "infant",
    "instrument",
    "interpreter",
    "maternal",
    "mental.health",
    "mha",
    "mhsds",
    "midwife",
    "mother",
    "nhs.?number",
    "parental",
    "patient",
    "perinatal.?stage",
    "phq.?9",
    "postcode",
    "postnatal",
    "practice",
    "pregnan(t|cy)",
    "questionnaire",
    "referral",
    "safeguarding",
    "self.?harm",
    "spell",
    "strand",
    "triage[ds]?",
    "waiting.?list",
    "waiting.?time",
    "waitlist",
]
CLINIC = re.compile(rf"(?<![a-z])({'|'.join(WORDS)})s?(?![a-z])", re.IGNORECASE)


def test_the_kit_knows_no_word_of_the_clinic() -> None:
    require_none(broken(speaks_clinic, _files()))


@pytest.mark.parametrize(
    "text", ["# a referral came", "def triage_list(): ...", "NAME = 'epds'", "class NhsNumber: ..."]
)
def test_a_word_of_the_clinic_is_seen(text: str) -> None:
    assert planted(speaks_clinic, text, "services/kit/planted.py")


def test_every_module_of_the_kit_is_used_by_what_ships_but_the_one_for_tests() -> None:
    everything = "\n".join(file.text for file in product())
    modules = {file.path.removesuffix(".py").replace("/", ".") for file in sources("services/kit/**/*.py")}
    packages = {module for module in modules if module.endswith(".__init__")}
    unused = {module for module in modules - packages if not _is_named(module, everything)}
    assert unused == {"services.kit.testing"}


def speaks_clinic(source: File) -> Iterator[str]:
    for number, line in enumerate(source.lines, start=1):
        # camelCase and snake_case fall apart into words first
        words = re.sub(r"([a-z])([A-Z])", r"\1 \2", line).replace("_", " ")
        for word in CLINIC.finditer(words):
            yield f"{source.path}:{number}: speaks of “{word.group()}”"


def _files() -> list[File]:
    sql = sorted((ROOT / "services/kit").rglob("*.sql"))
    return [*sources("services/kit/**/*.py"), *(read(path) for path in sql)]


def _is_named(module: str, everything: str) -> bool:
    package, _, name = module.rpartition(".")
    return bool(
        re.search(rf"from {re.escape(package)} import [^\n]*\b{name}\b", everything)
        or re.search(rf"\b{re.escape(module)}\b", everything)
    )
