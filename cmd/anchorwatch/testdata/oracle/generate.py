"""Trims the real streams and computes what compare must say about them, by other means: see README.md."""
import csv, gzip, io, json, math, sys
from collections import Counter
import numpy, scipy, sklearn
from scipy import stats
from scipy.spatial.distance import jensenshannon
from sklearn import metrics

streams, out = sys.argv[1:3]
# name: rows of the reference, first row and rows of the current file, rows of a chunk, seconds of a chunk
SETS = {
    "car_loan_dq": (1200, 40000, 1200, 500, 2592000),
    "car_price": (1200, 40000, 1200, 500, 21600),
    "cards_mc": (1200, 45000, 1200, 500, 604800),
    "elec2": (6000, 4000, 1500, 600, 604800),
}

def rows(path):
    with gzip.open(path, "rt", encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))

def events(path, ids):
    with gzip.open(path, "rt", encoding="utf-8") as f:
        return [e for e in map(json.loads, f) if e["id"] in ids]

def save(name, text):
    with open(f"{out}/{name}.gz", "wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as f:
        f.write(text.encode())

def iso(ms):
    return str(numpy.datetime64(ms, "ms")) + "Z"

def psi(p, q):
    p, q = numpy.maximum(p, 1e-4), numpy.maximum(q, 1e-4)
    return float(numpy.sum((q - p) * numpy.log(q / p)))

def shares(values, cuts):
    return numpy.bincount(numpy.searchsorted(cuts, values, side="right"), minlength=len(cuts) + 1) / len(values)

def numeric(a, b):
    q = numpy.quantile(a, numpy.linspace(0, 1, 11))
    inner, deciles = numpy.unique(q[1:-1]), numpy.unique(q)[1:-1]
    values, counts = numpy.unique(a, return_counts=True)
    atoms = values[counts >= 0.1 * len(a)]
    own = numpy.unique(numpy.concatenate([inner, atoms, numpy.nextafter(atoms, numpy.inf)]))
    ks = stats.ks_2samp(a, b, method="asymp")
    wasserstein = stats.wasserstein_distance(a, b)
    return {
        "psi": psi(shares(a, own), shares(b, own)), "psi@deciles": psi(shares(a, deciles), shares(b, deciles)),
        "psi@inner": psi(shares(a, inner), shares(b, inner)), "jensen_shannon": float(jensenshannon(shares(a, own), shares(b, own), base=2)),
        "ks": float(ks.statistic), "ks p": float(ks.pvalue), "wasserstein": float(wasserstein),
        **({"wasserstein_normalized": float(wasserstein / numpy.std(a))} if numpy.std(a) > 0 and len(values) > 1 else {}),
        "out_of_range_rate": float(numpy.mean((b < a.min()) | (b > a.max()))),
    }

def categorical(a, b):
    ca, cb = Counter(a), Counter(b)
    names = sorted(set(a) | set(b))
    ra, rb = numpy.array([ca[n] for n in names]), numpy.array([cb[n] for n in names])
    p, q = ra / ra.sum(), rb / rb.sum()
    test = stats.chi2_contingency([ra, rb], correction=False)
    unseen = sum(n for name, n in cb.items() if name not in ca)
    return {
        "psi": psi(p, q), "jensen_shannon": float(jensenshannon(p, q, base=2)), "chi2": float(test.statistic), "chi2 p": float(test.pvalue),
        "unseen_rate": unseen / len(b), "unseen": unseen,
    }

def column(ref, cur, name, is_numeric):
    a, b = [r[name] for r in ref if r[name] != ""], [r[name] for r in cur if r[name] != ""]
    if is_numeric:
        found = numeric(numpy.array(a, float), numpy.array(b, float))
    else:
        found = categorical(a, b)
    return {"n": len(b), "missing": len(cur) - len(b), "missing_rate": (len(cur) - len(b)) / len(cur), **found}

def performance(part, kind, classes):
    part = [r for r in part if r["label"] != ""]
    if kind == "regression":
        y, p = (numpy.array([float(r[k]) for r in part]) for k in ("label", "y_pred"))
        return {"n": len(part), "mae": metrics.mean_absolute_error(y, p), "mse": metrics.mean_squared_error(y, p),
                "rmse": metrics.root_mean_squared_error(y, p), "mean_error": float(numpy.mean(p - y)), "r2": metrics.r2_score(y, p)}
    y, p = [r["label"] for r in part], [r["y_pred"] for r in part]
    found = {"n": len(part), "accuracy": metrics.accuracy_score(y, p), "balanced_accuracy": metrics.balanced_accuracy_score(y, p)}
    if kind == "binary":
        t, s = numpy.array(y, int), numpy.array([float(r["y_score"]) for r in part])
        for name, f in (("precision", metrics.precision_score), ("recall", metrics.recall_score), ("f1", metrics.f1_score)):
            found[name] = f(y, p, pos_label="1", zero_division=0)
        found["specificity"] = metrics.recall_score(y, p, pos_label="0", zero_division=0)
        found |= {"roc_auc": metrics.roc_auc_score(t, s), "average_precision": metrics.average_precision_score(t, s),
                  "log_loss": metrics.log_loss(t, s), "brier": metrics.brier_score_loss(t, s)}
        return found
    s = numpy.array([[float(r["proba_" + c]) for c in classes] for r in part])
    t = numpy.array([[c == label for c in classes] for label in y], int)
    found["log_loss"] = metrics.log_loss(y, s, labels=classes)
    found["brier"] = float(numpy.mean(numpy.sum((s - t) ** 2, axis=1)))
    for i, c in enumerate(classes):
        found["roc_auc " + c] = metrics.roc_auc_score(t[:, i], s[:, i])
        found["average_precision " + c] = metrics.average_precision_score(t[:, i], s[:, i])
    for name, f in (("precision", metrics.precision_score), ("recall", metrics.recall_score), ("f1", metrics.f1_score)):
        for c, x in zip(classes, f(y, p, labels=classes, average=None, zero_division=0)):
            found[f"{name} {c}"] = x
        found[name + " macro"] = f(y, p, average="macro", zero_division=0)
    found["roc_auc macro"] = metrics.roc_auc_score(y, s, multi_class="ovr", labels=classes)
    return found

expected = {"generated by": "generate.py", "numpy": numpy.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__, "sets": []}
for name, (m, first, n, chunk_rows, chunk_seconds) in SETS.items():
    schema = json.load(open(f"{streams}/{name}/schema.json"))
    ref, cur = rows(f"{streams}/{name}/reference.csv.gz")[:m], rows(f"{streams}/{name}/analysis.csv.gz")[first:first + n]
    shift = 0
    if name == "car_price":  # from before 1970 to after it: times that are small numbers, and negative windows
        shift = -int(cur[n // 2]["ts_ms"])
    for r in ref + cur:
        r["ts_ms"] = str(int(r["ts_ms"]) + shift)
        if r["label_ts_ms"] == "":
            r["label"] = ""
        del r["label_ts_ms"]
    for part, text, native in ((ref, "reference", "baseline"), (cur, "analysis", "predictions")):
        table = io.StringIO(newline="")
        w = csv.DictWriter(table, part[0].keys(), lineterminator="\n")
        w.writeheader()
        w.writerows(part)
        save(f"{name}.{text}.csv", table.getvalue())
        ids = {r["id"]: r for r in part}
        found = events(f"{streams}/{name}/{native}.jsonl.gz", ids)
        for e in found:
            e["ts"] = iso(int(ids[e["id"]]["ts_ms"]))
            if ids[e["id"]]["label"] == "":
                e.pop("label", None)
        save(f"{name}.{text}.jsonl", "".join(json.dumps(e, ensure_ascii=False, separators=(",", ":")) + "\n" for e in found))
    save(f"{name}.labels.jsonl", "".join(json.dumps(e, separators=(",", ":")) + "\n" for e in events(f"{streams}/{name}/labels.jsonl.gz", {r["id"] for r in cur})))
    outputs = {"y_pred": schema["kind"] == "regression", **({"y_score": True} if schema["kind"] == "binary" else {})}
    columns = {f: True for f in schema["numeric"]} | {f: False for f in schema["categorical"]} | outputs
    classes = [str(c) for c in schema["classes"] or []]
    entry = {"name": name, "chunk_rows": chunk_rows, "chunk_seconds": chunk_seconds,
             "reference_performance": performance(ref, schema["kind"], classes), "by_rows": [], "by_time": []}
    windows = {}
    for i, r in enumerate(cur):
        windows.setdefault(math.floor(int(r["ts_ms"]) / (chunk_seconds * 1000)), []).append(i)
    cuts = {"by_rows": [(i // chunk_rows, i, min(i + chunk_rows, n)) for i in range(0, n, chunk_rows)],
            "by_time": [(k, w[0], w[-1] + 1) for k, w in sorted(windows.items())]}
    for how, pieces in cuts.items():
        for index, start, end in pieces:
            part = cur[start:end]
            entry[how].append({"index": index, "start_row": start, "end_row": end, "performance": performance(part, schema["kind"], classes),
                               "columns": {c: column(ref, part, c, is_numeric) for c, is_numeric in columns.items()}})
    expected["sets"].append(entry)
save("expected.json", json.dumps(expected, separators=(",", ":")))
