"""The parts that ``wenyuan up`` keeps running: database, SIP2, worker, web; the web last, when all else answers."""

import os
import ssl
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from wenyuan.doors.cli.environment import CHECKOUT, Installation
from wenyuan.runtime.address import http_address, sip2_address
from wenyuan.runtime.keeper import keeper_part
from wenyuan.runtime.listening import told_of
from wenyuan.runtime.probes import http_probe, sip2_probe
from wenyuan.runtime.problem import Problem
from wenyuan.runtime.supervisor import Part

SIP2_PROCESSES = 2
"""They share one queue of connections: one interpreter cannot use two cores. The machines of one killed go on with the
other."""
SIP2_THREADS = 2
WEB_WORKERS = 2
WEB_THREADS = 4
"""Threads of one web process; each keeps a database connection."""


class BadCertificate(Problem):
    """The certificate settings cannot be used."""


def parts(here: Installation, *, machines_at: tuple[int, ...]) -> list[Part]:
    """In the order of their start.

    :param machines_at: the descriptors at which self-service machines connect.
    :raises Problem: a setting that a part needs cannot be used.
    """
    environment = here.environment()
    machines = [_sip2(environment, number, machines_at) for number in range(1, SIP2_PROCESSES + 1)]
    started = [*machines, _worker(environment), _web(environment)]
    if here.is_embedded:
        # The keeper alone gets the environment as given: for it the database is not somewhere else.
        started.insert(0, keeper_part(home=here.home, environ=here.given))
    return [replace(part, cwd=CHECKOUT) for part in started]


def _sip2(environment: Mapping[str, str], number: int, machines_at: tuple[int, ...]) -> Part:
    return Part(
        name=f"sip2-{number}",
        argv=(sys.executable, "-m", "wenyuan.doors.sip2", "--threads", str(SIP2_THREADS)),
        env={**environment, **told_of(machines_at)},
        ready=sip2_probe(sip2_address(environment)),
        handed_down=machines_at,
    )


def _worker(environment: Mapping[str, str]) -> Part:
    return Part(name="worker", argv=(sys.executable, "-m", "wenyuan.doors.cli", "worker"), env=environment)


def _web(environment: Mapping[str, str]) -> Part:
    address = http_address(environment)
    tls = tls_files(environment)
    arguments = [
        *("--interface", "wsgi"),
        *("--host", address.host),
        *("--port", str(address.port)),
        *("--workers", str(WEB_WORKERS)),
        *("--blocking-threads", str(WEB_THREADS)),
        *("--blocking-threads-idle-timeout", "600"),
        "--respawn-failed-workers",
        *("--workers-kill-timeout", "5"),
        "--no-ws",
        *("--log-level", "warning"),
    ]
    if tls is not None:
        certificate, key = tls
        arguments += ["--ssl-certificate", str(certificate), "--ssl-keyfile", str(key), "--ssl-protocol-min", "tls1.2"]
    return Part(
        name="web",
        argv=(sys.executable, "-m", "granian", *arguments, "wenyuan.config.wsgi:application"),
        env=environment,
        ready=http_probe(address, tls=tls is not None),
    )


def tls_files(environ: Mapping[str, str]) -> tuple[Path, Path] | None:
    """Certificate chain and key of the web, absolute; none when it speaks plain HTTP.

    :raises BadCertificate: one without the other, not readable, not belonging together, or a key not in PKCS #8.
    """
    certificate, key = environ.get("WENYUAN_TLS_CERT", ""), environ.get("WENYUAN_TLS_KEY", "")
    if not certificate and not key:
        return None
    if not certificate or not key:
        raise BadCertificate("WENYUAN_TLS_CERT and WENYUAN_TLS_KEY are set together or not at all.")
    paths = Path(certificate).expanduser().absolute(), Path(key).expanduser().absolute()
    for path in paths:
        if not os.access(path, os.R_OK):
            raise BadCertificate(f"{path} cannot be read.", command=f"ls -l {path}")
    try:
        # An encrypted key would ask for its password on the terminal: an empty one fails instead.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(*paths, password="")
    except (ssl.SSLError, ValueError) as error:
        reason = getattr(error, "reason", None) or "the key has a password"
        raise BadCertificate(f"Certificate and key cannot be used together: {reason}.") from None
    if "-----BEGIN PRIVATE KEY-----" not in paths[1].read_text("ascii", "replace"):
        raise BadCertificate(
            f"{paths[1]} is no key in PKCS #8 form.",
            command=f"openssl pkcs8 -topk8 -nocrypt -in {paths[1]} -out {paths[1]}.pkcs8",
        )
    return paths
