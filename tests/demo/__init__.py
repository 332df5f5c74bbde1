# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demonstration that `make demo` shows."""

from __future__ import annotations
