"""The picker of the knowledge base and the dialog in which documents are added, renamed and deleted: one head to mount.

The script finds its place by itself: the element with ``data-library-place``, else the controls of the head. When documents
have changed, it fires ``charter-documents-changed`` on the document.
"""

from __future__ import annotations

import json

from rag.localization.catalogue import speak
from rag.localization.languages import LANGUAGES


def library_head() -> str:
    """What belongs into the page's head beside the script that ``static/upload.js`` is. Either may come first."""
    words = json.dumps({code: speak(code).of("upload") for code in LANGUAGES}, ensure_ascii=False).replace("<", "\\u003c")
    return f"<script>window.charterLibraryWords = {words}; window.charterLibrary?.();</script>"
