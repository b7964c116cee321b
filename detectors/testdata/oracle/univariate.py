"""Writes univariate.json.gz: samples, and what SciPy, Evidently, NannyML and Deepchecks say about them. See GENERATE.md.

    python univariate.py scipy|evidently|nannyml|deepchecks univariate.json.gz

scipy makes the samples anew, the others add their numbers; each runs in the environment that has the package.
"""
import gzip, json, math, sys, warnings
import numpy as np

warnings.simplefilter("ignore")


def numeric_cases():
    r = np.random.Generator(np.random.PCG64(20261121))
    cases = {}

    def add(name, a, b):
        cases[name] = (np.asarray(a, float), np.asarray(b, float))

    for i in range(12):
        m, n = int(r.integers(2, 400)), int(r.integers(2, 300))
        add(f"normal {m} {n}", r.normal(0, 1, m), r.normal(r.normal(0, .4), r.uniform(.5, 2), n))
    for i in range(8):
        m, n = int(r.integers(5, 300)), int(r.integers(5, 200))
        add(f"whole {m} {n}", r.integers(-3, int(r.integers(4, 60)), m), r.integers(-2, int(r.integers(4, 60)), n))
    for i in range(6):
        m, n = int(r.integers(30, 300)), int(r.integers(30, 200))
        add(f"skewed {m} {n}", np.exp(r.normal(0, 1, m)), np.exp(r.normal(.2, 1.3, n)))
    for i in range(4):
        m, n = int(r.integers(30, 300)), int(r.integers(30, 200))
        add(f"rounded {m} {n}", r.normal(5, 2, m).round(1), r.normal(5.5, 2, n).round(1))
    add("far apart", r.normal(0, 1, 500), r.normal(6, 1, 400))
    add("very far apart", r.normal(0, .01, 60), r.normal(1, .01, 50))
    add("nearly the same mean", np.arange(100.0), np.arange(100.0) + 1e-9)
    add("itself", r.normal(0, 1, 64), [])
    cases["itself"] = (cases["itself"][0], cases["itself"][0])
    add("itself permuted, whole", r.permutation(40).repeat(3), r.permutation(40).repeat(3))
    add("huge offset", 1e15 + r.integers(0, 50, 120), 1e15 + r.integers(5, 60, 90))
    add("large offset", 1e9 + r.normal(0, 1, 150), 1e9 + .3 + r.normal(0, 1, 130))
    add("tiny", 1e-12 * r.normal(0, 1, 80), 1e-12 * r.normal(.5, 1, 70))
    add("huge", 1e150 * r.normal(0, 1, 80), 1e150 * r.normal(.5, 1, 70))
    add("minus zero", [-0.0, 0.0, -0.0, 1, 2, -1] * 5, [0.0, -0.0, 0.5] * 6)
    add("two values", [1, 2], [2, 3])
    add("one against many", [1.5], r.normal(0, 1, 30))
    add("many against one", r.normal(0, 1, 30), [1.5])
    add("constants apart", [3.0] * 20, [4.0] * 15)
    add("constant reference", [3.0] * 20, r.normal(3, 1, 30))
    add("constant current", r.normal(3, 1, 30), [3.0] * 20)
    add("same constant", [7.0] * 10, [7.0] * 9)
    add("twenty distinct", np.arange(20).repeat(4), r.integers(0, 23, 50))
    add("twenty-one distinct", np.arange(21).repeat(4), r.integers(0, 23, 50))
    add("zero or one", r.integers(0, 2, 200), r.binomial(1, .7, 150))
    add("outlier", np.append(r.normal(0, 1, 100), 1e6), np.append(r.normal(0, 1, 100), -1e6))
    add("outside both ends", r.normal(0, 1, 200), r.normal(0, 4, 150))
    add("uniform edges", np.arange(101) / 100, np.arange(0, 101, 2) / 100)
    add("integers below an edge", np.arange(64), np.arange(32, 96))
    add("10,000 rounded", r.normal(0, 1, 10000).round(2), r.normal(.1, 1.2, 1000).round(2))
    add("9,999 rounded", r.normal(0, 1, 9999).round(2), r.normal(.1, 1.2, 1000).round(2))
    add("12,000 skewed", np.exp(r.normal(0, .7, 12000)).round(3), np.exp(r.normal(.1, .7, 800)).round(3))
    add("10,000 whole", r.integers(0, 200, 10000), r.integers(-5, 230, 900))
    add("10,000 constant", [2.0] * 10000, r.normal(2, 1, 50).round(2))
    add("10,000 inside", r.integers(0, 1000, 10000) / 8, r.integers(200, 700, 500) / 8)
    return cases


def categorical_cases():
    r = np.random.Generator(np.random.PCG64(1121))
    cases = {}
    for i in range(14):
        k = int(r.integers(2, 12))
        p = r.dirichlet(np.ones(k) * 3)
        q = p if i % 3 == 0 else r.dirichlet(np.ones(k) * 3)
        cases[f"random {i}"] = (r.multinomial(int(r.integers(20, 5000)), p), r.multinomial(int(r.integers(20, 3000)), q))
    cases["two alike"] = ([500, 300], [250, 150])
    cases["two"] = ([500, 300], [180, 150])
    cases["two, nearly"] = ([500, 300], [250, 149])
    cases["two, tiny"] = ([3, 1], [1, 2])
    cases["unseen"] = ([500, 300, 200, 0], [180, 150, 120, 50])
    cases["gone"] = ([500, 300, 200, 5], [180, 150, 120, 0])
    cases["unseen of two"] = ([50, 0], [40, 3])
    cases["disjoint"] = ([50, 0], [0, 40])
    cases["one"] = ([50], [40])
    cases["rare"] = ([20000, 1, 1, 0], [9000, 0, 3, 1])
    cases["many"] = (r.integers(0, 9, 300), r.integers(0, 5, 300))
    cases["extreme"] = ([100000, 100], [100, 100000])
    for k in [6, 7, 13, 139, 168]:
        cases[f"equal shares of {k}"] = ([3] * k, [5] * k)  # 1 less their sum is a rounding error, and NannyML takes its root
    return {k: (np.asarray(a), np.asarray(b)) for k, (a, b) in cases.items()}


def clean(x):
    x = float(x)
    return x if math.isfinite(x) else None


def scipy_numeric(a, b):
    from scipy import stats
    out = {}

    def put(*names):
        def run(f):
            try:
                values = f()
            except Exception:
                return
            for name, value in zip(names, np.atleast_1d(values)):
                if clean(value) is not None:
                    out[name] = clean(value)
        return run

    put("ks", "ks p")(lambda: stats.ks_2samp(a, b, method="asymp")[:2])
    put("wasserstein")(lambda: stats.wasserstein_distance(a, b))
    put("energy_distance")(lambda: stats.energy_distance(a, b))
    put("welch_t", "welch_t p")(lambda: stats.ttest_ind(a, b, equal_var=False)[:2])
    put("mann_whitney", "mann_whitney p")(lambda: stats.mannwhitneyu(a, b, method="asymptotic")[:2])
    put("anderson_darling", "anderson_darling p")(lambda: (lambda r: (r.statistic, r.pvalue))(stats.anderson_ksamp([a, b])))
    put("cramer_von_mises", "cramer_von_mises p")(
        lambda: (lambda r: (r.statistic, r.pvalue))(stats.cramervonmises_2samp(a, b, method="asymptotic")))
    if a.std() > 0:
        put("mean_shift")(lambda: (b.mean() - a.mean()) / a.std())
        put("std_shift")(lambda: b.std() / a.std() - 1)
    return out


def scipy_categorical(a, b):
    from scipy import stats
    from scipy.spatial.distance import jensenshannon
    seen = (a + b) > 0
    table = np.array([a, b])[:, seen]
    p, q = table[0] / table[0].sum(), table[1] / table[1].sum()
    out = {
        "hellinger": np.sqrt(((np.sqrt(p) - np.sqrt(q)) ** 2).sum() / 2), "tvd": np.abs(p - q).sum() / 2, "linf": np.abs(p - q).max(),
        "kl": stats.entropy(np.maximum(p, 1e-4), np.maximum(q, 1e-4)), "jensen_shannon": jensenshannon(p, q, base=2),
    }
    if table.shape[1] > 1:
        for name, options in {"chi2": {"correction": False}, "chi2@yates": {}, "g_test": {"correction": False, "lambda_": "log-likelihood"}}.items():
            out[name], out[name + " p"] = stats.chi2_contingency(table, **options)[:2]
        out["cramers_v"] = stats.contingency.association(table, method="cramer", correction=False)
    return {k: clean(v) for k, v in out.items() if clean(v) is not None}


def names(counts):
    import pandas as pd
    return pd.Series(np.repeat([f"c{i:03d}" for i in range(len(counts))], counts), dtype=object)


def evidently(case, kind):
    import pandas as pd
    from evidently.legacy.calculations.stattests.chisquare_stattest import _chi_stat_test
    from evidently.legacy.calculations.stattests.jensenshannon import _jensenshannon
    from evidently.legacy.calculations.stattests.psi import _psi
    from evidently.legacy.core import ColumnType
    numeric = kind == "numeric"
    a, b = (pd.Series(case[k], dtype=float) if numeric else names(case[k]) for k in ("reference", "current"))
    if numeric and all((s % 1 == 0).all() and s.abs().max() < 2**62 for s in (a, b)):
        a, b = a.astype("int64"), b.astype("int64")
    feature = ColumnType.Numerical if numeric else ColumnType.Categorical
    tests = {"psi@evidently": _psi, "jensen_shannon@evidently": _jensenshannon}
    if not numeric:
        tests["chi2@evidently p"] = _chi_stat_test
    for name, test in tests.items():
        try:
            value = clean(test(a.copy(), b.copy(), feature, 0.1)[0])
        except Exception:
            continue
        if value is not None:
            case["expect"][name] = value


def nannyml(case, kind):
    import pandas as pd
    from nannyml.drift.univariate import methods as u
    from nannyml.thresholds import ConstantThreshold
    numeric = kind == "numeric"
    a, b = (pd.Series(case[k], dtype=float) if numeric else names(case[k]) for k in ("reference", "current"))
    classes = {"jensen_shannon@nannyml": u.ContinuousJensenShannonDistance, "hellinger@nannyml": u.ContinuousHellingerDistance,
               "ks@nannyml": u.KolmogorovSmirnovStatistic, "wasserstein@nannyml": u.WassersteinDistance} if numeric else {
               "jensen_shannon@nannyml": u.CategoricalJensenShannonDistance, "hellinger@nannyml": u.CategoricalHellingerDistance}
    for name, method in classes.items():
        try:
            m = method(threshold=ConstantThreshold(upper=1), chunker=None, computation_params={})
            m._fit(a.copy())
            value = clean(m._calculate(b.copy()))
        except Exception:
            continue
        if value is not None:
            case["expect"][name] = value


def deepchecks(case, kind):
    if kind == "numeric":
        return
    from deepchecks.utils.distribution.drift import psi
    case["expect"]["psi@deepchecks"] = float(psi(names(case["reference"]), names(case["current"])))


mode, path = sys.argv[1:3]
if mode == "scipy":
    cases = {"numeric": [], "categorical": []}
    for kind, made, expected in (("numeric", numeric_cases(), scipy_numeric), ("categorical", categorical_cases(), scipy_categorical)):
        for name, (a, b) in made.items():
            cases[kind].append({"name": name, "reference": a.tolist(), "current": b.tolist(), "expect": expected(a, b)})
else:
    cases = json.loads(gzip.open(path).read())
    for kind in cases:
        for case in cases[kind]:
            globals()[mode](case, kind)
with open(path, "wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as f:
    f.write(json.dumps(cases, separators=(",", ":")).encode())
