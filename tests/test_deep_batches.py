"""The batches of a run: what they hold, in which order, and that they go on where they stopped."""

from __future__ import annotations

import copy
import itertools
from collections import Counter
from dataclasses import fields
from typing import Any

import pytest
import torch
from torch import Tensor

from deep.data import batches as module
from deep.data import prepare
from deep.data.batches import Batch, Batches
from deep.data.sources import Images, fake
from deep.data.splits import split
from deep.settings import Settings, changed

torch.set_num_threads(1)

IMAGES = fake(60, 25, (2, 6, 5), classes=3)
SEMI = (
    "data.labels=12",
    "data.validation=9",
    "optimiser.batch=5",
    "optimiser.batch_unlabelled=8",
    "noise.views=2",
    "data.translate=2",
    "data.flip=true",
)
SUPERVISED = ("optimiser.batch=7", "data.validation=9")


def settings(*pairs: str) -> Settings:
    return changed(Settings(recipe="test", flavour="cpu", method="pi", seed=0), pairs)


def make(*pairs: str, seed: int = 0, images: Images = IMAGES, **more: Any) -> Batches:
    chosen = settings(*pairs)
    parts = split(images.train_labels, chosen.data)
    generator = torch.Generator().manual_seed(seed)
    return Batches(images, parts, chosen, "cpu", generator, **more)


def take(batches: Batches, count: int) -> list[Batch]:
    """So many batches and no more, over the ends of epochs."""
    epochs = (batches.epoch() for _ in itertools.repeat(None))
    return list(itertools.islice(itertools.chain.from_iterable(epochs), count))


def rows(batch: Batch) -> dict[str, Tensor | None]:
    return {each.name: getattr(batch, each.name) for each in fields(batch)}


def same(first: Batch, second: Batch) -> bool:
    """Whether all bits are the same."""
    pairs = zip(rows(first).values(), rows(second).values(), strict=True)
    return all(
        (a is None and b is None) or (a is not None and b is not None and torch.equal(a, b))
        for a, b in pairs
    )


def unit(index: Tensor) -> Tensor:
    return IMAGES.train[index].float() / 255


# ---------------------------------------------------------------- contents


def test_a_supervised_batch_holds_what_it_says() -> None:
    batches = make(*SUPERVISED)
    assert batches.steps == 7  # 51 images: 7 whole batches, two images passed over
    for batch in batches.epoch():
        assert batch.u is batch.u2 is batch.x2 is None
        assert torch.equal(batch.x, unit(batch.index))
        assert torch.equal(batch.y, IMAGES.train_labels[batch.index])
        assert (batch.x.dtype, batch.y.dtype) == (torch.float32, torch.int64)


def test_a_semi_supervised_batch_holds_what_it_says() -> None:
    plain = [each for each in SEMI if not each.startswith(("data.translate", "data.flip"))]
    batches = make(*plain)
    parts = split(IMAGES.train_labels, settings(*plain).data)
    assert batches.steps == 51 // 8
    for batch in batches.epoch():
        assert batch.x.shape == (5, 2, 6, 5)
        assert batch.u is not None
        assert batch.u2 is not None
        assert batch.x2 is not None
        assert torch.equal(batch.u, unit(batch.index))
        assert torch.equal(batch.u, batch.u2)  # nothing is augmented
        assert torch.equal(batch.x, batch.x2)
        assert set(batch.index.tolist()) <= set(parts.unlabelled.tolist())
        labelled = unit(parts.labelled)
        for x, y in zip(batch.x, batch.y, strict=True):
            (match,) = (labelled == x).flatten(1).all(1).nonzero()[0]
            assert IMAGES.train_labels[parts.labelled[match]] == y


def test_views_are_augmented_independently() -> None:
    batch = take(make(*SEMI), 1)[0]
    assert batch.x2 is not None
    assert batch.u is not None
    assert batch.u2 is not None
    assert not torch.equal(batch.x, batch.x2)
    assert not torch.equal(batch.u, batch.u2)
    assert not torch.equal(batch.u, unit(batch.index))
    one = take(make(*SEMI, "noise.views=1"), 1)[0]
    assert one.x2 is one.u2 is None


def test_the_device_is_the_one_asked_for() -> None:
    """On "meta", which computes nothing, every tensor of a batch would be; the order is not."""
    chosen = settings(*SUPERVISED)
    parts = split(IMAGES.train_labels, chosen.data)
    batches = Batches(IMAGES, parts, chosen, "meta", torch.Generator().manual_seed(0))
    batch = next(batches.epoch())
    assert {batch.x.device.type, batch.y.device.type, batch.index.device.type} == {"meta"}
    assert batches.state_dict()["sets"]["labelled"]["order"].device.type == "cpu"


def test_nothing_is_drawn_from_or_left_in_the_global_state() -> None:
    torch.manual_seed(1)
    first = take(make(*SEMI), 10)
    torch.manual_seed(2)
    state = torch.get_rng_state()
    assert all(map(same, first, take(make(*SEMI), 10)))
    assert torch.equal(torch.get_rng_state(), state)
    assert not any(map(same, first, take(make(*SEMI, seed=1), 10)))


# ---------------------------------------------------------------- order


def test_an_epoch_goes_once_through_the_larger_set() -> None:
    batches = make("optimiser.batch=6")
    epochs = [[row for b in batches.epoch() for row in b.index.tolist()] for _ in range(2)]
    assert sorted(epochs[0]) == sorted(epochs[1]) == list(range(60))
    assert epochs[0] != epochs[1]


def test_the_smaller_set_is_cycled_evenly() -> None:
    """12 labels in batches of 4, over 5 whole cycles: each 5 times; never twice in one batch."""
    pairs = ("data.labels=12", "optimiser.batch=4", "optimiser.batch_unlabelled=4")
    batches = make(*pairs)
    assert batches.steps == 15
    seen = Counter(tuple(x.flatten().tolist()) for b in batches.epoch() for x in b.x)
    assert sorted(seen.values()) == [5] * 12


def test_no_image_is_twice_in_a_batch_and_none_is_passed_over_for_ever() -> None:
    taken = take(make("optimiser.batch=7", "data.validation=9", "schedule.steps=5"), 400)
    assert all(len(set(b.index.tolist())) == 7 for b in taken)
    seen = Counter(row for b in taken for row in b.index.tolist())
    assert len(seen) == 51
    assert min(seen.values()) > 0.6 * max(seen.values())


@pytest.mark.parametrize(
    ("pairs", "steps"),
    [
        (("optimiser.batch=60",), 1),
        (("optimiser.batch=31",), 1),
        (("optimiser.batch=4", "optimiser.batch_unlabelled=10", "data.labels=30"), 6),
        (("optimiser.batch=4", "optimiser.batch_unlabelled=10"), 15),  # equal sets: the longer
        (
            (
                "optimiser.batch=4",
                "optimiser.batch_unlabelled=2",
                "data.labels=45",
                "data.unlabelled_includes_labelled=false",
            ),
            11,
        ),
        (("optimiser.batch=4", "schedule.steps=77"), 77),
    ],
)
def test_steps_of_an_epoch(pairs: tuple[str, ...], steps: int) -> None:
    batches = make(*pairs)
    assert batches.steps == steps
    assert len(list(batches.epoch())) == steps
    assert batches.step == 0


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        (("optimiser.batch=61",), "optimiser.batch must be at most 60, the number of labelled"),
        (
            ("data.labels=12", "optimiser.batch=13", "optimiser.batch_unlabelled=1"),
            "optimiser.batch must be at most 12, the number of labelled images, got 13",
        ),
        (
            ("optimiser.batch=5", "optimiser.batch_unlabelled=61"),
            "optimiser.batch_unlabelled must be at most 60, the number of unlabelled",
        ),
        (
            (
                "optimiser.batch=5",
                "optimiser.batch_unlabelled=1",
                "data.unlabelled_includes_labelled=false",
            ),
            "optimiser.batch_unlabelled must be at most 0, the number of unlabelled",
        ),
    ],
)
def test_batches_larger_than_their_set_are_one_line(pairs: tuple[str, ...], said: str) -> None:
    with pytest.raises(ValueError, match=f"^{said}"):
        make(*pairs)


# ---------------------------------------------------------------- going on


def plain_leaves(tree: Any) -> bool:
    if isinstance(tree, dict):
        return all(map(plain_leaves, tree.values()))
    return isinstance(tree, (Tensor, int))


@pytest.mark.parametrize("stop", range(16))
def test_stopped_after_any_step_it_goes_on_bit_for_bit(stop: int) -> None:
    """6 steps an epoch; labelled images are shuffled anew in mid-epoch, after every second."""
    whole = take(make(*SEMI), 24)
    stopped = make(*SEMI)
    assert all(map(same, take(stopped, stop), whole[:stop]))
    state = copy.deepcopy(stopped.state_dict())
    assert plain_leaves(state)
    assert state["step"] == (0 if stop == 0 else (stop - 1) % 6 + 1)
    take(stopped, 3)  # the state is not that of the object any more
    other = make(*SEMI, seed=99)
    take(other, 4)
    other.load_state_dict(state)
    assert all(map(same, take(other, 24 - stop), whole[stop:]))


@pytest.mark.parametrize("lost", ["generator", "order", "position", "step"])
def test_every_part_of_the_state_counts(lost: str) -> None:
    whole = take(make(*SEMI), 24)
    stopped = make(*SEMI)
    take(stopped, 9)
    state = copy.deepcopy(stopped.state_dict())
    if lost == "generator":
        state["generator"] = torch.Generator().manual_seed(5).get_state()
    elif lost == "order":
        order = state["sets"]["unlabelled"]["order"]
        state["sets"]["unlabelled"]["order"] = order.flip(0)
    elif lost == "position":
        state["sets"]["labelled"]["position"] = 0
    else:
        state["step"] -= 1
    other = make(*SEMI)
    other.load_state_dict(state)
    assert not all(map(same, take(other, 15), whole[9:]))


def test_the_end_of_an_epoch() -> None:
    """Stopped in the last batch's step nothing is left of the epoch; after the loop, all is new."""
    batches = make(*SEMI)
    taken = batches.epoch()
    for _ in range(6):
        next(taken)
    within = copy.deepcopy(batches.state_dict())
    assert next(taken, None) is None
    between = copy.deepcopy(batches.state_dict())
    expected = take(batches, 6)
    other = make(*SEMI, seed=3)
    other.load_state_dict(within)
    assert list(other.epoch()) == []
    assert all(map(same, take(other, 6), expected))
    other.load_state_dict(between)
    assert all(map(same, list(other.epoch()), expected))


def test_an_epoch_left_early_goes_on() -> None:
    batches = make(*SEMI)
    first = next(batches.epoch())
    rest = list(batches.epoch())
    assert len(rest) == 5
    assert all(map(same, [first, *rest], take(make(*SEMI), 6)))


def test_states_of_other_runs_are_refused_and_change_nothing() -> None:
    batches = make(*SEMI)
    take(batches, 2)
    before = copy.deepcopy(batches.state_dict())
    others = {
        "state must be an order of the 12 labelled": make(*SEMI, "data.split_seed=7"),
        "state must be of the sets labelled, unlabelled, got labelled": make(*SUPERVISED),
        "state must be within an epoch of 6 steps, got 8": make(*SEMI, "schedule.steps=9"),
    }
    for said, other in others.items():
        take(other, 8)
        state = other.state_dict()
        if "order" not in said:
            state["step"] = min(state["step"], 8)
        with pytest.raises(ValueError, match=said):
            batches.load_state_dict(state)
    wrong = copy.deepcopy(before)
    wrong["sets"]["labelled"]["position"] = 13
    with pytest.raises(ValueError, match="position 13 among 12"):
        batches.load_state_dict(wrong)
    assert repr(batches.state_dict()) == repr(before)
    untouched = make(*SEMI)
    take(untouched, 2)
    assert all(map(same, take(batches, 9), take(untouched, 9)))


# ---------------------------------------------------------------- processes


def test_parts_of_all_processes_are_the_batch() -> None:
    pairs = (*SEMI, "optimiser.batch=6")
    whole = take(make(*pairs), 4)
    processes = [take(make(*pairs), 4) for _ in range(2)]
    for step, batch in enumerate(whole):
        parts = [rows(processes[rank][step].part(rank, 2)) for rank in range(2)]
        for name, tensor in rows(batch).items():
            assert tensor is not None
            halves = [half for part in parts if (half := part[name]) is not None]
            together = torch.cat(halves)
            assert torch.equal(together, tensor)
        assert same(batch.part(0, 1), batch)
        assert not same(batch.part(0, 2), batch.part(1, 2))


def test_parts_without_unlabelled_images() -> None:
    batch = take(make("optimiser.batch=6"), 1)[0].part(2, 3)
    assert batch.x2 is batch.u is batch.u2 is None
    assert len(batch.x) == len(batch.y) == len(batch.index) == 2


@pytest.mark.parametrize(
    ("rank", "world", "said"),
    [
        (2, 2, "rank must be from 0 to 1, got 2"),
        (-1, 2, "rank must be from 0 to 1, got -1"),
        (0, 2, "optimiser.batch must be a multiple of the 2 processes, got 5"),
        (0, 5, "optimiser.batch_unlabelled must be a multiple of the 5 processes, got 8"),
    ],
)
def test_parts_that_do_not_divide_are_one_line(rank: int, world: int, said: str) -> None:
    batch = take(make(*SEMI), 1)[0]
    with pytest.raises(ValueError, match=f"^{said}$"):
        batch.part(rank, world)


# ---------------------------------------------------------------- evaluation and whitening


@pytest.mark.parametrize(("part", "count"), [("test", 25), ("validation", 9), ("train", 51)])
def test_evaluation_is_in_order_and_once(part: Any, count: int) -> None:
    batches = make(*SEMI)
    before = batches.state_dict()["generator"]
    found = list(batches.in_order(part, size=4))
    assert [len(y) for _, y in found] == [4] * (count // 4) + [count % 4]
    parts = split(IMAGES.train_labels, settings(*SEMI).data)
    index = {"validation": parts.validation, "train": parts.training}
    images, labels = IMAGES.test, IMAGES.test_labels
    if part != "test":
        images, labels = IMAGES.train[index[part]], IMAGES.train_labels[index[part]]
    assert torch.equal(torch.cat([x for x, _ in found]), images.float() / 255)
    assert torch.equal(torch.cat([y for _, y in found]), labels)
    assert torch.equal(batches.state_dict()["generator"], before)


def test_evaluation_of_nothing_and_of_no_part() -> None:
    batches = make("optimiser.batch=6")
    assert list(batches.in_order("validation")) == []
    with pytest.raises(ValueError, match="size must be positive, got 0"):
        batches.in_order("test", size=0)
    with pytest.raises(ValueError, match=r"part must be .* got 'tset'"):
        batches.in_order("tset")  # type: ignore[arg-type]


def test_whitening_is_fitted_to_training_images_only() -> None:
    pairs = (*SUPERVISED, "data.zca=inside", "data.scaling=centred")
    batches = make(*pairs)
    chosen = settings(*pairs)
    parts = split(IMAGES.train_labels, chosen.data)
    honest = prepare.fit(IMAGES.train[parts.training], chosen.data)
    leaking = prepare.fit(IMAGES.train, chosen.data)
    assert batches.transform.checksum == honest.checksum
    assert leaking.checksum != honest.checksum
    batch = take(batches, 1)[0]
    assert torch.equal(batch.x, honest.on("cpu")(IMAGES.train)[batch.index])
    (x, _), *_ = batches.in_order("test", size=25)
    assert torch.equal(x, honest.on("cpu")(IMAGES.test))
    given = make(*pairs, transform=leaking)
    assert given.transform is leaking


def test_whitening_at_once_or_by_batch_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = (*SEMI, "data.zca=inside")
    at_once = take(make(*pairs), 7)
    monkeypatch.setattr(module, "WHITENED_AT_ONCE", 0)
    by_batch = take(make(*pairs), 7)
    for first, second in zip(at_once, by_batch, strict=True):
        for a, b in zip(rows(first).values(), rows(second).values(), strict=True):
            assert a is not None
            assert b is not None
            torch.testing.assert_close(a, b)


def test_zeros_come_in_after_whitening() -> None:
    """A corner that the padding fills is zero, the mean, in the whitened image."""
    pairs = ("optimiser.batch=60", "data.zca=inside", "data.translate=3")
    batch = take(make(*pairs), 1)[0]
    zeros = (batch.x == 0).all(1).double().mean((0, 1, 2))
    assert float(zeros) > 0.2
    plain = take(make(*pairs, "data.translate=0"), 1)[0]
    assert float((plain.x == 0).all(1).double().mean()) < 0.01
