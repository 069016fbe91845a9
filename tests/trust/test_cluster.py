"""A cluster of someone else runs nothing here: its schedulers and workers may send what they like."""

import os
import pickle
import shutil
import socket
import struct
import subprocess
import sys
import threading

import pytest

from kansr.cluster import executor
from kansr.cluster.sealed import RefusedError, sealed
from kansr.errors import ClusterError, UsageError
from tests.cluster.conftest import ROOT, running
from tests.cluster.tasks import marked_square

ROLES = ("scheduler", "worker", "client")
distributed = pytest.importorskip("distributed")


class Harm:
    """An object that makes a folder where it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.fixture
def owned(tmp_path):
    """Give the path that harm makes, after a look at whether it would."""
    pickle.loads(pickle.dumps(Harm(tmp_path / "sure")))
    assert (tmp_path / "sure").is_dir()
    return tmp_path / "owned"


@pytest.mark.parametrize("load", [pickle.loads, pickle._loads, distributed.protocol.pickle.loads])
def test_no_reader_of_pickles_looks_up_a_name_while_a_cluster_may_speak(load, owned):
    with sealed() as refused, pytest.raises(RefusedError):
        load(pickle.dumps(Harm(owned)))
    assert not owned.exists()
    assert refused == ["posix.mkdir"]


@pytest.mark.parametrize("where", ["greeting", "answers"])
def test_a_scheduler_that_sends_an_object_runs_nothing(where, owned, monkeypatch):
    monkeypatch.setattr("kansr.cluster.dask_._SECONDS", "3s")
    said = pytest.raises(UsageError, match=r"sent an object, posix\.mkdir")
    with _Scheduler(Harm(owned), greets=where == "answers") as address, said as caught, executor(cluster=address):
        pass
    assert not owned.exists()
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("answer", ["Harm()", "'[' * 100_000", "b'x'"])
def test_a_worker_that_answers_with_an_object_runs_nothing(answer, owned, tmp_path):
    preload = tmp_path / "preload.py"
    preload.write_text(_PRELOAD.format(path=str(owned), answer=answer))
    with running(tmp_path, watched=("--no-nanny",), preload=preload) as cluster, asked(cluster) as workers:
        caught = workers.submit(marked_square, (tmp_path, 1)).exception(60)
    assert isinstance(caught, ClusterError)
    assert not owned.exists()
    if answer == "Harm()":
        assert "sent an object" in str(caught)


def asked(cluster):
    """Give the workers of a cluster."""
    return executor(cluster=str(cluster.file))


_PRELOAD = """
import os
import kansr.cluster.answer

class Harm:
    def __reduce__(self):
        return os.mkdir, ({path!r},)

def answered(task):
    return {answer}

answered.__module__ = "kansr.cluster.answer"
kansr.cluster.answer.answered = answered
"""


class _Scheduler:
    """What speaks as a scheduler does, as far as needed, and then sends an object."""

    def __init__(self, harm, *, greets):
        from distributed.protocol import dumps
        from distributed.protocol.serialize import ToPickle

        hello = {"compression": None, "python": tuple(sys.version_info)[:3], "pickle-protocol": 5}
        self.said = [dumps(hello)] if greets else []
        self.said += [dumps({"op": "stream-start", "what": ToPickle(harm)})]
        self.door = socket.create_server(("127.0.0.1", 0))

    def __enter__(self):
        threading.Thread(target=self._open, daemon=True).start()
        return f"tcp://127.0.0.1:{self.door.getsockname()[1]}"

    def __exit__(self, *_error):
        self.door.close()

    def _open(self):
        from distributed.protocol.utils import pack_frames

        try:
            while True:
                caller, _ = self.door.accept()
                for frames in self.said:
                    body = pack_frames(list(map(bytes, frames)))
                    caller.sendall(struct.pack("<Q", len(body)) + body)
        except OSError:
            return


@pytest.fixture
def certificates(tmp_path):
    """Give a maker of certificates of one authority, and a certificate of another."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")

    def made(name):
        key, certificate = tmp_path / f"{name}.key", tmp_path / f"{name}.pem"
        options = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}"]
        command = ["openssl", "req", *options, "-keyout", key, "-out", certificate]
        subprocess.run(command, check=True, capture_output=True)
        files = {
            f"tls_{role}_{what}": str(path) for role in ROLES for what, path in (("key", key), ("cert", certificate))
        }
        return {"tls_ca_file": str(certificate)} | files

    return made


_ASK = """
import sys
from kansr.cluster import executor
from kansr.errors import KansrError
try:
    with executor(cluster=sys.argv[1]) as workers:
        print(workers.submit(divmod, 7, 2).result(100))
except KansrError as error:
    print(error)
    sys.exit(error.exit_code)
"""


def test_a_cluster_with_certificates_is_used_by_those_who_have_one(certificates, tmp_path):
    ours, theirs = certificates("ours"), certificates("theirs")
    security = distributed.Security(require_encryption=True, **ours)
    with running(tmp_path, security, protocol="tls", **_settings(ours)) as cluster:
        for settings, code, said in ((ours, 0, "[3, 1]"), (theirs, 2, "does not answer"), ({}, 2, "does not answer")):
            done = subprocess.run(
                [sys.executable, "-c", _ASK, str(cluster.file)],
                env=os.environ | {"PYTHONPATH": str(ROOT)} | _settings(settings),
                capture_output=True, text=True, check=False, timeout=120,
            )  # fmt: skip
            assert (done.returncode, done.stderr) == (code, ""), done
            assert said in done.stdout


def _settings(files):
    """Give the variables by which Dask is told of certificates: `TLS__CA_FILE`, `TLS__CLIENT__KEY` and the like."""
    names = {
        name: name.upper().replace("TLS_", "TLS__").replace("_KEY", "__KEY").replace("_CERT", "__CERT")
        for name in files
    }
    return {f"DASK_DISTRIBUTED__COMM__{names[name]}": path for name, path in files.items()}
