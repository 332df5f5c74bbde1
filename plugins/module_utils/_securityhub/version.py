# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""The version of the collection. There is no galaxy.yml where a module runs. ``make release`` writes both."""

from __future__ import annotations

COLLECTION_VERSION = "1.0.0"
