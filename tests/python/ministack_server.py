"""Runs ministack until standard input closes, so that it never outlives the tests, however they end.

Prints `port N` once it is bound to a free port of the loopback interface. What it writes goes to a folder of its own,
which is removed at the end. Without PLUMBLINE_S3_DATA nothing is kept; with it, objects are kept in that folder.
"""

import os
import shutil
import signal
import socket
import sys
import tempfile
import threading

folder = tempfile.mkdtemp(prefix="plumbline-ministack-")
with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
data = os.environ.get("PLUMBLINE_S3_DATA")
os.environ.update(
    BIND_HOST="127.0.0.1",
    GATEWAY_PORT=str(port),
    SERVICES="s3,kms,sts",
    S3_PERSIST="1" if data else "0",
    S3_DATA_DIR=data or os.path.join(folder, "data"),
    PERSIST_STATE="0",
    STATE_DIR=os.path.join(folder, "state"),
    TMPDIR=folder,
    LOG_LEVEL="ERROR",
)
tempfile.tempdir = None


def end(*_):
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)


def watch():
    sys.stdin.buffer.read()
    end()


threading.Thread(target=watch, daemon=True).start()
signal.signal(signal.SIGTERM, end)
print(f"port {port}", flush=True)
sys.argv = ["ministack"]

from ministack.app import main  # noqa: E402  (it reads the environment when it is imported)

try:
    main()
finally:
    shutil.rmtree(folder, ignore_errors=True)
