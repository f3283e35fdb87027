"""One tree from a file, the environment and flags; what means nothing is said and never guessed at."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import SettingsError
from rag.settings import FILE, Settings, load_settings, unknown_variables


def test_a_tree_made_in_a_program_takes_nothing_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHARTERQA_PORT", "9")
    assert Settings().port == 7860


def test_flags_win_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(
        'port = 1\nbackend = "a:file"\n[llm]\nretries = 1\nmax_tokens = 100\nbase_url = "http://file"\n'
    )
    environ = {"CHARTERQA_PORT": "2", "CHARTERQA_LLM_RETRIES": "2", "CHARTERQA_LLM_MAX_TOKENS": "200"}
    settings = load_settings({"port": 3, "llm_retries": 3, "backend": None}, environ=environ, folder=tmp_path)
    assert (settings.port, settings.backend) == (3, "a:file")
    assert (settings.llm.retries, settings.llm.max_tokens, settings.llm.base_url) == (3, 200, "http://file")


def test_a_key_stands_in_the_table_of_its_branch_or_under_its_flat_name(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('llm_base_url = "http://flat"\nauth = "token"\n[retrieval]\nk = 3\n[feedback]\ndays = 5\n')
    settings = load_settings(environ={}, folder=tmp_path)
    assert (settings.llm.base_url, settings.retrieval.k, settings.feedback.days) == ("http://flat", 3, 5)
    assert settings.auth.mode == "token"


def test_the_variable_auth_is_the_mode_of_its_branch(tmp_path: Path) -> None:
    environ = {"CHARTERQA_AUTH": "proxy", "CHARTERQA_AUTH_ADMINS": "ann, bob,", "CHARTERQA_AUTH_PROXY_PEERS": "10.0.0.1"}
    auth = load_settings(environ=environ, folder=tmp_path).auth
    assert (auth.mode, auth.admins, auth.proxy_peers) == ("proxy", ("ann", "bob"), ("10.0.0.1",))


def test_every_unknown_key_of_the_file_is_named(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("ports = 1\n[llm]\nretrys = 2\n")
    with pytest.raises(SettingsError, match=r"has unknown keys: llm_retrys, ports\. Remove or correct them\."):
        load_settings(environ={}, folder=tmp_path)


def test_an_unknown_flag_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="There is no setting 'ports'"):
        load_settings({"ports": 1}, environ={}, folder=tmp_path)


def test_a_file_that_is_not_toml_is_said_to_be_unreadable(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("port = = 1")
    with pytest.raises(SettingsError, match=r"charterqa\.toml cannot be read"):
        load_settings(environ={}, folder=tmp_path)


def test_unknown_variables_stop_nothing_and_are_reported(tmp_path: Path) -> None:
    environ = {"CHARTERQA_AUTH_MODE": "jwt", "CHARTERQA_LLM": '{"retries": 1}', "CHARTERQA_LLM_RETRYS": "1", "HOME": "/root"}
    assert load_settings(environ=environ, folder=tmp_path) == Settings()
    assert unknown_variables(environ) == ("CHARTERQA_AUTH_MODE", "CHARTERQA_LLM", "CHARTERQA_LLM_RETRYS")


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "x"), ("LLM_RETRIES", ""), ("RETRIEVAL_K", "0"), ("ORIGINS", "http://a/b")]
)
def test_a_value_that_cannot_be_is_named_by_its_variable(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=rf"The setting CHARTERQA_{name} \('{name.lower()}'\) is not valid: "):
        load_settings(environ={f"CHARTERQA_{name}": value}, folder=tmp_path)
