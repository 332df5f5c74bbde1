# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The local Security Hub: a server on loopback that speaks the protocol of Security Hub (CSPM) membership.

For demo, tests and benchmark only. It shares no code with the collection's plugins, or tests would agree with
themselves.
"""
