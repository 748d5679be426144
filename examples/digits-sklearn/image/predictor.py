"""The HTTP surface that SageMaker calls: /ping and /invocations."""

import json
from collections.abc import Callable

import numpy
from flask import Flask, Response, request

from model import Model, load_model
from request import BadRequest, parse_csv, parse_json

parsers: dict[str, Callable[[str], numpy.ndarray]] = {"text/csv": parse_csv, "application/json": parse_json}
known = " or ".join(parsers)


def _format(digits: list[int], media_type: str) -> str:
    return "".join(f"{digit}\n" for digit in digits) if media_type == "text/csv" else json.dumps({"predictions": digits})


def make_app(load: Callable[[], Model] = load_model) -> Flask:
    """Loads the model first: a worker that answers has one."""
    model = load()
    app = Flask(__name__)
    # SageMaker's limit of a real-time request, bytes.
    app.config["MAX_CONTENT_LENGTH"] = 25 * 1024 * 1024

    @app.get("/ping")
    def ping() -> Response:
        return Response(status=200)

    @app.post("/invocations")
    def invoke() -> Response:
        # The header without its parameters: `text/csv; charset=utf-8` is text/csv.
        parse = parsers.get(request.mimetype)
        if parse is None:
            return _text(415, f'Content-Type "{request.headers.get("content-type", "")}" is unknown, expected {known}')
        accepts = request.accept_mimetypes
        wanted = accepts.best_match([request.mimetype, *parsers]) if accepts else request.mimetype
        if wanted is None:
            return _text(406, f'Accept "{request.headers["accept"]}" is unknown, expected {known}')
        digits = model.digits(parse(request.get_data(as_text=True)))
        return Response(_format(digits, wanted), content_type=wanted)

    @app.errorhandler(BadRequest)
    def refuse(error: BadRequest) -> Response:
        return _text(400, str(error))

    return app


def _text(status: int, text: str) -> Response:
    return Response(text, status=status, content_type="text/plain")
