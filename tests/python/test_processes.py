"""Threads, forks, pools and Ctrl-C; and what many renders leave behind: nothing."""
from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import numpy as np
import pytest
from conftest import STILL, environment, python, same_bytes

import femtobragg
from femtobragg import Error, Experiment, Simulation, render

Make = Callable[..., Experiment]
PRELUDE = """if True:
    import os, pickle, resource, signal, sys, threading, time
    import numpy as np
    import femtobragg
    from conftest import STILL
    from femtobragg import Experiment, Simulation, render
    def make(**changes):
        return Experiment.from_files(**{**STILL, **changes})
    def rss():
        return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize() / 2**20
    still = make()
    long_one = make(pixels=2000, pixel_size_mm=0.1, mosaic_spread_deg=0.5, mosaic_domains=5000, oversample=4)
"""


def script(text: str) -> str:
    return PRELUDE + "\n".join("    " + line for line in text.splitlines())


def in_threads(*tasks: Callable[[], object]) -> list[object]:
    results: list[object] = [None] * len(tasks)

    def run(i: int) -> None:
        try:
            results[i] = tasks[i]()
        except BaseException as error:
            results[i] = error

    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(tasks))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    return results


def test_two_threads_render_at_once(make: Make) -> None:
    a, b = make(pixels=200, pixel_size_mm=0.2), make(pixels=150, misset_deg=(3, 2, 1))
    wanted = render(a), render(b)
    for _ in range(5):
        first, second = in_threads(lambda: render(a), lambda: render(b))
        assert same_bytes(first, wanted[0]) and same_bytes(second, wanted[1])


def test_threads_may_share_a_simulation(make: Make) -> None:
    experiments = [make(misset_deg=(i, 0, 0), pixels=32 + 8 * i) for i in range(4)]
    images = [render(e) for e in experiments]
    simulation = Simulation(experiments[0])

    def work(i: int) -> bool:
        for k in range(30):
            simulation.update(experiments[(i + k) % 4])
            image = simulation.render()
            if not same_bytes(image, images[experiments.index(image.experiment)]):  # type: ignore[arg-type]
                return False
        return True

    assert in_threads(*(lambda i=i: work(i) for i in range(4))) == [True] * 4


def test_threads_may_share_experiments(make: Make) -> None:
    e = make(hkl=np.argwhere(np.ones((9, 9, 9))) - 4, amplitudes_e=np.linspace(1, 9, 729))

    def work(i: int) -> object:
        for k in range(20):
            other = e.replace(misset_deg=(i, k, 0), default_F=k + 1, mask=np.tri(32, k=i + k))
        return other

    for i, other in enumerate(in_threads(*(lambda i=i: work(i) for i in range(4)))):
        assert other == e.replace(misset_deg=(i, 19, 0), default_F=20, mask=np.tri(32, k=i + 19))


def test_the_interpreter_goes_on_meanwhile(long_one: Experiment) -> None:
    counted, done = 0, threading.Event()

    def count() -> None:
        nonlocal counted
        while not done.is_set():
            counted += 1
            time.sleep(0.001)

    thread = threading.Thread(target=count)

    def stop(*_: int) -> None:
        if time.monotonic() - begin > 0.5:
            raise TimeoutError

    begin = time.monotonic()
    thread.start()
    with pytest.raises(TimeoutError):
        render(long_one, progress=stop)
    done.set()
    thread.join()
    assert counted > 5


def test_forks_after_rendering(make: Make) -> None:
    e = make(pixels=100)
    simulation = Simulation(e)
    wanted = simulation.render().tobytes()
    for _ in range(3):
        pid = os.fork()
        if pid == 0:
            try:
                good = simulation.render().tobytes() == render(e).tobytes() == wanted
                good &= e.replace(mask=np.eye(100), misset_deg=(1, 1, 1)).mask.sum() == 100
                good &= len(list(femtobragg.render_many([e] * 3))) == 3
                os._exit(0 if good else 1)
            finally:
                os._exit(2)
        assert ended(pid) == 0
    assert simulation.render().tobytes() == wanted


def test_forks_while_another_thread_renders(make: Make, long_one: Experiment) -> None:
    stop = threading.Event()

    def check(*_: int) -> None:
        if stop.is_set():
            raise TimeoutError

    e, simulation = make(), Simulation(long_one)
    wanted = render(e).tobytes()
    thread = threading.Thread(target=lambda: pytest.raises(TimeoutError, simulation.render, progress=check))
    thread.start()
    time.sleep(0.2)
    try:
        pid = os.fork()
        if pid == 0:
            try:
                simulation.update(e)
                os._exit(0 if simulation.render().tobytes() == render(e).tobytes() == wanted else 1)
            finally:
                os._exit(2)
        assert ended(pid) == 0
    finally:
        stop.set()
        thread.join(30)


def test_children_leave_arrays_of_their_parent(make: Make) -> None:
    e = make(mask=np.eye(32))
    pid = os.fork()
    if pid == 0:
        try:
            import atexit
            make(mask=np.ones((32, 32)))
            atexit._run_exitfuncs()
            os._exit(0)
        finally:
            os._exit(2)
    assert ended(pid) == 0
    assert e.replace(misset_deg=(1, 2, 3)).mask.sum() == 32 and pickle.loads(pickle.dumps(e)) == e


def test_forks_inside_render_many(make: Make, long_one: Experiment) -> None:
    e = make()
    images = femtobragg.render_many([e] * 5, threads=2)
    next(images)
    pid = os.fork()
    if pid == 0:
        try:
            others = femtobragg.render_many([e] * 5, threads=2)
            next(others)
            with pytest.raises(Error, match="was started before this process forked"):
                next(images)
            del images
            os._exit(0 if len(list(others)) == 4 else 1)
        finally:
            os._exit(2)
    assert ended(pid) == 0
    assert len(list(images)) == 4


def ended(pid: int, timeout: float = 30) -> int:
    """Exit status of a child; kills it if it hangs."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    raise AssertionError("the child hangs")


def image_of(e: Experiment) -> np.ndarray:  # type: ignore[type-arg]
    return render(e, threads=1)


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_pools(make: Make, method: str) -> None:
    experiments = [make(misset_deg=(i, 0, 0), mask=np.tri(32, k=i)) for i in range(6)]
    render(experiments[0])
    with multiprocessing.get_context(method).Pool(2) as pool:
        images = pool.map_async(image_of, experiments).get(60)
    assert all(same_bytes(i, render(e)) and i.experiment == e for i, e in zip(images, experiments))


def test_pools_leave_no_files(tmp_path: object) -> None:
    code = script("""
import multiprocessing
def one(i):
    return make(mask=np.tri(32, k=i)).mask.sum()
with multiprocessing.get_context("fork").Pool(2) as pool:
    pool.map(one, range(4))
    pool.close()
    pool.join()
one(3)
""")
    subprocess.run([sys.executable, "-c", code], env={**environment(), "TMPDIR": str(tmp_path)}, check=True, timeout=60)
    assert os.listdir(tmp_path) == []  # type: ignore[call-overload]


INTERRUPTED = """
def many(e):
    for image in femtobragg.render_many([e] * 9):
        pass
def fit(e):
    femtobragg.refine(np.asarray(np.random.default_rng(1).random(e.shape) * 1000 + 1), e, ["misset"], pixels="all")
acts = {"render": render, "float64": lambda e: render(e, dtype=float), "many": many,
        "jacobian": lambda e: femtobragg.jacobian(e, ["misset", "cell_a"]), "truth": femtobragg.truth,
        "vjp": lambda e: femtobragg.vjp(e, ["misset"], np.ones(e.shape)), "refine": fit}
if sys.argv[1] == "refine":  # a fit ends after the step that it is at
    long_one = make(pixels=400, pixel_size_mm=0.1, mosaic_spread_deg=0.5, mosaic_domains=50, oversample=1)
act = acts[sys.argv[1]]
def interrupt():
    global sent
    time.sleep(1)
    sent = time.monotonic()
    os.kill(os.getpid(), signal.SIGINT)
threading.Thread(target=interrupt).start()
try:
    act(long_one)
except KeyboardInterrupt:
    taken = time.monotonic() - sent
else:
    sys.exit("not interrupted")
assert render(still).any()
print(taken)
"""


@pytest.mark.parametrize("what", ["render", "float64", "many", "jacobian", "vjp", "truth", "refine"])
def test_ctrl_c(what: str) -> None:
    taken = float(python(script(INTERRUPTED), what))
    print(f"{what}: {taken:.3f} s")
    assert taken < 5, "the machine may be busy; without the signal it would take far longer"


# Memory: what many renders, changes and small arrays add after a warm-up, in MiB.
LEAKS = {
    "10000 renders": (10000, "simulation.update(experiments[i % 7]); simulation.render()", 5.0),
    "2000 renders of new simulations": (2000, "render(experiments[i % 7])", 5.0),
    "2000 changes": (2000, "still.replace(misset_deg=(i % 360, 0, 0), distance_mm=100 + i % 3)", 5.0),
    "2000 experiments": (2000, "make(misset_deg=(i % 360, 0, 0))", 5.0),
    "300 counts, truths and pickles": (
        300, "femtobragg.detector_response(image, seed=1); femtobragg.truth(image); pickle.loads(pickle.dumps(image))",
        5.0),
    "500 derivatives": (500, "femtobragg.jacobian(still, ['misset'])", 5.0),
    "500 errors": (500, "\n    try: make(cells=-1)\n    except femtobragg.Error: pass", 5.0)}


@pytest.mark.parametrize("what", LEAKS)
def test_memory_stays_flat(what: str) -> None:
    count, act, most = LEAKS[what]
    code = script(f"""
experiments = [make(misset_deg=(i, 0, 0), oversample=1) for i in range(7)]
image, simulation = render(still), Simulation(still, threads=1)
def act(i):
    {act}
for i in range({count // 5}):
    act(i)
before = rss()
for i in range({count}):
    act(i)
print(rss() - before)
""")
    growth = float(python(code, timeout=60))
    print(f"{what}: {growth:.3f} MiB")
    assert growth < most


def test_nothing_waits_at_the_end() -> None:
    out = python(script("""
list(femtobragg.render_many([still] * 5))
render(still)
images = femtobragg.render_many([still] * 100)
next(images)
print("end")
"""), timeout=30)
    assert out.endswith("end\n")
