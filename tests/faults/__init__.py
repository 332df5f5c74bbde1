# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults, generated: every operation of a module, every fault of the local hub, and what has to hold afterwards."""
