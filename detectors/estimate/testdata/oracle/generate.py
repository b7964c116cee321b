"""Small random cases computed by NannyML 0.13.1 and scikit-learn, for cbpe.json."""
import json, sys, warnings, logging
import numpy as np, pandas as pd
warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)
from nannyml import CBPE
from nannyml.chunk import SizeBasedChunker, DefaultChunker
from nannyml.calibration import needs_calibration, IsotonicCalibrator
from sklearn.isotonic import IsotonicRegression
METRICS = ["roc_auc", "average_precision", "f1", "precision", "recall", "specificity", "accuracy"]
cases = []
def num(x):
    x = float(x)
    return None if x != x else x
def binary(name, seed, n, m, digits, warp, prevalence=0.0, threshold=0.5, size=None):
    r = np.random.default_rng(seed)
    def draw(k):
        z = r.normal(prevalence, 1.5, k)
        p = 1 / (1 + np.exp(-z))
        y = (r.random(k) < p).astype(int)
        s = np.round(warp(p), digits)
        return pd.DataFrame({"s": s, "p": (s >= threshold).astype(int), "y": y})
    ref, cur = draw(n), draw(m)
    est = CBPE(problem_type="classification_binary", y_pred_proba="s", y_pred="p", y_true="y", metrics=METRICS, chunk_size=size or m)
    est.fit(ref)
    out = est.estimate(cur).filter(period="analysis").to_df()
    want = {k: [num(out[(k, c)].iloc[0]) for c in ("value", "sampling_error")] for k in METRICS}
    cases.append({"name": name, "classes": ["0", "1"], "positive": "1",
        "reference": {"scores": [ref.s.tolist()], "predicted": ref.p.tolist(), "actual": ref.y.tolist()},
        "current": {"scores": [cur.s.tolist()], "predicted": cur.p.tolist()},
        "calibrated": [bool(est.needs_calibration)], "want": want})
def multi(name, seed, n, m, digits, power):
    r = np.random.default_rng(seed)
    classes = ["a", "b", "c"]
    def draw(k):
        z = r.normal(0, 1.2, (k, 3)) + np.array([0.5, 0, -0.5])
        p = np.exp(z); p /= p.sum(1, keepdims=True)
        y = np.array([r.choice(3, p=q) for q in p])
        s = p ** power; s /= s.sum(1, keepdims=True); s = np.round(s, digits); s[:, 2] = np.clip(np.round(1 - s[:, 0] - s[:, 1], digits), 0, 1)
        d = pd.DataFrame(s, columns=["pa", "pb", "pc"])
        d["p"] = [classes[i] for i in s.argmax(1)]; d["y"] = [classes[i] for i in y]
        return d
    ref, cur = draw(n), draw(m)
    proba = {"a": "pa", "b": "pb", "c": "pc"}
    est = CBPE(problem_type="classification_multiclass", y_pred_proba=proba, y_pred="p", y_true="y", metrics=METRICS, chunk_size=m)
    est.fit(ref)
    out = est.estimate(cur).filter(period="analysis").to_df()
    want = {k: [num(out[(k, c)].iloc[0]) for c in ("value", "sampling_error")] for k in METRICS}
    idx = {c: i for i, c in enumerate(classes)}
    cases.append({"name": name, "classes": classes,
        "reference": {"scores": [ref[c].tolist() for c in proba.values()], "predicted": [idx[c] for c in ref.p], "actual": [idx[c] for c in ref.y]},
        "current": {"scores": [cur[c].tolist() for c in proba.values()], "predicted": [idx[c] for c in cur.p]},
        "calibrated": [hasattr(c, "_regressor") for c in est._calibrators.values()], "want": want})
same = lambda p: p
for seed in range(6):
    binary(f"honest {seed}", seed, 300 + 37 * seed, 150, 6, same)
    binary(f"overconfident {seed}", 100 + seed, 250 + 41 * seed, 120, 6, lambda p: p**3 / (p**3 + (1 - p)**3))
binary("ties", 7, 600, 300, 1, lambda p: p**2)
binary("rare", 8, 800, 400, 4, same, prevalence=-3.5)
binary("common", 9, 500, 200, 3, same, prevalence=2.5)
binary("threshold", 10, 400, 200, 4, lambda p: p / 2, threshold=0.2)
binary("never positive", 11, 300, 100, 4, lambda p: p / 3)
binary("one row", 12, 300, 1, 4, same)
multi("multiclass honest", 1, 500, 300, 5, 1.0)
multi("multiclass overconfident", 2, 500, 300, 5, 2.5)
multi("multiclass ties", 3, 600, 300, 2, 1.5)
iso = []
for seed in range(8):
    r = np.random.default_rng(seed)
    n = [1, 2, 5, 30, 60, 60, 60, 60][seed]
    x = np.round(r.normal(0, 1, n) * (1e6 if seed == 6 else 1), [6, 6, 0, 1, 6, 0, 0, 1][seed]); y = (r.random(n) < 1 / (1 + np.exp(-x))).astype(float) if seed != 7 else np.round(r.normal(x, 1), 3)
    q = np.round(np.concatenate([r.normal(0, 2, 15), x[:5]]), 3)
    f = IsotonicRegression(out_of_bounds="clip").fit(x, y)
    iso.append({"x": x.tolist(), "y": y.tolist(), "at": q.tolist(), "want": f.predict(q).tolist()})
json.dump({"source": "nannyml 0.13.1 CBPE, scikit-learn 1.9.1 IsotonicRegression", "cases": cases, "isotonic": iso}, open(sys.argv[1], "w"), separators=(",", ":"))
print(len(cases), [c["calibrated"] for c in cases])
