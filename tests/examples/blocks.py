# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The blocks of code on a page of documentation, in reStructuredText or Markdown, and how a test runs each of them.

A comment in front of a block, which readers don't see, says what is special about it::

    .. example: skip why it can't run here
    .. example: file the name of the file that it is, where no caption says so
    .. example: account whose credentials it runs with (default: the administrator's)
    .. example: seed what the local hub has from then on, as JSON
    .. example: fails
    .. example: output

In Markdown it is ``<!-- example: ... -->``. ``fails`` expects a failure, ``output`` compares a block of text with what
the command before has printed.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SHELL, YAML, TEXT = "shell", "yaml", "text"
FLAGS = ("fails", "output")
SETTINGS = ("skip", "file", "account", "seed")

_RST_BLOCK = re.compile(r"^(?P<indent> *)\.\. code-block:: (?P<language>\S+)$")
_RST_CAPTION = re.compile(r"^ +:caption: (?P<caption>.+)$")
_RST_OPTION = re.compile(r"^ +:[a-z-]+:")
_RST_COMMENT = re.compile(r"^ *\.\. example: (?P<text>.+)$")
_MARKDOWN_BLOCK = re.compile(r"^(?P<indent> *)```(?P<language>\S+)$")
_MARKDOWN_COMMENT = re.compile(r"^ *<!-- example: (?P<text>.+) -->$")


class UnknownMarkerError(ValueError):
    """A comment that says something about an example that no test understands."""


@dataclass(frozen=True)
class Block:
    """A block of code.

    :param line: where it begins on its page
    :param name: the file that it is, None for none
    :param skip: why it does not run, empty where it does
    :param account: whose credentials it runs with, empty for those of the administrator
    :param seed: what the local hub has before it runs
    """

    language: str
    text: str
    line: int
    name: str | None = None
    skip: str = ""
    account: str = ""
    fails: bool = False
    is_output: bool = False
    seed: dict[str, Any] = field(default_factory=dict)

    @property
    def is_inert(self) -> bool:
        """Whether it is only to be read: a text that is no file."""
        return self.language not in (SHELL, YAML) and self.name is None and not self.is_output


def blocks_of(page: Path) -> list[Block]:
    """Return the blocks of a page in their order."""
    lines = page.read_text(encoding="utf-8").splitlines()
    found = markdown_blocks(lines) if page.suffix == ".md" else rst_blocks(lines)
    return list(found)


def rst_blocks(lines: Sequence[str]) -> Iterator[Block]:
    """Yield the code blocks of a page in reStructuredText."""
    comments: list[str] = []
    for number, line in enumerate(lines):
        if comment := _RST_COMMENT.match(line):
            comments.append(comment["text"])
        elif block := _RST_BLOCK.match(line):
            body = list(_indented(lines[number + 1 :], len(block["indent"])))
            options = _leading_options(body)
            captions = [found["caption"] for found in map(_RST_CAPTION.match, body[:options]) if found]
            text = textwrap.dedent("\n".join(body[options:])).strip("\n") + "\n"
            yield _block(block["language"], text, number + 1, comments, captions)
            comments = []
        elif line.strip() and comments and line.startswith("   "):
            comments[-1] += f" {line.strip()}"  # the comment goes on


def markdown_blocks(lines: Sequence[str]) -> Iterator[Block]:
    """Yield the fenced blocks of a page in Markdown."""
    comments: list[str] = []
    rest = iter(enumerate(lines, 1))
    for number, line in rest:
        if comment := _MARKDOWN_COMMENT.match(line):
            comments.append(comment["text"])
        elif block := _MARKDOWN_BLOCK.match(line):
            fence = f"{block['indent']}```"
            body = list(iter(lambda: next(rest)[1], fence))
            yield _block(block["language"], textwrap.dedent("\n".join(body)) + "\n", number, comments, [])
            comments = []


def _indented(lines: Sequence[str], indent: int) -> Iterator[str]:
    """Yield the lines that belong to a directive: those that are further to the right than it."""
    for line in lines:
        if line.strip() and len(line) - len(line.lstrip()) <= indent:
            return
        yield line


def _leading_options(body: Sequence[str]) -> int:
    """Return how many lines at the beginning of a directive are options."""
    return next((number for number, line in enumerate(body) if not _RST_OPTION.match(line)), len(body))


def _block(language: str, text: str, line: int, comments: Sequence[str], captions: Sequence[str]) -> Block:
    """Return a block with what the comments before it say."""
    given: dict[str, str] = {}
    for comment in comments:
        name, _space, value = comment.partition(" ")
        if name not in (FLAGS if not value else SETTINGS):
            raise UnknownMarkerError(f"line {line}: example: {comment}")
        given[name] = value
    return Block(
        language={"bash": SHELL, "yaml+jinja": YAML}.get(language, language),
        text=text,
        line=line,
        name=given.get("file", captions[0] if captions else None),
        skip=given.get("skip", ""),
        account=given.get("account", ""),
        fails="fails" in given,
        is_output="output" in given,
        seed=json.loads(given.get("seed", "{}")),
    )
