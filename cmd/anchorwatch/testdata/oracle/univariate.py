"""Computes what compare must say about the trimmed sets beside expected.json.gz: see README.md.

    python3 univariate.py .
"""
import csv, gzip, io, json, sys, warnings
import numpy, pandas
from scipy import stats
from statsmodels.stats.multitest import multipletests

warnings.simplefilter("ignore")
folder = sys.argv[1]
ROWS = {"car_loan_dq": 500, "car_price": 500, "cards_mc": 500, "elec2": 600}
OUTPUTS = {"y_pred": "prediction", "y_score": "score"}


def rows(path):
    with gzip.open(path, "rt", encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def is_number(values):
    try:
        [float(v) for v in values]
        return True
    except ValueError:
        return False


def numeric(a, b):
    found = {"ks": stats.ks_2samp(a, b, method="asymp")[:2], "energy_distance": [stats.energy_distance(a, b)],
             "mann_whitney": stats.mannwhitneyu(a, b, method="asymptotic")[:2]}
    cvm = stats.cramervonmises_2samp(a, b, method="asymptotic")
    found["cramer_von_mises"] = [cvm.statistic, cvm.pvalue]
    if len(set(a)) > 1:  # else NumPy's variance is a rounding error
        found["welch_t"] = stats.ttest_ind(a, b, equal_var=False)[:2]
        found["mean_shift"], found["std_shift"] = [(b.mean() - a.mean()) / a.std()], [b.std() / a.std() - 1]
    if len(set(a) | set(b)) > 1:
        ad = stats.anderson_ksamp([a, b])
        found["anderson_darling"] = [ad.statistic, ad.pvalue]
    return found


def categorical(a, b):
    table = pandas.crosstab(numpy.repeat([0, 1], [len(a), len(b)]), numpy.array(list(a) + list(b))).to_numpy()
    p, q = (row / row.sum() for row in table)
    found = {"hellinger": [numpy.sqrt(((numpy.sqrt(p) - numpy.sqrt(q)) ** 2).sum() / 2)], "tvd": [abs(p - q).sum() / 2], "linf": [abs(p - q).max()],
             "kl": [stats.entropy(numpy.maximum(p, 1e-4), numpy.maximum(q, 1e-4))]}
    if table.shape[1] > 1:
        found["chi2"] = stats.chi2_contingency(table, correction=False)[:2]
        found["chi2@yates"] = stats.chi2_contingency(table)[:2]
        found["g_test"] = stats.chi2_contingency(table, correction=False, lambda_="log-likelihood")[:2]
        found["cramers_v"] = [stats.contingency.association(table, method="cramer")]
    return found


expected = []
for name, size in ROWS.items():
    ref, cur = rows(f"{folder}/{name}.reference.csv.gz"), rows(f"{folder}/{name}.analysis.csv.gz")
    regression = name == "car_price"
    columns = [c for c in ref[0] if c not in ("id", "ts_ms", "label") and not c.startswith("proba_")]
    for start in range(0, len(cur), size):
        part, chunk, family = cur[start:start + size], {}, []
        for c in columns:
            a, b = ([r[c] for r in x if r[c] != ""] for x in (ref, part))
            as_number = is_number(a) and (c != "y_pred" or regression)
            found = numeric(numpy.array(a, float), numpy.array(b, float)) if as_number else categorical(a, b)
            chunk[OUTPUTS.get(c, c)] = {k: [float(x) for x in v] for k, v in found.items()}
            test = "ks" if as_number else "chi2"
            if c not in OUTPUTS and test in found:
                family.append((c, float(found[test][1])))
        adjusted = {k: multipletests([p for _, p in family], method=m)[1] for k, m in (("bonferroni", "bonferroni"), ("holm", "holm"), ("bh", "fdr_bh"))}
        expected.append({"set": name, "chunk_rows": size, "index": start // size, "columns": chunk,
                         "adjusted": {k: {c: float(p) for (c, _), p in zip(family, v)} for k, v in adjusted.items()}})
with open(f"{folder}/univariate.json.gz", "wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as f:
    f.write(json.dumps(expected, separators=(",", ":")).encode())
