# Writes nannyml.json: small tables with the edges of real data, and what NannyML measures on them.
import json, logging, warnings
import numpy as np, pandas as pd
from nannyml import DataReconstructionDriftCalculator
warnings.filterwarnings("ignore"); logging.disable(logging.CRITICAL)

rng = np.random.default_rng(20)
N, CHUNK, CHUNKS = 300, 60, 3

def r(x, digits=4):
    return np.round(x, digits)

def numbers(n):
    a, b = rng.normal(size=n), rng.normal(size=n)
    return {"a": r(a), "b": r(0.7 * a + 0.7 * b), "c": r(rng.exponential(size=n)), "d": r(rng.uniform(size=n) * 1000, 1)}

def category(n, p, names="pqrstu"):
    return rng.choice(list(names[:len(p)]), size=n, p=p).astype(object)

def holes(values, share):
    values = np.array(values, dtype=object)
    values[rng.uniform(size=len(values)) < share] = None
    return values

def plain(n, now):
    return numbers(n)

def missing(n, now):
    t = numbers(n)
    t["a"], t["c"] = holes(t["a"], 0.1), holes(t["c"], 0.4 if now else 0.05)
    t["e"] = holes(category(n, [.5, .3, .2]), 0.15)
    return t

def tie_of_modes(n, now):
    t = numbers(n)
    e = np.array((["z", "b", "m"] * n)[:n], dtype=object)
    e[rng.uniform(size=n) < 0.1] = None
    if not now:  # z and m equally frequent, b less: m is the mode
        e = np.array(["z"] * 120 + ["m"] * 120 + ["b"] * 40 + [None] * 20, dtype=object)
    t["e"] = e
    return t

def unseen(n, now):
    t = numbers(n)
    t["e"] = category(n, [.4, .3, .1, .1, .05, .05] if now else [.5, .3, .2])
    t["f"] = category(n, [.9, .1] if now else [.5, .5])
    return t

def constants(n, now):
    t = numbers(n)
    t["k"] = np.full(n, 0.003467) + (r(rng.normal(size=n) * 0.01) if now else 0)
    t["l"] = np.full(n, 7.0)
    t["e"] = category(n, [.5, .5] if now else [1.0])
    return t

def collinear(n, now):
    t = numbers(n)
    t["a2"], t["sum"] = 2 * t["a"] + 1, r(t["a"] + t["b"], 8)
    if now:
        t["sum"] = r(t["sum"] + rng.normal(size=n) * 0.1, 8)
    return t

def booleans(n, now):
    t = numbers(n)
    t["g"] = np.array(rng.uniform(size=n) < (0.8 if now else 0.3), dtype=object)
    t["e"] = category(n, [.6, .4])
    return t

def offset(n, now):
    t = numbers(n)
    t["a"] = t["a"] + 1e9
    t["c"] = t["c"] * 1e-6
    t["d"] = t["d"] * (1000 if now else 1)
    return t

def wide(n, now):
    f = rng.normal(size=(n, 3))
    return {f"x{i}": r(f[:, i % 3] * (1 if i % 2 else -1) + rng.normal(size=n) * (0.3 + 0.05 * i)) for i in range(20)}

def small_reference(n, now):
    return wide(n if now else 15, now)

def gone(n, now):
    t = numbers(n)
    if now:
        t["b"] = np.full(n, np.nan)
    return t

def frame(t):
    # what pandas.read_csv makes of an empty cell: NumPy's NaN, also among texts (None would be a category to NannyML)
    return pd.DataFrame({k: (pd.Series([np.nan if x is None else x for x in v], dtype=object) if k in "efg" else pd.Series(np.array(v, dtype=float))) for k, v in t.items()})

cases = []
for build in [plain, missing, tie_of_modes, unseen, constants, collinear, booleans, offset, wide, small_reference, gone]:
    ref, cur = frame(build(N, False)), frame(build(CHUNK * CHUNKS, True))
    calc = DataReconstructionDriftCalculator(column_names=list(ref.columns), chunk_size=CHUNK)
    calc.fit(ref.copy())
    got = calc.calculate(cur.copy()).filter(period="analysis").to_df()["reconstruction_error"]
    clean = lambda v: None if v is None or v != v else (v if isinstance(v, (str, bool)) else float(v))
    cases.append({
        "name": build.__name__, "chunk": CHUNK,
        "columns": [{"name": c, "reference": [clean(v) for v in ref[c]], "current": [clean(v) for v in cur[c]]} for c in ref.columns],
        "values": [float(v) for v in got["value"]], "sampling_errors": [float(v) for v in got["sampling_error"]],
    })
json.dump({"generator": "generate.py: nannyml 0.13.1, scikit-learn 1.9.1, category_encoders 2.11.2, numpy 2.4.6", "cases": cases}, open("nannyml.json", "w"), separators=(",", ":"))
