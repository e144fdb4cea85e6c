"""The files of a machine that a build may read: programs, libraries, fonts. No file with a secret, and no file of a user."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

__all__ = ["NETWORK", "SYSTEM", "of_prefix", "of_programs"]

SYSTEM = (
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/usr",
    "/nix/store",
    "/gnu/store",
    "/home/linuxbrew/.linuxbrew",
    *(
        f"/etc/{name}"
        for name in (
            "ImageMagick-6",
            "ImageMagick-7",
            "alternatives",
            "bash.bashrc",
            "ca-certificates",
            "debian_version",
            "fonts",
            "group",
            "host.conf",
            "java",
            "ld.so.cache",
            "ld.so.conf",
            "ld.so.conf.d",
            "locale.alias",
            "locale.conf",
            "localtime",
            "lsb-release",
            "magic",
            "mime.types",
            "nsswitch.conf",
            "os-release",
            "papersize",
            "passwd",
            "perl",
            "pki/ca-trust",
            "pki/tls/certs",
            "protocols",
            "services",
            "ssl/certs",
            "ssl/openssl.cnf",
            "terminfo",
            "texmf",
            "timezone",
        )
    ),
    *(f"/etc/java-{version}-openjdk" for version in (8, 11, 17, 21, 25)),
    "/var/cache/fontconfig",
    "/var/lib/texmf",
    "/sys/devices/system/cpu",
    "/sys/fs/cgroup",
    "/sys/kernel/mm/transparent_hugepage",
)
"""The paths of the system, without `/proc`."""

PROCESSES = (
    "/proc/cpuinfo",
    "/proc/filesystems",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/sys",
    "/proc/uptime",
    "/proc/version",
)
"""The files in `/proc` that a build may read if `/proc` shows the processes of others."""

NETWORK = ("/etc/hosts", "/etc/resolv.conf", "/etc/gai.conf")
"""The files that programs read to look up names in the network."""

_PARTS = ("bin", "include", "lib", "lib64", "libexec")


def of_prefix(program: Path) -> Iterator[str]:
    """Yield the folders of the installed `program`: those beside its `bin`."""
    for path in dict.fromkeys((program, program.resolve())):
        prefix = path.parent.parent
        if path.parent.name in ("bin", "sbin") and not str(prefix).startswith(("/usr", "/bin")) and str(prefix) != "/":
            yield from (str(prefix / part) for part in _PARTS if (prefix / part).is_dir())
        else:
            yield str(path)


def of_programs(folders: Iterable[str], names: Iterable[str]) -> Iterator[str]:
    """Yield the paths that the programs `names` in `folders` need, without those of the system."""
    for folder in folders:
        for name in names:
            path = Path(folder) / name
            if path.exists() and not os.path.realpath(path).startswith(("/usr/", "/bin/", "/sbin/", "/lib")):
                yield from of_prefix(path)
