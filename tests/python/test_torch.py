"""The layer of PyTorch: right derivatives, of where the image was made, and fits that end at the truth."""
from __future__ import annotations

import copy
import io
import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from conftest import STILL, same_bytes

import femtobragg
from femtobragg import Error, Experiment

torch = pytest.importorskip("torch")
import femtobragg.torch  # noqa: E402
from femtobragg.torch import Render  # noqa: E402

Make = Callable[..., Experiment]
TEN = ["misset", "cell", "distance"]


@pytest.fixture
def soft() -> Experiment:
    return Experiment.from_files(**STILL, shape="gaussian")


def weights_of(e: Experiment) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(1).normal(size=e.shape))


def gradient_of(image: torch.Tensor, renderer: Render) -> torch.Tensor:
    renderer.values.grad = None
    (image * weights_of(renderer.experiment)).sum().backward()
    return renderer.values.grad


def test_module(still: Experiment) -> None:
    r = Render(still, TEN)
    assert isinstance(r, torch.nn.Module) and [n for n, _ in r.named_parameters()] == ["values"]
    assert len(r.names) == 10 and r.units[:4] == ("deg", "deg", "deg", "A")
    assert r.values.dtype == torch.float64 and r.scales.shape == (10,) and r.bounds.shape == (10, 2)
    image = r()
    assert image.dtype == torch.float64 and image.shape == still.shape and image.requires_grad
    expected = femtobragg.render(still, dtype=float, number_type="float64")
    assert same_bytes(image.detach().numpy(), expected)
    with torch.no_grad():
        assert same_bytes(r().numpy(), expected) and not r().requires_grad
    assert same_bytes(r(r.values.detach()).numpy(), expected)
    assert "misset_x=10 deg" in repr(r)


@pytest.mark.parametrize("max_bytes_kept", [2**28, 0])
def test_gradcheck(soft: Experiment, max_bytes_kept: int) -> None:
    r = Render(soft.replace(pixels=12, pixel_size_mm=2.5, oversample=1), TEN)
    r.max_bytes_kept = max_bytes_kept
    start, scales = r.start, 0.1 * r.scales
    x = torch.linspace(-0.5, 0.5, 10, dtype=torch.float64, requires_grad=True)
    brightest = r().detach().max()
    assert torch.autograd.gradcheck(lambda x: r(start + scales * x) / brightest, (x,), eps=1e-4, atol=1e-7, rtol=1e-5)


def test_both_ways_are_the_same(soft: Experiment) -> None:
    kept, adjoint = Render(soft, TEN), Render(soft, TEN)
    adjoint.max_bytes_kept = 0
    a, b = kept(), adjoint()
    assert torch.equal(a, b)
    expected = femtobragg.vjp(soft, TEN, weights_of(soft))
    assert np.allclose(gradient_of(b, adjoint), expected, rtol=1e-12)
    assert torch.allclose(gradient_of(a, kept), gradient_of(adjoint(), adjoint), rtol=1e-9)


def test_amplitudes(make: Make) -> None:
    hkl = np.argwhere(np.ones((31, 31, 31))) - 15
    e = make(hkl=hkl, amplitudes_e=np.full(len(hkl), 50.0), default_F=None)
    names = ["F_{}_{}_{}".format(*row[["h", "k", "l"]]) for row in femtobragg.truth(e)[:3]]
    r = Render(e, names)
    assert np.allclose(gradient_of(r(), r), femtobragg.vjp(e, names, weights_of(e)))
    assert r.values.grad.abs().max() > 0


@pytest.mark.parametrize("max_bytes_kept", [2**28, 0])
def test_derivatives_of_where_the_image_was_made(soft: Experiment, max_bytes_kept: int) -> None:
    r = Render(soft, TEN)
    r.max_bytes_kept = max_bytes_kept
    expected = gradient_of(r(), r).clone()
    first = r()
    with torch.no_grad():
        r.values += r.scales
    second = r()
    assert torch.equal(gradient_of(first, r), expected)
    moved = gradient_of(second, r)
    assert not torch.allclose(moved, expected)
    assert torch.allclose(moved, gradient_of(r(), r))


def test_float32(soft: Experiment) -> None:
    single, double = Render(soft, TEN, dtype=torch.float32), Render(soft, TEN)
    image = single()
    assert image.dtype == single.values.dtype == single.scales.dtype == torch.float32
    assert torch.allclose(image.double(), double(), atol=1e-4 * float(double().max()))
    image.backward(weights_of(soft).float())
    expected = gradient_of(double(), double)
    assert single.values.grad.dtype == torch.float32
    assert torch.allclose(single.values.grad.double(), expected, rtol=1e-3, atol=1e-4 * float(expected.abs().max()))
    assert single(double.values).dtype == torch.float64 and torch.equal(single(double.values), double())
    assert single.double()().dtype == torch.float64


def test_second_derivatives_are_refused(still: Experiment) -> None:
    r = Render(still, "misset")
    for loss in (lambda v: r(v).sum(), lambda v: (r(v) ** 2).sum()):
        with pytest.raises(Error, match="second derivatives"):
            torch.autograd.functional.hessian(loss, r.start)
        (first,) = torch.autograd.grad(loss(r.values), r.values, create_graph=True)
        assert torch.allclose(first, torch.autograd.grad(loss(r.values), r.values)[0]), "the first ones are there"
        with pytest.raises(Error, match="create_graph"):
            first.sum().backward()


def test_values_that_need_no_derivatives(still: Experiment) -> None:
    r = Render(still, "misset")
    r.values.requires_grad_(False)
    assert not r().requires_grad
    r.values.requires_grad_(True)
    shift = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    r(r.start + shift).sum().backward()
    assert r.values.grad is None and shift.grad.abs().max() > 0


def test_through_a_network(soft: Experiment) -> None:
    torch.manual_seed(1)
    r = Render(soft, "misset", dtype=torch.float32)
    target = r().detach()
    network = torch.nn.Linear(2, 3)
    given = torch.tensor([1.0, -1.0])

    def loss() -> torch.Tensor:
        return torch.log1p((r(r.start + 0.2 * network(given)) - target) ** 2).mean()

    loss().backward()
    slope, step = network.weight.grad[0, 0].item(), 0.01
    ends = []
    for sign in (1, -1):
        with torch.no_grad():
            network.weight[0, 0] += sign * step
            ends.append(loss().item())
            network.weight[0, 0] -= sign * step
    assert slope == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=0.05)


def test_weights_that_are_no_numbers(make: Make) -> None:
    mask = np.ones((32, 32))
    mask[:, 10:20] = 0
    r = Render(make(mask=mask), "misset")
    expected = gradient_of(r(), r).clone()
    weights = weights_of(r.experiment)
    r.values.grad = None
    r().backward(torch.where(torch.from_numpy(mask) == 0, torch.nan, weights))
    assert torch.allclose(r.values.grad, expected)
    weights[3, 3] = torch.inf
    with pytest.raises(Error, match="weight"):
        r().backward(weights)


def test_errors(still: Experiment) -> None:
    r = Render(still, "misset")
    for bad, text in [([1, 2, 3], "not a tensor"), (torch.zeros(2), r"shape \(2,\).*misset_x"),
                      (torch.zeros(5, 3), "torch.stack"), (torch.zeros(3, dtype=torch.int64), "torch.float32"),
                      (torch.tensor([0, torch.nan, 0.0]), "misset_y is not finite"),
                      (torch.tensor([0, torch.inf, 0.0], requires_grad=True), "misset_y is not finite")]:
        with pytest.raises(Error, match=text):
            r(bad)
    with pytest.raises(Error, match="did you mean misset_"):
        Render(still, ["misset_q"])
    with pytest.raises(Error, match="float16"):
        Render(still, "misset", dtype=torch.float16)
    with pytest.raises(Error, match="cell_a"):
        Render(still, "cell_a")(torch.tensor([-70.0]))


def test_state_and_copies(soft: Experiment) -> None:
    r = Render(soft, TEN)
    with torch.no_grad():
        r.values += r.scales
    file = io.BytesIO()
    torch.save(r.state_dict(), file)
    file.seek(0)
    other = Render(soft, TEN)
    other.load_state_dict(torch.load(file))
    assert list(r.state_dict()) == ["values"]
    for twin in (other, copy.deepcopy(r), pickle.loads(pickle.dumps(r)), torch.nn.Sequential(copy.deepcopy(r))[0]):
        assert torch.equal(twin(), r()) and torch.equal(gradient_of(twin(), twin), gradient_of(r(), r))
        assert twin.names == r.names and torch.equal(twin.bounds, r.bounds)
    assert same_bytes(femtobragg.render(r.at(), dtype=float, number_type="float64"), r().detach().numpy())


def test_function(still: Experiment) -> None:
    values = torch.tensor([10.0, 20, 30], requires_grad=True)
    image = femtobragg.torch.render(still, "misset", values)
    image.sum().backward()
    assert image.dtype == torch.float32 and values.grad.abs().max() > 0
    assert torch.equal(image, Render(still, "misset", dtype=torch.float32)())


def test_modules_in_threads(soft: Experiment) -> None:
    def many(renderer: Render) -> torch.Tensor:
        x = (0.1 * renderer.scales).requires_grad_()
        for _ in range(20):
            loss = (renderer(renderer.start + x) * weights_of(soft)).sum()
        return torch.autograd.grad(loss, x)[0]

    expected = many(Render(soft, TEN))
    shared = Render(soft, TEN)
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(many, [Render(soft, TEN), Render(soft, TEN), shared, shared]):
            assert torch.equal(found, expected)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_cuda(still: Experiment) -> None:
    r = Render(still, "misset").cuda()
    image = r()
    image.sum().backward()
    assert image.device.type == r.values.grad.device.type == r.scales.device.type == "cuda"


def recovered(optimiser: Callable[[list[torch.Tensor]], torch.optim.Optimizer], steps: int) -> torch.Tensor:
    """Deviation of orientation and cell from the truth, each in its scale, after a start some scales away."""
    truth = Experiment.from_files(**{**STILL, "pixels": 64, "pixel_size_mm": 0.5, "shape": "gaussian"})
    target = torch.from_numpy(np.asarray(femtobragg.render(truth, dtype=float)))
    names = ["misset", "cell_a", "cell_b", "cell_c"]
    r = Render(truth, names)
    x = torch.tensor([2.0, -2, 1.5, 1, -1, 1], dtype=torch.float64, requires_grad=True)
    best = optimiser([x])

    def closure() -> torch.Tensor:
        best.zero_grad()
        loss = ((r(r.start + r.scales * x) - target) ** 2 / (target + 1)).mean()
        loss.backward()
        return loss

    for _ in range(steps):
        best.step(closure)
    return x.detach().abs()


def test_adam_recovers_orientation_and_cell() -> None:
    assert recovered(lambda x: torch.optim.Adam(x, lr=0.1), 150).max() < 0.05


def test_lbfgs_recovers_orientation_and_cell() -> None:
    assert recovered(lambda x: torch.optim.LBFGS(x, max_iter=60, line_search_fn="strong_wolfe"), 1).max() < 1e-3
