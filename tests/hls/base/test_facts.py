# SPDX-License-Identifier: MIT
"""What commands leave for each other is read as it was written, or refused by name."""

import pytest

from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.base.facts import Facts, read_facts


class Inner(Facts):
    depth: int


class Outer(Facts):
    name: str
    fifos: tuple[Inner, ...] = ()


def test_facts_are_read_as_they_were_written(tmp_path):
    facts = Outer(name="a", fifos=(Inner(depth=3), Inner(depth=5)))
    (tmp_path / "facts.json").write_text(facts.model_dump_json())
    assert read_facts(tmp_path / "facts.json", Outer, "ask again") == facts


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "the file: invalid json"),
        ("{}", "name: field required"),
        (
            '{"name": "a", "fifos": [{"depth": "x"}]}',
            r"fifos\.0\.depth: input should",
        ),
        ('{"name": "a", "more": 1}', "more: extra inputs are not permitted"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path, text, problem):
    path = tmp_path / "facts.json"
    path.write_text(text)
    with pytest.raises(FlowError, match=rf"facts\.json: {problem}.*; ask again$"):
        read_facts(path, Outer, "ask again")
