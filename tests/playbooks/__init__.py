# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection as its users run it: ansible-playbook, ad-hoc commands and ansible-runner, against the local hub."""

from __future__ import annotations
