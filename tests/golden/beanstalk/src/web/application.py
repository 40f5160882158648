"""A shop that answers with its stage."""

import os


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [os.environ["STAGE"].encode()]
