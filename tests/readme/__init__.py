# SPDX-License-Identifier: MIT
"""Tables of the READMEs that follow from what there is."""
