# SPDX-License-Identifier: MIT
"""Errors as people should meet them: one sentence and an exit code, never a traceback."""

import logging
import os
import sys
import warnings
from collections.abc import Callable

from typer.exceptions import TyperException

from tarsier_fpga.hls.base.errors import Interrupted, TarsierError, os_sentence

__all__ = ["INTERRUPTED", "NOT_EXACT", "USER_ERROR", "guarded"]

NOT_EXACT = 1
USER_ERROR = 2
INTERRUPTED = 130  # as shells report SIGINT


def guarded(work: Callable[[], int | None]) -> int:
    """Exit code of `work`, which returns one or None for success."""
    # PyTorch's threads, read when it is imported: while one waits for another, the host's may work.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    # What libraries warn about is for their developers; users get one sentence, ours.
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    try:
        code = work() or 0
    except Interrupted as error:
        return _say(str(error), INTERRUPTED)
    except TarsierError as error:
        return _say(str(error), USER_ERROR)
    except TyperException as error:
        sentence = " ".join(error.format_message().split())  # typer lists choices line by line
        return _say(sentence.replace("Value error, ", ""), USER_ERROR)
    except OSError as error:
        return _say(os_sentence(error), USER_ERROR)
    except KeyboardInterrupt:
        code = INTERRUPTED
    if code == INTERRUPTED:
        return _say("interrupted, nothing was written; run it again to start over", code)
    return code


def _say(sentence: str, code: int) -> int:
    if sentence:  # a bare `tarsier` has printed its help instead
        print(f"tarsier: {sentence.strip()}", file=sys.stderr)
    return code
