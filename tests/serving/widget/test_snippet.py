"""What is printed to be pasted."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rag.cli import app
from rag.errors import SettingsError
from rag.serving.widget.snippet import snippet
from rag.serving.widget.static_file import StaticFile
from rag.settings import Settings, load_settings


class Tags(HTMLParser):
    """The start tags of a text, with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def settings(folder: Path, **flags: str) -> Settings:
    return load_settings(flags, environ={}, folder=folder)


def test_the_tag_is_the_contracts(tmp_path: Path) -> None:
    made = snippet(settings(tmp_path), server="https://charter.example/", lang="az")
    assert Tags(made.tag).found == [
        ("script", {"type": "module", "src": "https://charter.example/widget/v1/widget.js"}),
        ("charter-chat", {"server": "https://charter.example", "mode": "launcher", "lang": "az"}),
    ]


def test_the_pinned_tag_carries_the_hashed_address_and_the_integrity_value(tmp_path: Path) -> None:
    file = StaticFile.read("widget.js")
    (script, attributes), _ = Tags(snippet(settings(tmp_path), server="https://charter.example").pinned).found
    assert script == "script"
    assert attributes == {
        "type": "module",
        "src": f"https://charter.example/widget/v1/{file.hashed_name}",
        "integrity": file.integrity,
        "crossorigin": "anonymous",
    }


def test_it_names_the_policy_the_frame_and_the_origins(tmp_path: Path) -> None:
    made = snippet(settings(tmp_path, origins="https://intranet.example"), server="https://charter.example:8443/ask")
    assert made.policy == "script-src https://charter.example:8443; connect-src https://charter.example:8443"
    assert Tags(made.frame).found[0][1]["src"] == "https://charter.example:8443/ask/embed"
    assert "https://intranet.example" in made.text()
    assert "CHARTERQA_ORIGINS" in snippet(settings(tmp_path)).text()


def test_it_follows_the_way_readers_are_known(tmp_path: Path) -> None:
    assert "token-url=" not in snippet(settings(tmp_path)).tag
    secret = "canary-0123456789abcdef0123456789abcdef"
    signed = snippet(settings(tmp_path, auth="jwt", auth_jwt_key=secret))
    assert 'token-url="/charterqa-token"' in signed.tag
    assert secret not in signed.text()
    assert 'credentials="include"' in snippet(settings(tmp_path, auth="proxy", auth_proxy_peers="10.0.0.5")).tag


def test_without_an_address_it_is_where_the_server_listens(tmp_path: Path) -> None:
    assert snippet(settings(tmp_path)).url == "http://127.0.0.1:7860/widget/v1/widget.js"
    assert snippet(settings(tmp_path, host="::1", port="80")).url == "http://[::1]:80/widget/v1/widget.js"


@pytest.mark.parametrize("server", ["charter.example", "javascript:alert(1)", "https://", "https://a?b", 'ftp://a"'])
def test_an_address_that_no_page_can_load_from_is_refused(tmp_path: Path, server: str) -> None:
    with pytest.raises(SettingsError, match="is not an address"):
        snippet(settings(tmp_path), server=server)


def test_quotes_cannot_leave_an_attribute(tmp_path: Path) -> None:
    made = snippet(settings(tmp_path), server='https://a/"><script>', lang='"><b>', mode="'\"><i>")
    assert [tag for tag, _ in Tags(made.tag + made.pinned + made.frame).found] == ["script", "charter-chat"] * 2 + ["iframe"]


def test_the_command_prints_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    address = "https://charter.example"
    made = snippet(settings(tmp_path), server=address, lang="tr", mode="inline")
    command = ["widget", "--server", address, "--lang", "tr", "--mode", "inline"]
    assert CliRunner().invoke(app, [*command, "--snippet"]).stdout == made.text() + "\n"
    assert CliRunner().invoke(app, command).stdout == f"{made.url}\n{made.pinned_url}\n{made.integrity}\n"
    assert json.loads(CliRunner().invoke(app, [*command, "--json"]).stdout)["integrity"] == made.integrity
