# SPDX-License-Identifier: MIT
"""The ground floor: errors, files, caches, facts and templates that every room stands on."""
