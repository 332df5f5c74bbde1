# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How blocks are found on a page, what their comments say, and how their output is compared."""

from __future__ import annotations

import pytest

from examples.blocks import Block, UnknownMarkerError, markdown_blocks, rst_blocks
from examples.plugin_examples import ad_hoc_commands
from examples.runner import ExampleError, compare, unused_files

RST = """\
Title
=====

.. example: seed {"hubs":
     []}
.. example: fails
.. code-block:: shell

   ansible localhost \\
     -m ping

#. In a list:

   .. example: account 111122223333
   .. code-block:: yaml
      :caption: play.yml

      - hosts: localhost

.. code-block:: text

   only to be read
"""
MARKDOWN = """\
<!-- example: skip it needs Galaxy -->
```shell
ansible-galaxy --version
```

```yaml
- hosts: localhost
```
"""


def test_rst_blocks_have_their_text_and_what_the_comments_say() -> None:
    shell, play, text = rst_blocks(RST.splitlines())
    assert shell == Block("shell", "ansible localhost \\\n  -m ping\n", 7, fails=True, seed={"hubs": []})
    assert play == Block("yaml", "- hosts: localhost\n", 15, name="play.yml", account="111122223333")
    assert text.is_inert


def test_markdown_blocks_have_their_text_and_what_the_comments_say() -> None:
    shell, play = markdown_blocks(MARKDOWN.splitlines())
    assert shell == Block("shell", "ansible-galaxy --version\n", 2, skip="it needs Galaxy")
    assert play == Block("yaml", "- hosts: localhost\n", 6)


@pytest.mark.parametrize("comment", ["skip", "ignore me", "fails sometimes"])
def test_a_comment_that_nobody_understands_is_an_error(comment: str) -> None:
    lines = [f".. example: {comment}", ".. code-block:: shell", "", "   true"]
    with pytest.raises(UnknownMarkerError, match=comment):
        list(rst_blocks(lines))


def test_output_has_the_lines_in_their_order() -> None:
    compare("  first\n...\nlast", "the first\nmore\nthe last")
    with pytest.raises(ExampleError, match="not in the output: first"):
        compare("last\nfirst", "first\nlast")


def test_a_file_has_to_be_named_by_a_later_block() -> None:
    file = Block("yaml", "[]", 1, name="play.yml")
    assert unused_files([file, Block("shell", "ansible-playbook play.yml", 5)]) == []
    assert unused_files([file, Block("shell", "ansible-playbook play.yml", 5, skip="why")]) == ["play.yml"]


def test_ad_hoc_commands_go_on_after_a_backslash() -> None:
    examples = "- ping:\n# On the command line:\n# ansible localhost -m ping \\\n#   -a data=pong\n"
    assert ad_hoc_commands(examples) == ["ansible localhost -m ping -a data=pong"]
