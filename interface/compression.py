"""Pages packed with gzip; their packed length varies, so that it says nothing about a secret inside (BREACH)."""

import gzip
import io
import secrets

from flask import Flask, Response, request

SMALLEST = 500
PACKED_TYPES = ("text/", "application/json", "application/xml", "image/svg+xml")


def install(app: Flask) -> None:
    """Pack every whole text answer for browsers that take gzip."""

    @app.after_request
    def pack(response: Response) -> Response:
        if response.direct_passthrough or response.is_streamed or "Content-Encoding" in response.headers:
            return response
        if not (response.content_type or "").startswith(PACKED_TYPES):
            return response
        response.vary.add("Accept-Encoding")
        body = response.get_data()
        if len(body) < SMALLEST or not request.accept_encodings.best_match(["gzip"]):
            return response
        response.set_data(packed(body))
        response.headers["Content-Encoding"] = "gzip"
        return response


def packed(body: bytes) -> bytes:
    """``body`` in gzip with a file name of random length in its head."""
    out = io.BytesIO()
    filler = "k" * (1 + secrets.randbelow(48))
    with gzip.GzipFile(filename=filler, mode="wb", compresslevel=6, fileobj=out, mtime=0) as stream:
        stream.write(body)
    return out.getvalue()
