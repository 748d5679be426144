"""The app: a plain WSGI callable, which Flask's and every other framework's app is as well."""

import json

import model

# Before SageMaker's 60 s are over: larger requests belong to batch transform.
MOST_ROWS = 10_000


class BadRequest(Exception):
    """A request the caller has to change; the text says what was expected."""


def _read_csv(text):
    lines = text.strip().split("\n", MOST_ROWS)
    if len(lines) > MOST_ROWS:
        raise BadRequest(f"Expected at most {MOST_ROWS} rows")
    return [[float(value) for value in line.split(",")] for line in lines]


def _read_json(text):
    return [[float(value) for value in row] for row in json.loads(text)["instances"]]


FORMATS = {
    "text/csv": (_read_csv, lambda predictions: "".join(f"{value}\n" for value in predictions)),
    # {"instances": [[…], …]}
    "application/json": (_read_json, lambda predictions: json.dumps({"predictions": predictions})),
}


class Predictor:
    def __init__(self):
        # Before anybody is listened to: whoever answers is ready.
        self._model = model.load()

    def __call__(self, environ, start_response):
        # Read whatever follows: an answer to a body nobody read may get lost.
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        route = f"{environ['REQUEST_METHOD']} {environ.get('PATH_INFO', '')}"
        if route == "GET /ping":
            status, text, content_type = "200 OK", "", "text/plain"
        elif route == "POST /invocations":
            status, text, content_type = self._invoke(environ.get("CONTENT_TYPE") or "", body)
        else:
            status, text, content_type = "404 Not Found", f"There is no {route}", "text/plain"
        answer = text.encode()
        start_response(status, [("Content-Type", content_type), ("Content-Length", str(len(answer)))])
        return [answer]

    def _invoke(self, header, body):
        # `Text/CSV; charset=utf-8` is text/csv.
        media_type = header.split(";")[0].strip().lower()
        if media_type not in FORMATS:
            return "415 Unsupported Media Type", f'Content-Type "{media_type}" is unknown, expected {" or ".join(FORMATS)}', "text/plain"
        read, write = FORMATS[media_type]
        try:
            rows = read(body.decode())
            if not 1 <= len(rows) <= MOST_ROWS or any(len(row) != self._model.width for row in rows):
                raise BadRequest(f"Expected 1 to {MOST_ROWS} rows of {self._model.width} numbers")
        except (BadRequest, ValueError, TypeError, KeyError) as error:
            return "400 Bad Request", f"Cannot read the rows: {error}", "text/plain"
        return "200 OK", write([self._model.predict(row) for row in rows]), media_type
