"""What bench.py runs under the Python that has Evidently: `data` writes the tables, `run` compares them."""

import sys
import time

import numpy as np
import pandas as pd


def table(seed, rows, shift):
    """Twenty numeric columns (normal, rounded, whole and skewed) and five of 2 to 200 categories."""
    r = np.random.default_rng(seed)
    columns = {}
    for i in range(20):
        kind = i % 4
        if kind == 0:
            x = r.normal(shift * (i % 3), 1 + i / 10, rows)
        elif kind == 1:
            x = np.round(r.lognormal(3, 0.8, rows), 2)
        elif kind == 2:
            x = r.integers(0, 90, rows)
        else:
            x = r.gamma(2, 50, rows)
        columns[f"x{i:02}"] = x
    for i, many in enumerate([2, 4, 12, 50, 200]):
        columns[f"c{i}"] = np.array([f"value_{j}" for j in range(many)])[r.integers(0, many, rows)]
    return pd.DataFrame(columns)


def run(reference, current):
    from evidently import Report
    from evidently.presets import DataDriftPreset

    reference, current = pd.read_csv(reference), pd.read_csv(current)
    start = time.perf_counter()
    snapshot = Report([DataDriftPreset()]).run(current, reference)
    seconds = time.perf_counter() - start
    snapshot.dict()
    print(seconds)


if sys.argv[1] == "data":
    folder, rows = sys.argv[2], int(sys.argv[3])
    table(1, rows, 0).to_csv(f"{folder}/reference.csv", index=False)
    table(2, rows, 0.3).to_csv(f"{folder}/current.csv", index=False)
else:
    run(sys.argv[2], sys.argv[3])
