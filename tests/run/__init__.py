# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the Makefile's targets call: setting up, and the stages of the tests."""

from __future__ import annotations
