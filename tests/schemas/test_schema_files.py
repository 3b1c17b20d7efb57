"""The published schemas are those of the code, and the examples obey both."""

import json
from pathlib import Path

import jsonschema
import pytest

from rebond_schemas import codec, json_schema

FOLDER = Path(__file__).parents[2] / "schemas"
EXAMPLES = sorted((FOLDER / "examples").glob("*.json"))


@pytest.mark.parametrize("name", sorted(json_schema.SCHEMAS))
def test_a_published_schema_is_fresh(name):
    """`scripts/write-schema` was run after the last change of the types."""
    published = (FOLDER / f"{name}.schema.json").read_text(encoding="utf-8")

    assert json_schema.written(name) == published


@pytest.mark.parametrize("name", sorted(json_schema.SCHEMAS))
def test_a_published_schema_is_valid(name):
    """Each file is a JSON Schema by the meta-schema of its draft."""
    schema = json.loads((FOLDER / f"{name}.schema.json").read_text(encoding="utf-8"))

    jsonschema.Draft202012Validator.check_schema(schema)


def test_there_is_an_example_of_each_kind():
    """Documentation and fixtures at once."""
    kinds = {json.loads(path.read_bytes())["kind"] for path in EXAMPLES}

    assert kinds == {"inventory", "erasure", "inspection"}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_obeys_the_published_schema_and_the_codec(path):
    """Proven by a validator that is not ours."""
    schema = json.loads((FOLDER / "statement-1.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(json.loads(path.read_bytes()))

    statement = codec.decode(path.read_bytes())

    assert codec.decode(codec.encode(statement)) == statement
