"""`rebond plan INPUT.json`: the documented example, the greedy stand-in, and what it refuses."""

import json
from pathlib import Path

import jsonschema
import pytest
import warm
from moments import NOON

from rebond_schemas.codec import PLAN_FILE, STATEMENT, Limits, Unreadable, decode_as
from rebond_schemas.plan import PlanInput
from rebond_schemas.plan_output import PlanOutput
from rebond_server.domain.errors import UnusablePlanInput
from rebond_server.errors import BadValue
from rebond_server.operations.plan_file import plan_file, read_plan_input, write_plan

SCHEMAS = Path(__file__).parents[3] / "schemas"
EXAMPLE = SCHEMAS / "examples" / "plan"
MOMENT = "2021-11-02T09:00:00Z"


def rebond(scratch, *words):
    own = {"REBOND_VAR": str(scratch / "var"), "REBOND_DATABASE_URL": ""}
    return warm.rebond(tuple(map(str, words)), own)


def obeys(name, document):
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(document)


def changed(scratch, change):
    document = json.loads((EXAMPLE / "input.json").read_bytes())
    change(document)
    path = scratch / "changed.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_the_documented_example_gives_the_documented_plan_and_makes_no_database(scratch):
    given = EXAMPLE / "input.json"
    obeys("plan-input-1", json.loads(given.read_bytes()))

    done = rebond(scratch, "plan", given, "--at", MOMENT, "--output", scratch / "plan.json")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    plan = json.loads((scratch / "plan.json").read_bytes())
    documented = json.loads((EXAMPLE / "output.json").read_bytes())
    obeys("plan-output-1", plan)
    assert plan | {"solver": ""} == documented | {"solver": ""}  # another HiGHS names itself so
    assert not (scratch / "var").exists()
    assert {one["device"] for one in plan["assignments"]}.isdisjoint({"l6", "d2"})


def test_the_greedy_plan_comes_on_the_standard_output_and_says_what_it_is(scratch):
    done = rebond(scratch, "plan", EXAMPLE / "input.json", "--at", MOMENT, "--greedy")

    plan = json.loads(done.stdout)
    obeys("plan-output-1", plan)
    assert (plan["optimal"], plan["solver"]) == (False, "greedy 1")


@pytest.mark.parametrize(
    ("name", "raw", "said"),
    [
        ("gone.json", None, "ne peut pas se lire"),
        ("text.json", b"pas du JSON", "ce n'est pas un document plan-input-1"),
        ("twice.json", b'{"seed": 1, "seed": 2}', "the same key twice"),
        ("word.json", b'{"devises": []}', "devises"),
    ],
)
def test_a_bad_file_is_refused_in_one_sentence_with_its_path(scratch, name, raw, said):
    path = scratch / name
    if raw is not None:
        path.write_bytes(raw)

    done = rebond(scratch, "plan", path)

    assert (done.returncode, done.stdout) == (1, "")
    assert str(path) in done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_the_place_in_the_document_is_named(scratch):
    path = changed(scratch, lambda document: document["devices"][2].update(ram_mib="8 Go"))
    with pytest.raises(BadValue, match=r"\$\.devices\[2\]\.ram_mib"):
        read_plan_input(path)

    path = changed(scratch, lambda document: document["devices"][0].update(lot="nulle-part"))
    with pytest.raises(UnusablePlanInput, match=r"changed\.json : appareil l1 : « nulle-part »"):
        plan_file(path, NOON)


def test_where_a_plan_cannot_be_written_the_path_is_named(scratch):
    with pytest.raises(BadValue, match="nowhere"):
        write_plan(scratch / "nowhere" / "plan.json", b"{}")


def test_options_of_a_file_need_a_file(scratch):
    done = rebond(scratch, "plan", "--greedy")

    assert (done.returncode, "rebond plan ENTREE.json" in done.stderr) == (1, True)


def test_a_plan_file_may_be_larger_than_a_statement_but_not_without_end():
    document = json.loads((EXAMPLE / "input.json").read_bytes())
    document["devices"] = [document["devices"][0] | {"id": f"x{n}"} for n in range(3000)]
    raw = json.dumps(document).encode()

    with pytest.raises(Unreadable, match=str(STATEMENT.nodes)):
        decode_as(raw, PlanInput)
    assert len(decode_as(raw, PlanInput, PLAN_FILE).devices) == 3000
    with pytest.raises(Unreadable, match="larger than 1000 bytes"):
        decode_as(raw, PlanInput, Limits(1000, 10))


def test_the_documented_plan_is_one_of_ours():
    output = decode_as((EXAMPLE / "output.json").read_bytes(), PlanOutput)

    assert output.optimal
