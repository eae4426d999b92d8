"""Where a run is computed: device, precision, number of processes; through Lightning Fabric.

  available(hardware, say) == what of the wishes this machine can fulfil, each refusal said
  launch(hardware, work, *arguments)
                           == work(machine, *arguments) in this process, or in as many as there are
                              devices; returns what the first one returns
  Machine                  == one process's device and its place among the processes
  machine.generator(seed, *names)
                           == a generator on the device for one purpose, the same in every process
  machine.shared_draws()   == the context in which random numbers are drawn for the global batch,
                              of which each process keeps its own rows
  machine.autocast()       == the context in which losses are computed; bfloat16 where wished
  machine.mean_gradients(parameters)
                           == gradients averaged over the processes
  machine.sum(x), machine.any(flag)
                           == over the processes
  machine.placed(network)  == the network on the device, channels last or compiled where wished

With several processes each computes a part of the same global batch, so the result is that of one
process up to rounding: their number changes speed, not what is learned. Another kind of device
draws other random numbers. Gradients are averaged here, not by a wrapper around the network: one
step runs a network several times, and the searches for the worst mask or input take gradients of
their own, which must not be averaged.
"""

from __future__ import annotations

import hashlib
import logging
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from typing import Any

import torch
import torch.distributed
from lightning_fabric import Fabric
from torch import Tensor, nn
from torch.multiprocessing.spawn import ProcessException
from torch.overrides import TorchFunctionMode

from deep.settings import Hardware

__all__ = ["Machine", "available", "launch"]

# It says in several lines what environment.json says.
logging.getLogger("lightning_fabric").setLevel(logging.WARNING)


def available(hardware: Hardware, say: Callable[[str], None]) -> Hardware:
    """The wishes with "auto" decided and everything that is not there taken back, with a word.

    Raises
    ------
    ValueError
        If a device was asked for by name and is not there: a run of minutes would become one of
        days.
    """
    device = _device(hardware)
    changes: dict[str, Any] = {"device": device}
    count = torch.cuda.device_count() if device == "cuda" else 1
    if device != "cpu" and hardware.devices > count:
        say(f"devices: {hardware.devices} asked for, {count} there; going on with {count}")
        changes["devices"] = count
    if hardware.precision == "bf16" and not _has_bf16(device):
        say(f"precision: no bf16 on this {device} device; going on in 32 bits")
        changes["precision"] = "32"
    if hardware.compile and (reason := _no_compiler(device)):
        say(f"compile: torch.compile is not usable here ({reason}); going on without")
        changes["compile"] = False
    return hardware.model_copy(update=changes)


def launch(hardware: Hardware, work: Callable[..., Any], *arguments: Any) -> Any:
    """Run `work(machine, *arguments)`; the arguments must be picklable if devices > 1.

    Parameters
    ----------
    hardware : Hardware
        As `available` returns it.

    Raises
    ------
    RuntimeError
        If one of several processes ends with an error: its last line.
    """
    if hardware.devices == 1:
        return work(Machine(hardware, _fabric(hardware)), *arguments)
    fabric = _fabric(hardware)
    # One object that Fabric does not look into: it would rebuild what it finds in arguments.
    part: Any = partial(_part, hardware, work, arguments)
    with _signals_passed_on():
        try:
            return fabric.launch(part)
        except ProcessException as error:
            last = str(error).strip().splitlines()[-1]
            raise RuntimeError(f"one of {hardware.devices} processes ended: {last}") from None


class Machine:
    """One process's view of the devices.

    Parameters
    ----------
    hardware : Hardware
        As `available` returns it.
    fabric : Fabric
        Launched, if there is more than one process.
    """

    def __init__(self, hardware: Hardware, fabric: Fabric) -> None:
        self.hardware = hardware
        self.device = fabric.device
        self.rank, self.processes = fabric.global_rank, fabric.world_size
        self._fabric = fabric
        if hardware.threads is not None:
            torch.set_num_threads(hardware.threads)

    @property
    def first(self) -> bool:
        """Whether this is the process that writes and speaks."""
        return self.rank == 0

    def autocast(self) -> AbstractContextManager[Any]:
        """bfloat16 for matrix products and convolutions where wished, else nothing."""
        context: AbstractContextManager[Any] = self._fabric.autocast()
        return context

    def generator(self, seed: int, *names: str | int) -> torch.Generator:
        """Random numbers for one purpose of one run: no other name or seed gives the same."""
        digest = hashlib.sha256(repr((seed, *names)).encode()).digest()
        generator = torch.Generator(self.device)
        return generator.manual_seed(int.from_bytes(digest[:8]) >> 1)

    def shared_draws(self) -> AbstractContextManager[Any]:
        """Draws from a generator are of the global batch's size and cut to this process's rows.

        So a row's noise is the same however many processes there are.
        """
        return _SharedDraws(self.rank, self.processes) if self.processes > 1 else nullcontext()

    def mean_gradients(self, parameters: Iterable[nn.Parameter]) -> None:
        """Replace gradients by their means over the processes, in one exchange."""
        if self.processes == 1:
            return
        gradients = [p.grad for p in parameters if p.grad is not None]
        flat = torch.cat([gradient.reshape(-1) for gradient in gradients])
        torch.distributed.all_reduce(flat)
        flat /= self.processes
        sizes = [gradient.numel() for gradient in gradients]
        for gradient, part in zip(gradients, torch.split(flat, sizes), strict=True):
            gradient.copy_(part.view_as(gradient))

    def sum(self, x: Tensor) -> Tensor:
        """The sum over the processes; with one process x itself."""
        if self.processes > 1:
            x = x.clone()
            torch.distributed.all_reduce(x)
        return x

    def any(self, flag: bool) -> bool:
        """Whether a flag is set in any process: all of them decide alike."""
        if self.processes == 1:
            return flag
        return bool(self.sum(torch.tensor(float(flag), device=self.device)) > 0)

    def barrier(self) -> None:
        """Wait until every process is here."""
        self._fabric.barrier()

    def placed(self, network: nn.Module) -> nn.Module:
        """The network on the device; its two halves are compiled, as nothing calls the whole."""
        network.to(self.device)
        if self.hardware.channels_last:
            network.to(memory_format=torch.channels_last)
        if self.hardware.compile:
            for half in ("under", "upper"):
                setattr(network, half, _compiled(getattr(network, half)))
        return network

    def images(self, x: Tensor) -> Tensor:
        """Images as the network wants them in memory."""
        if self.hardware.channels_last and x.ndim == 4:
            return x.contiguous(memory_format=torch.channels_last)
        return x


class _SharedDraws(TorchFunctionMode):
    """What `Machine.shared_draws` is; a draw that it does not know is refused, never passed."""

    def __init__(self, rank: int, processes: int) -> None:
        super().__init__()
        self._rank, self._processes = rank, processes

    def __torch_function__(
        self, function: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if kwargs.get("generator") is None:
            return function(*args, **kwargs)
        if function not in (torch.rand, torch.randn):
            raise NotImplementedError(f"{function.__name__} has no draw for several processes")
        own, *others = args[0] if isinstance(args[0], (tuple, list)) else args
        everyone = function((own * self._processes, *others), **kwargs)
        return everyone[self._rank * own : (self._rank + 1) * own]


def _fabric(hardware: Hardware) -> Fabric:
    return Fabric(
        accelerator=hardware.device,
        devices=hardware.devices,
        strategy="ddp_spawn" if hardware.devices > 1 else "auto",
        precision="bf16-mixed" if hardware.precision == "bf16" else "32-true",
    )


def _part(hardware: Hardware, work: Callable[..., Any], arguments: Any, fabric: Fabric) -> Any:
    return work(Machine(hardware, fabric), *arguments)


def _device(hardware: Hardware) -> str:
    there = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if hardware.device == "auto":
        return next(name for name, found in there.items() if found)
    if not there[hardware.device]:
        raise ValueError(f"device must be one that is there, got {hardware.device!r}; use auto")
    return hardware.device


def _has_bf16(device: str) -> bool:
    return device == "cpu" or (device == "cuda" and torch.cuda.is_bf16_supported())


def _compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    return torch.compile(function)


def _no_compiler(device: str) -> str:
    """Why torch.compile does not work, found by trying; empty if it does."""
    try:
        x = torch.ones(3, device=device, requires_grad=True)
        torch.autograd.backward(_compiled(_probe)(x))
    except Exception as error:  # a missing compiler shows in many kinds of errors
        return f"{type(error).__name__}: {str(error).strip().splitlines()[0][:80]}"
    return ""


def _probe(x: Tensor) -> Tensor:
    return torch.relu(x).sum()


@contextmanager
def _signals_passed_on() -> Iterator[None]:
    """While processes work, this one only waits: Ctrl-C reaches them too, SIGTERM is handed on."""

    def hand_on(number: int, frame: Any) -> None:
        if number == signal.SIGTERM:
            for process in multiprocessing.active_children():
                os.kill(process.pid or 0, number)

    try:
        old = {each: signal.signal(each, hand_on) for each in (signal.SIGINT, signal.SIGTERM)}
    except ValueError:  # not the main thread, to which signals go
        old = {}
    try:
        yield
    finally:
        for each, handler in old.items():
            signal.signal(each, handler)
