"""The published JSON Schema (draft 2020-12), made from the types."""

import json

import msgspec

from rebond_schemas.exchange import EnrolmentAnswer, EnrolmentRequest, Receipt
from rebond_schemas.order import OrderRequest, WipeOrder
from rebond_schemas.plan import PlanInput
from rebond_schemas.plan_output import PlanOutput
from rebond_schemas.progress import BenchProgress
from rebond_schemas.read_order import ReadOrder
from rebond_schemas.statement import AnyStatement

SCHEMAS: dict[str, object] = {
    "statement-1": AnyStatement,
    "receipt-1": Receipt,
    "enrolment-request-1": EnrolmentRequest,
    "enrolment-answer-1": EnrolmentAnswer,
    "wipe-order-1": WipeOrder,
    "order-request-1": OrderRequest,
    "read-order-1": ReadOrder,
    "bench-progress-1": BenchProgress,
    "plan-input-1": PlanInput,
    "plan-output-1": PlanOutput,
}
"""File name in `schemas/` (without `.schema.json`) and the type it describes."""


def written(name: str) -> str:
    """Return the text of one published schema file."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": name}
    schema |= msgspec.json.schema(SCHEMAS[name])
    return json.dumps(schema, indent=2, ensure_ascii=True, sort_keys=True) + "\n"
