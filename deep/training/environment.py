"""What a run was computed with, for whoever compares it later.

  environment(hardware)  == versions, device, threads, code and commit as plain data; no name of a
                              machine, person or place
  code_digest()          == a digest of the programs whose text decides what is computed: `deep`
                              and the selection rule of `linreg_theory.masks`
  commit()               == the commit of the source tree, marked if changed since; None without one

Two runs with the same settings, the same versions and the same digest are the same run.
"""

from __future__ import annotations

import hashlib
import platform
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any

import torch

from deep.settings import Hardware

__all__ = ["code_digest", "commit", "environment"]

_PACKAGES = (
    "torch",
    "torchvision",
    "numpy",
    "safetensors",
    "lightning-fabric",
    "pydantic",
    "linreg-theory",
)
_HERE = Path(__file__).parents[1]


def environment(hardware: Hardware, device: torch.device, processes: int = 1) -> dict[str, Any]:
    """Everything that may explain why two runs differ, JSON as it stands.

    Parameters
    ----------
    hardware : Hardware
        As it was found to be available.
    device : torch.device
        Which it is then.
    processes : int
        Into how many the work is divided.
    """
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "versions": {name: _version(name) for name in _PACKAGES},
        "options": hardware.model_dump(exclude={"threads", "devices", "checkpoint_steps"}),
        "device": _description(device),
        "processes": processes,
        "threads": torch.get_num_threads(),
        "code": code_digest(),
        "commit": commit(),
    }


def code_digest() -> str:
    """A digest of names and texts, the same wherever the source tree lies."""
    masks = _HERE.parent / "linreg_theory" / "masks.py"
    found = hashlib.sha256()
    for path in [*sorted(_HERE.rglob("*.py")), masks]:
        found.update(path.relative_to(_HERE.parent).as_posix().encode() + b"\0")
        found.update(path.read_bytes() + b"\0")
    return found.hexdigest()


def commit() -> str | None:
    """The commit, with "+" if files of the tree differ from it; None outside a repository."""
    head = _git("rev-parse", "HEAD")
    if head is None:
        return None
    return head + ("+" if _git("status", "--porcelain", "--untracked-files=no") else "")


def _git(*arguments: str) -> str | None:
    command = ["git", "-C", str(_HERE), *arguments]
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return ran.stdout.strip() if ran.returncode == 0 else None


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _description(device: torch.device) -> str:
    """The kind of device, and of CUDA devices the model."""
    if device.type == "cuda":
        return f"cuda: {torch.cuda.get_device_name(device)}, CUDA {torch.version.cuda}"
    return device.type
