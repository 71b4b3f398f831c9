# SPDX-License-Identifier: MIT
"""DNG files by their specification: tags, pixels and levels.

Source: Adobe, Digital Negative specification 1.7.1.0; chapter numbers in this folder are its own.
"""
