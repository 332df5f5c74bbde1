# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of the report that the role securityhub_membership writes."""

from __future__ import annotations
