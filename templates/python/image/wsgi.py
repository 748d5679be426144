"""What the app server imports; run by itself it is a small app server of its own."""

from predictor import Predictor

app = Predictor()

if __name__ == "__main__":
    import signal
    import sys
    from socketserver import ThreadingMixIn
    from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

    from contract import PORT

    class Server(ThreadingMixIn, WSGIServer):
        daemon_threads = True
        request_queue_size = 128

    class Handler(WSGIRequestHandler):
        def log_request(self, *_):
            """A line for every ping would hide the others."""

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    make_server("0.0.0.0", PORT, app, server_class=Server, handler_class=Handler).serve_forever()
