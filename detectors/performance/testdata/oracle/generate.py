"""Writes evaluations.json.gz: random and edge cases with scikit-learn's values. Usage: generate.py OUT.json.gz

Everything is sklearn.metrics, but for lift, specificity, smape and the share within a tolerance, which it lacks, DeLong's bounds and
the calibration errors: these are written out below after their definitions.
"""
import gzip
import json
import sys
import warnings

import numpy as np
import sklearn.metrics as m

warnings.simplefilter("ignore")
rng = np.random.default_rng(20)


def finite(x):
    x = float(x)
    return x if np.isfinite(x) else None


def calibration(p, hit):
    b = np.minimum(np.floor(15 * p).astype(int), 14)
    gaps = [(np.sum(b == i), abs(hit[b == i].mean() - p[b == i].mean())) for i in range(15) if np.any(b == i)]
    return sum(n * g for n, g in gaps) / len(p), max(g for _, g in gaps)


def lift(y, s, share):
    """The expected value over random orders of tied rows, by going through every row that is tied at the cut."""
    top = int(np.ceil(round(share * len(y), 9)))
    cut = np.sort(s)[::-1][top - 1]
    above, tied = s > cut, s == cut
    hits = y[above].sum() + (top - above.sum()) * y[tied].mean()
    return hits / top / y.mean()


def averages(want, y, p, proba, classes):
    for average in ("macro", "micro", "weighted"):
        kw = dict(average=average, zero_division=0)
        want["precision " + average] = m.precision_score(y, p, **kw)
        want["recall " + average] = m.recall_score(y, p, **kw)
        for name, beta in (("f1", 1), ("f2", 2), ("f0.5", 0.5)):
            want[f"{name} {average}"] = m.fbeta_score(y, p, beta=beta, **kw)
        if average != "micro" and len(np.unique(y)) == len(classes):
            want["roc_auc " + average] = m.roc_auc_score(y, proba, multi_class="ovr", average=average, labels=np.arange(len(classes)))


def delong(y, s):
    """DeLong's variance from the whole matrix of pairs (Biometrics 44:837-845, 1988), and the normal bounds."""
    x, z = s[y == 1], s[y == 0]
    psi = (x[:, None] > z[None, :]) + 0.5 * (x[:, None] == z[None, :])
    auc, half = psi.mean(), 1.959963984540054 * np.sqrt(psi.mean(1).var(ddof=1) / len(x) + psi.mean(0).var(ddof=1) / len(z))
    return max(auc - half, 0), min(auc + half, 1)


def binary(name, y, s, predicted=None):
    y, s = np.asarray(y), np.asarray(s, float)
    p = (s >= 0.5).astype(int) if predicted is None else np.asarray(predicted)
    both = 0 < y.sum() < len(y)
    want = {"mcc": m.matthews_corrcoef(y, p), "kappa": finite(m.cohen_kappa_score(y, p)), "cost": float(np.mean(5 * ((y == 1) & (p == 0)) + 1.5 * ((y == 0) & (p == 1))))}
    for n, beta in (("f1", 1), ("f2", 2), ("f0.5", 0.5)):
        want[n] = m.fbeta_score(y, p, beta=beta, zero_division=0)
    if both:
        want["roc_auc"] = m.roc_auc_score(y, s)
        if y.sum() > 1 and len(y) - y.sum() > 1 and want["roc_auc"] < 1 and len(set(s)) > 1:
            want["lower of roc_auc"], want["upper of roc_auc"] = delong(y, s)
            want["lower of gini"], want["upper of gini"] = (2 * x - 1 for x in delong(y, s))
        want["gini"] = 2 * want["roc_auc"] - 1
        fpr, tpr, _ = m.roc_curve(y, s, drop_intermediate=False)
        want["ks_separation"] = np.max(tpr - fpr)
    if y.sum():
        want["lift"] = lift(y, s, 0.1)
    if s.min() >= 0 and s.max() <= 1:
        want["calibration_error"], want["max_calibration_error"] = calibration(s, y)
    return {"name": name, "task": "binary", "actual": y.tolist(), "predicted": p.tolist(), "scores": s.tolist(), "want": want}


def multiclass(name, y, proba, classes, p=None):
    y = np.asarray(y)
    p = proba.argmax(1) if p is None else p
    want = {"mcc": m.matthews_corrcoef(y, p), "kappa": finite(m.cohen_kappa_score(y, p)), "accuracy": m.accuracy_score(y, p)}
    averages(want, y, p, proba, classes)
    for k, c in enumerate(classes):
        for n, beta in (("f1", 1), ("f2", 2), ("f0.5", 0.5)):
            want[f"{n} {c}"] = m.fbeta_score(y == k, p == k, beta=beta, zero_division=0)
        tn = np.sum((y != k) & (p != k))
        if np.sum(y != k):
            want["specificity " + c] = tn / np.sum(y != k)
        if 0 < np.sum(y == k) < len(y):
            want["roc_auc " + c] = m.roc_auc_score(y == k, proba[:, k])
            want["average_precision " + c] = m.average_precision_score(y == k, proba[:, k])
    want["top_k_accuracy"] = m.top_k_accuracy_score(y, proba, k=2, labels=np.arange(len(classes)))
    want["calibration_error"], want["max_calibration_error"] = calibration(proba.max(1), (proba.argmax(1) == y).astype(float))
    return {"name": name, "task": "multiclass", "classes": classes, "actual": y.tolist(), "predicted": p.tolist(), "probabilities": proba.tolist(), "want": want}


def regression(name, y, v):
    y, v = np.asarray(y, float), np.asarray(v, float)
    want = {
        "median_absolute_error": m.median_absolute_error(y, v), "mape": m.mean_absolute_percentage_error(y, v),
        "quantile_loss": m.mean_pinball_loss(y, v, alpha=0.9),
        "smape": float(np.mean([2 * abs(a - b) / (abs(a) + abs(b)) if a or b else 0.0 for a, b in zip(y, v)])),
        "within_tolerance": float(np.mean(np.abs(v - y) <= 0.1 * np.abs(y))),
        "r2": finite(m.r2_score(y, v)) if len(y) > 1 and np.ptp(y) > 0 else None,
        "rmsle": None if min(y.min(), v.min()) <= -1 else m.root_mean_squared_log_error(y, v),
    }
    return {"name": name, "task": "regression", "actual": y.tolist(), "predicted": v.tolist(), "want": want}


def soft(n, k, digits, sharp=1.0):
    z = rng.normal(size=(n, k)) * sharp
    q = np.exp(z) / np.exp(z).sum(1, keepdims=True)
    y = np.array([rng.choice(k, p=row) for row in q])
    return y, np.round(q, digits)


s = rng.random(400)
cases = [
    binary("plain", (rng.random(400) < s).astype(int), s),
    binary("tied scores", (rng.random(333) < s[:333]).astype(int), np.round(s[:333], 1)),
    binary("all tied", [0, 1, 1, 0, 1, 0, 0], [0.7] * 7),
    binary("rare", (rng.random(700) < 0.02).astype(int), rng.random(700) ** 3),
    binary("predictions of another threshold", (rng.random(250) < s[:250]).astype(int), s[:250], (s[:250] > 0.8).astype(int)),
    binary("worse than chance", (rng.random(300) > s[:300]).astype(int), s[:300]),
    binary("perfect", [0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9]),
    binary("one class in both", [1, 1, 1], [0.6, 0.7, 0.8]),
    binary("one class in labels", [0, 0, 0, 0], [0.6, 0.1, 0.2, 0.3]),
    binary("one row", [1], [0.2]),
    binary("margins", (rng.random(200) < 0.4).astype(int), rng.normal(size=200) * 5, (rng.random(200) < 0.4).astype(int)),
    binary("at the edges of bins", [0, 1] * 8, [i / 15 for i in range(16)]),
]
for n, k, digits, name in ((500, 3, 6, "three classes"), (400, 5, 1, "five classes, tied"), (60, 4, 3, "few rows")):
    y, q = soft(n, k, digits, 1.5)
    cases.append(multiclass(name, y, q / q.sum(1, keepdims=True), list("abcdefgh"[:k])))
y, q = soft(200, 3, 6)
cases.append(multiclass("a class without labels", np.minimum(y, 1), q / q.sum(1, keepdims=True), list("abc")))
p = q.argmax(1)
p[p == 2] = 0
cases.append(multiclass("a class never predicted", y, q / q.sum(1, keepdims=True), list("abc"), p))
t = rng.lognormal(1, 1, 301)
cases += [
    regression("plain", t, t + rng.normal(size=301).clip(-0.9, 9)),
    regression("zero labels", np.round(t[:100]) - np.round(t[:100]).min(), t[:100]),
    regression("negative", -t[:50], t[:50] - 10),
    regression("between -1 and 0", t[:40] / 100 - 0.5, t[1:41] / 100 - 0.4),
    regression("constant labels", [4.0] * 20, t[:20]),
    regression("constant predictions", t[:21], [3.0] * 21),
    regression("perfect", t[:10], t[:10]),
    regression("one row", [2.0], [3.0]),
    regression("all zero", [0.0] * 5, [0.0] * 5),
    regression("large", t[:30] * 1e150, t[1:31] * 1e150),
]
with open(sys.argv[1], "wb") as f, gzip.GzipFile(fileobj=f, mode="wb", mtime=0, filename="") as z:
    z.write(json.dumps(cases).encode())
