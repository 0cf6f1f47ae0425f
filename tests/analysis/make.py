"""Numbers for tests/it/analysis.rs, computed with numpy from the recorded states of tests/golden/tiny_learned.

python3 make.py ../golden/tiny_learned/eval.safetensors numbers.json
"""

import json
import struct
import sys

import numpy as np


def read(path):
    """The f32 tensors of a safetensors file."""
    raw = open(path, "rb").read()
    length = struct.unpack("<Q", raw[:8])[0]
    header = json.loads(raw[8 : 8 + length])
    body = raw[8 + length :]
    out = {}
    for name, entry in header.items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            a, b = entry["data_offsets"]
            out[name] = np.frombuffer(body[a:b], dtype="<f4").reshape(entry["shape"]).astype(np.float64)
    return out


def participation(rows):
    rows = rows.reshape(-1, rows.shape[-1])
    values = np.linalg.eigvalsh(np.cov(rows, rowvar=False))
    return float(values.sum() ** 2 / (values**2).sum()), sorted(map(float, values), reverse=True)


def pca(rows):
    """Explained shares and the distances between the first row and all others in the first three components."""
    centred = rows - rows.mean(axis=0)
    u, s, _ = np.linalg.svd(centred, full_matrices=False)
    points = (u * s)[:, :3]
    return (s**2 / (s**2).sum())[:3].tolist(), np.linalg.norm(points - points[0], axis=1).tolist()


def waves(phase, *shape):
    """Numbers that the test makes in the same way."""
    count = int(np.prod(shape))
    return np.sin(1.7 * np.arange(count) + phase).reshape(shape)


def rms_norm(x):
    return x / np.sqrt((x**2).mean(axis=-1, keepdims=True) + 1e-5)


def inside(tokens=5, hidden=8, heads=2, inner=6):
    """Attention weights [heads, T, T] and gates [T, inner] of one block without rotary positions."""
    h = waves(0.1, tokens, hidden)
    qkv, out = waves(0.2, hidden, 3 * hidden), waves(0.3, hidden, hidden)
    gate_up = waves(0.4, hidden, 2 * inner)
    width = hidden // heads
    q, k, v = ((h @ qkv)[:, i * hidden : (i + 1) * hidden].reshape(tokens, heads, width) for i in range(3))
    scores = np.einsum("iad,jad->aij", q, k) / np.sqrt(width)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    mixed = np.einsum("aij,jad->iad", weights, v).reshape(tokens, hidden) @ out
    gate = (rms_norm(h + mixed) @ gate_up)[:, :inner]
    return {"attention": weights.ravel().tolist(), "gates": (gate / (1 + np.exp(-gate))).ravel().tolist()}


def main(source, target):
    z = read(source)
    segments = sum(name.endswith(".logits") for name in z)
    order = {"H": [], "L": []}
    for segment in range(segments):
        for module in order:
            k = 0
            while f"seg{segment}.{module}{k}.z_{module}" in z:
                order[module].append(z[f"seg{segment}.{module}{k}.z_{module}"])
                k += 1
    out = {"segments": segments, "inside": inside()}
    for module, states in order.items():
        all_states = np.stack(states)  # [steps, B, T, D]
        rows = {"all": all_states, "mean": all_states.mean(axis=2), "final": all_states[-1]}
        ratios = {axis: participation(r) for axis, r in rows.items()}
        mean_rows = all_states.mean(axis=2).transpose(1, 0, 2).reshape(-1, all_states.shape[-1])
        explained, distances = pca(mean_rows)
        moved = np.sqrt(((all_states[1:] - all_states[:-1]) ** 2).mean(axis=(2, 3)))
        out[module] = {
            "pr": {axis: r[0] for axis, r in ratios.items()},
            "spectrum": ratios["all"][1],
            "by_token": [participation(all_states[:, :, t])[0] for t in range(all_states.shape[2])],
            "explained": explained,
            "distances": distances,
            "residuals": {
                "mean": moved.mean(axis=1).tolist(),
                "q25": np.quantile(moved, 0.25, axis=1).tolist(),
                "q75": np.quantile(moved, 0.75, axis=1).tolist(),
            },
        }
    json.dump(out, open(target, "w"), indent=1)


main(*sys.argv[1:])
