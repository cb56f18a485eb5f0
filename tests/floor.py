"""The floor under quality: scores on the sample documents of tests/gold, which nothing is fitted to.

python tests/floor.py                      print the scores beside the floors
python tests/floor.py --pin                raise the floors to what is reached now
python tests/floor.py --pin --lower WHY    lower them too; WHY is kept in floors.json
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import extract
from crawler.readers import read
from extract import scoring
from extract.organisations import named

GOLD = Path(__file__).parent / "gold"
FLOORS = Path(__file__).parent / "floors.json"


def fingerprint(folder=GOLD):
    """A hash of the names and contents of the set."""
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def measure(nlp, folder=GOLD):
    """Score by measure: figure, fact, full, organisations (F1), each field (share right), each kind (F1)."""
    outcomes = []
    for gold in scoring.read_gold(folder):
        document = read((folder / f"{gold.name}.txt").read_bytes(), name=f"{gold.name}.txt")
        result = extract.read(nlp, document)
        facts = [{name: getattr(fact, name) for name in fact.__slots__} for fact in result.facts]
        outcomes.append(scoring.compare(gold, facts, document.text, named(result.mentions)))
    summed = scoring.summary(outcomes)
    scores = {name: summed[name]["f1"] for name in ("figure", "fact", "full", "organisations")}
    scores |= summed["fields"] | {f"kind {kind}": value for kind, value in summed["kinds"].items()}
    return scores | {"unsupported": summed["facts"]["unsupported"]}


def below(scores, floors, margin):
    """The measures that are under their floor by more than the margin, worded for a person."""
    under = [name for name, floor in floors.items() if scores.get(name, 0.0) < floor - margin]
    return [f"{name}: {scores.get(name, 0.0):.3f}, floor {floors[name]:.3f}" for name in under]


def pinned(scores, kept, reason):
    """The new contents of the floors file; without a reason no floor goes down."""
    reached = {name: value for name, value in scores.items() if name != "unsupported"}
    old = kept.get("floors", {})
    floors = reached if reason else {name: max(value, old.get(name, 0.0)) for name, value in reached.items()}
    lowered = kept.get("lowered", []) + ([reason] if reason else [])
    return {"fingerprint": fingerprint(), "margin": kept.get("margin", 0.01), "floors": floors, "lowered": lowered}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pin", action="store_true")
    parser.add_argument("--lower", metavar="WHY", default="")
    options = parser.parse_args()
    kept = json.loads(FLOORS.read_text()) if FLOORS.exists() else {}
    scores = measure(extract.load())
    for name, value in scores.items():
        print(f"{name:20s} {value:.3f}  floor {kept.get('floors', {}).get(name, 0.0):.3f}")
    if options.pin:
        FLOORS.write_text(json.dumps(pinned(scores, kept, options.lower), indent=1) + "\n")


if __name__ == "__main__":
    main()
