"""What the generated OpenAPI document does not know by itself: the error every operation may answer, and the key."""

from typing import Any

from django.utils.functional import Promise

ABOUT = (
    "Everything a reader can do in the pages. Sign in with `createToken`, then send `Authorization: Bearer …`. "
    "Errors are application/problem+json (RFC 9457) with a stable `code`; what is forbidden and what is absent are both 404. "
    "Every POST takes an `Idempotency-Key`: the same key with the same body gives the first answer again. "
    "Before a holder agrees, nobody learns who the other is."
)
PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "type": "object",
    "description": "RFC 9457. `detail` is in the reader's language, `code` never changes.",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "errors": {
            "type": "object",
            "description": "With 422: what does not fit, by field.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
}
KEY: dict[str, Any] = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "schema": {"type": "string", "maxLength": 200},
    "description": "The same key with the same body gives the first answer again, with another body 422.",
}
RETRY_AFTER = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}}
ERRORS = {
    "400": "Not to be read at all.",
    "401": "No token, or one that is no longer valid.",
    "404": "Nothing here, or not yours to see.",
    "405": "This address does not take that method.",
    "409": "How things stand does not allow this step.",
    "413": "More than can be sent at once.",
    "422": "Something does not fit, or a rule says no.",
    "429": "Too much at once.",
    "503": "A library system, or the database, cannot be reached; nothing was changed.",
}


HEALTH: dict[str, Any] = {
    "operationId": "getHealth",
    "summary": "Get Health",
    "description": "Whether this process can serve. Outside /api.",
    "tags": ["health"],
    "parameters": [],
}
HEALTHY: dict[str, Any] = {
    "type": "object", "required": ["status"], "properties": {"status": {"type": "string", "enum": ["ok"]}},
}  # fmt: skip


def complete(schema: dict[str, Any]) -> None:
    schema["components"]["schemas"]["Problem"] = PROBLEM
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            if method == "post":
                operation["parameters"].append(KEY)
            for status in _statuses(path, method, operation):
                operation["responses"].setdefault(status, _problem(status))
            operation["parameters"] = [_said(one) for one in operation["parameters"]]
    healthy = {"description": "OK", "content": {"application/json": {"schema": HEALTHY}}}
    schema["paths"]["/healthz"] = {"get": {**HEALTH, "responses": {200: healthy, "503": _problem("503")}}}


def _said(parameter: dict[str, Any]) -> dict[str, Any]:
    """Labels are in the language of whoever reads the document, not of whoever started the process."""
    said = parameter.get("description")
    return {**parameter, "description": str(said)} if isinstance(said, Promise) else parameter


def _statuses(path: str, method: str, operation: dict[str, Any]) -> list[str]:
    """Something can be absent where the path or the body names it."""
    absent = {"401"} if "security" not in operation and method == "get" else set()
    if "{" not in path and "requestBody" not in operation:
        absent |= {"404"}
    if method in ("get", "delete"):
        absent |= {"413"}
    if method == "get":
        absent |= {"409"}
    return [status for status in ERRORS if status not in absent]


def _problem(status: str) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    headers = {"headers": RETRY_AFTER} if status in ("429", "503") else {}
    return {"description": ERRORS[status], "content": content, **headers}
