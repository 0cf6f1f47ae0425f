#!/usr/bin/env python3
"""hrmscope's CPU against PyTorch eager on the same shapes, in turns, on a machine that does nothing else.

    cargo build --release
    python3 benches/against_pytorch.py --reference PATH/hrm_torch.py --python VENV/bin/python [--preset small paper]

For each preset, batch and pass both programs run alternately with 1 and with 2 threads; the better of the two counts
for each. Printed is PyTorch's time over ours (above 1: we are faster), for the minimum and for the median. Then two
ratios of our own: what recording a trace costs, and the memory of a training step with 8x8 cycles over 2x2.
"""

import argparse
import json
import os
import subprocess


def target():
    home = os.environ.get("CARGO_TARGET_DIR", "target")
    return os.path.join(home, "release", "hrmscope")


def run(command, threads):
    # OpenMP's threads must not spin while the other program has its turn.
    environment = dict(os.environ, OMP_WAIT_POLICY="passive", OMP_NUM_THREADS=str(threads))
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    return json.loads(done.stdout.strip().splitlines()[-1])


def torch(arguments, preset, batch, threads):
    command = [arguments.python, arguments.reference, "bench", "--preset", preset, "--batch", str(batch)]
    row = run(command + ["--threads", str(threads), "--seconds", str(arguments.seconds)], threads)["runs"][0]
    return {what: (row[f"{what}_ms"]["min"], row[f"{what}_ms"]["median"]) for what in ("forward", "train")}


def ours(arguments, what, preset, batch, threads, *more):
    command = [arguments.hrmscope, "bench", what, "--preset", preset, "--batch", str(batch), "--threads", str(threads)]
    return run(command + ["--seconds", str(arguments.seconds), "--device", "cpu", "--json", *more], threads)


def better(old, new):
    return new if old is None else tuple(map(min, old, new))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reference", required=True)
    parser.add_argument("--python", default="python3")
    parser.add_argument("--hrmscope", default=target())
    parser.add_argument("--preset", nargs="+", default=["small", "paper"])
    parser.add_argument("--batch", nargs="+", type=int, default=[1, 32])
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=3.0)
    arguments = parser.parse_args()

    print("| preset | batch | pass | PyTorch min / median ms | hrmscope min / median ms | ratio min / median |")
    print("|---|---|---|---|---|---|", flush=True)
    for preset in arguments.preset:
        for batch in arguments.batch:
            best = {}
            for threads in arguments.threads * arguments.rounds:
                for what, times in torch(arguments, preset, batch, threads).items():
                    best["torch", what] = better(best.get(("torch", what)), times)
                for what in ("forward", "train"):
                    found = ours(arguments, what, preset, batch, threads)
                    best["ours", what] = better(best.get(("ours", what)), (found["min_ms"], found["median_ms"]))
            for what in ("forward", "train"):
                a, b = best["torch", what], best["ours", what]
                times = [f"{x[0]:.1f} / {x[1]:.1f}" for x in (a, b)]
                print(f"| {preset} | {batch} | {what} | {times[0]} | {times[1]} | {a[0] / b[0]:.2f} / {a[1] / b[1]:.2f} |", flush=True)

    threads = max(arguments.threads)
    for batch in arguments.batch:
        cost = ours(arguments, "trace", "small", batch, threads)["trace_over_plain"]
        print(f"recording a trace, small, batch {batch}: {cost:.3f} times the plain forward pass")
    peaks = [ours(arguments, "train", "small", 32, threads, "--cycles", c)["peak_rss_mib"] for c in ("2x2", "8x8")]
    print(f"peak memory of a training step, small, batch 32: {peaks[0]:.0f} MiB with 2x2 cycles, "
          f"{peaks[1]:.0f} MiB with 8x8: ratio {peaks[1] / peaks[0]:.3f}")


if __name__ == "__main__":
    main()
