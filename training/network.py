"""The reader: one BERT-like encoder under three small heads. Torch only; what is served is the ONNX export of it."""

from __future__ import annotations

from pathlib import Path

from torch import Tensor, nn
from transformers import AutoModel

SUPPORT_CLASSES = ("supported", "unsupported", "contradicted")


class ReaderNetwork(nn.Module):
    """Three heads over the encoder's token vectors of a pair (question or claim, text):

    - ``span``: a logit for every token to begin and to end the answer, shape (batch, tokens, 2); the first token stands for
      "no answer here", as in SQuAD 2.0.
    - ``answerable``: a logit that the text answers the question, shape (batch,).
    - ``support``: logits of :data:`SUPPORT_CLASSES`, shape (batch, 3).
    """

    def __init__(self, base: Path, *, frozen: int = 0) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(str(base), add_pooling_layer=False, local_files_only=True)
        width = self.encoder.config.hidden_size
        self.span = nn.Linear(width, 2)
        self.answerable = nn.Sequential(nn.Linear(width, width), nn.Tanh(), nn.Linear(width, 1))
        self.support = nn.Sequential(nn.Linear(width, width), nn.Tanh(), nn.Linear(width, len(SUPPORT_CLASSES)))
        # A few tens of thousands of pairs would only pull the vectors of the words they hold away from all others.
        # So stay the first ``frozen`` layers, which are much the same for every task and cost a third of a step each.
        for part in (self.encoder.embeddings, *self.encoder.encoder.layer[:frozen]):
            part.requires_grad_(False)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Integer tensors of shape (batch, tokens); gives the logits of the three heads."""
        hidden = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        first = hidden[:, 0]
        return self.span(hidden), self.answerable(first).squeeze(-1), self.support(first)
