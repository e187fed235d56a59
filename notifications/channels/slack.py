"""Slack, by an incoming webhook: one message for one person, in the channel that the webhook belongs to."""

import json
from collections.abc import Iterable

HEADERS = {"Content-Type": "application/json"}


def message(to: str, notices: Iterable[tuple[str, str, str]]) -> bytes:
    """The body: who it is for, then each notice as (subject, text, address or "")."""
    lines = [f"*{_plain(to)}*"]
    for subject, text, address in notices:
        lines.append(f"<{address}|{_plain(subject).replace('|', '¦')}>" if address else _plain(subject))
        lines += [_plain(text)] * bool(text)
    return json.dumps({"text": "\n".join(lines), "unfurl_links": False}).encode()


def _plain(words: str) -> str:
    """Words as words: what a lead calls itself must not mention a channel or become a link."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
