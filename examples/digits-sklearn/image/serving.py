"""Starts gunicorn, and nginx in front of it where there is one; ends when either ends."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from contract import port

program_folder = Path(__file__).parent


def gunicorn_command(bind: str) -> list[str]:
    workers = os.environ.get("MODEL_SERVER_WORKERS", "1")
    timeout = os.environ.get("MODEL_SERVER_TIMEOUT", "60")
    return [
        *(sys.executable, "-m", "gunicorn", "wsgi:app"),
        *("--pythonpath", str(program_folder)),
        *("--bind", bind),
        *("--workers", workers, "--worker-class", "gthread", "--threads", "4"),
        *("--timeout", timeout, "--graceful-timeout", "25", "--keep-alive", "75"),
        # One copy of the model for all workers, and none of them starts without it.
        "--preload",
        "--no-control-socket",
    ]


def main() -> None:
    nginx = shutil.which("nginx")
    with tempfile.TemporaryDirectory() as folder:
        # The socket's name is relative to this folder: the system allows it hardly 100 bytes.
        children = [subprocess.Popen(gunicorn_command("unix:gunicorn.sock" if nginx else f"0.0.0.0:{port}"), cwd=folder)]
        if nginx:
            config = Path(folder, "nginx.conf")
            config.write_text((program_folder / "nginx.conf").read_text().replace("{port}", str(port)))
            # Started by root, nginx answers as another user, who may not enter this folder.
            user = ["-g", "user root;"] if os.getuid() == 0 else []
            children.append(subprocess.Popen([nginx, "-e", "stderr", "-p", folder, "-c", str(config), *user], cwd=folder))
        print(f"gunicorn{' behind nginx' if nginx else ''} on port {port}")

        stopping = False

        def stop(*_: object) -> None:
            nonlocal stopping
            stopping = True
            # nginx first: it ends what it has begun while gunicorn still answers.
            for child in reversed(children):
                child.send_signal(signal.SIGQUIT if child is not children[0] else signal.SIGTERM)

        signal.signal(signal.SIGTERM, stop)
        # Whichever child ends first takes the other along.
        pid, status = os.wait()
        exit_code = os.waitstatus_to_exitcode(status)
        for child in children:
            if child.pid != pid:
                if not stopping:
                    child.terminate()
                child.wait()
    sys.exit(0 if stopping else exit_code or 1)
