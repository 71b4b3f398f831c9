# SPDX-License-Identifier: MIT
"""The one exception a user of training/ sees."""


class TrainingError(ValueError):
    """A net, a config or a data set cannot be used; the message is one sentence saying why."""
