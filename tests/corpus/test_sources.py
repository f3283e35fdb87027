"""What lies in sources/: nothing escapes, nothing is skipped unseen."""

from __future__ import annotations

import hashlib
import logging
import os
from pathlib import Path

import pytest

from rag.corpus.loading import load
from rag.corpus.sources import SourceFile, list_sources
from rag.errors import SourceError
from rag.knowledge_base import KnowledgeBase
from rag.settings import Parsing
from rag.types import Origin


@pytest.fixture
def kb(tmp_path: Path) -> KnowledgeBase:
    (tmp_path / "kb" / "sources").mkdir(parents=True)
    return KnowledgeBase(tmp_path / "kb")


def put(kb: KnowledgeBase, name: str, text: str = "A text.") -> Path:
    path = kb.sources / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def found(kb: KnowledgeBase) -> dict[str, SourceFile]:
    return {source.id: source for source in list_sources(kb)}


def test_files_come_in_the_order_of_their_ids_with_size_and_hash(kb: KnowledgeBase) -> None:
    for name in ("b.txt", "a/z.md", "a.txt", "Ə.txt"):
        put(kb, name)
    listed = list_sources(kb)
    assert [source.id for source in listed] == ["a.txt", "a/z.md", "b.txt", "Ə.txt"]
    assert {(s.size, s.sha256) for s in listed} == {(7, hashlib.sha256(b"A text.").hexdigest())}


def test_hidden_files_lock_files_and_the_table_are_no_sources(kb: KnowledgeBase) -> None:
    for name in (".DS_Store", ".git/config.txt", "~$law.docx", "sources.toml"):
        put(kb, name, "")
    assert list_sources(kb) == ()


def test_the_table_gives_title_and_origin_and_unknown_means_nothing(kb: KnowledgeBase) -> None:
    put(kb, "a.txt")
    put(
        kb,
        "sources.toml",
        '["a.txt"]\ntitle = "The  law"\norigin = "Ministry"\ndate = "unknown"\nlicence = ""\nlanguage = "en"\n',
    )
    source = found(kb)["a.txt"]
    assert (source.title, source.origin, source.language) == ("The law", Origin("Ministry", None, None), "en")


def test_the_table_gives_version_and_tags_and_what_a_document_supersedes(kb: KnowledgeBase) -> None:
    put(kb, "new.txt")
    put(kb, "old.txt")
    put(
        kb,
        "sources.toml",
        '["new.txt"]\nversion = "2"\nsupersedes = "old.txt"\ntags = ["fees", " law "]\ndate = "2024-05-01"\n',
    )
    assert found(kb)["new.txt"].origin == Origin(None, "2024-05-01", None, "2", ("old.txt",), ("fees", "law"))
    assert found(kb)["old.txt"].origin == Origin()


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ('["a.txt"]\nauthor = "x"', "unknown key 'author'"),
        ('["a.txt"]\ntitle = 5', "is not a text"),
        ('title = "x"', "is not a table"),
        ("[[[", "cannot be read"),
        ('["a.txt"]\ntags = ["x", 5]', "is not a text"),
        ('["a.txt"]\ntitle = ["x"]', "is not a text"),
        ('["a.txt"]\nsupersedes = "b.txt"\n["b.txt"]\nsupersedes = ["a.txt"]', "supersedes itself"),
        ('["a.txt"]\nlanguage = "english"', "two letters"),
    ],
)
def test_a_wrong_table_is_refused_with_what_is_wrong(kb: KnowledgeBase, table: str, words: str) -> None:
    put(kb, "a.txt")
    put(kb, "sources.toml", table)
    with pytest.raises(SourceError, match=words) as refusal:
        list_sources(kb)
    assert refusal.value.remedy


def test_a_table_entry_without_a_file_is_logged(kb: KnowledgeBase, caplog: pytest.LogCaptureFixture) -> None:
    put(kb, "sources.toml", '["gone.txt"]\ntitle = "x"\n')
    with caplog.at_level(logging.WARNING):
        assert list_sources(kb) == ()
    assert "gone.txt" in caplog.text


def test_what_cannot_be_read_is_listed_with_its_problem_and_loading_it_says_so(kb: KnowledgeBase, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    (tmp_path / "folder").mkdir()
    (kb.sources / "out.txt").symlink_to(secret)
    (kb.sources / "up.txt").symlink_to("../../secret.txt")
    (kb.sources / "folder").symlink_to(tmp_path / "folder")
    (kb.sources / "loop").symlink_to(kb.sources)
    (kb.sources / "nowhere.txt").symlink_to("missing.txt")
    put(kb, "table.xls")
    put(kb, "README")
    os.mkfifo(kb.sources / "pipe.txt")
    problems = {
        "out.txt": "leaves the sources folder",
        "up.txt": "leaves the sources folder",
        "folder": "leaves the sources folder",
        "loop": "link to a folder",
        "nowhere.txt": "leads nowhere",
        "table.xls": "type '.xls' are not read",
        "README": "without a suffix",
        "pipe.txt": "not a regular file",
    }
    listed = found(kb)
    assert listed.keys() == problems.keys()
    for name, words in problems.items():
        with pytest.raises(SourceError, match=words) as refusal:
            load(listed[name], Parsing())
        assert refusal.value.message.startswith(f"{name}: ")
        assert refusal.value.remedy
    assert "secret" not in str([s.sha256 for s in listed.values()])


def test_a_link_that_stays_inside_is_followed(kb: KnowledgeBase) -> None:
    put(kb, "a.txt")
    (kb.sources / "b.txt").symlink_to("a.txt")
    assert found(kb)["b.txt"].problem == ""


def test_two_names_that_look_the_same_are_not_taken_for_one(kb: KnowledgeBase) -> None:
    put(kb, "caf\u00e9.txt")
    put(kb, "cafe\u0301.txt")
    listed = list_sources(kb)
    assert [bool(s.problem) for s in listed] == [False, True]


def test_a_name_that_is_no_text_is_named(kb: KnowledgeBase) -> None:
    path = os.fsencode(kb.sources) + b"/\xff.txt"
    with open(path, "wb") as file:  # noqa: PTH123 such a name is bytes
        file.write(b"x")
    (source,) = list_sources(kb)
    assert (source.id, source.problem) == ("\ufffd.txt", "its name is not valid UTF-8.")


def test_a_missing_folder_is_an_error_and_an_empty_one_is_not(kb: KnowledgeBase, tmp_path: Path) -> None:
    assert list_sources(kb) == ()
    with pytest.raises(SourceError, match="not a folder"):
        list_sources(KnowledgeBase(tmp_path / "nothing"))
