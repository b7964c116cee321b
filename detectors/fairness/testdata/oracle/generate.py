"""Random tables of groups, answers and labels with fairlearn 0.15.0's values: fairness.json. See GENERATE.md."""
import json, sys, warnings
import numpy as np
warnings.filterwarnings("ignore")
from fairlearn.metrics import (MetricFrame, selection_rate, true_positive_rate, false_positive_rate, true_negative_rate, false_negative_rate,
    demographic_parity_difference, demographic_parity_ratio, equalized_odds_difference, equalized_odds_ratio,
    equal_opportunity_difference, equal_opportunity_ratio)
from sklearn.metrics import accuracy_score, precision_score
RATES = {"selection_rate": selection_rate, "accuracy": accuracy_score, "true_positive_rate": true_positive_rate,
    "false_positive_rate": false_positive_rate, "false_negative_rate": false_negative_rate, "true_negative_rate": true_negative_rate,
    "precision": lambda t, p: precision_score(t, p, zero_division=0)}
num = lambda x: None if x != x else float(x)
cases = []
def case(name, g, t, p):
    g, t, p = np.array(g), np.array(t), np.array(p)
    f = MetricFrame(metrics=RATES, y_true=t, y_pred=p, sensitive_features=g)
    want = {"groups": {k: {m: num(v) for m, v in row.items()} for k, row in f.by_group.T.to_dict().items()}}
    o = {m: num(v) for m, v in f.overall.items()}
    s = {"sensitive_features": g}
    o.update(demographic_parity_difference=num(demographic_parity_difference(t, p, **s)), demographic_parity_ratio=num(demographic_parity_ratio(t, p, **s)),
        disparate_impact=num(demographic_parity_ratio(t, p, **s)), equalized_odds_difference=num(equalized_odds_difference(t, p, **s)),
        equalized_odds_ratio=num(equalized_odds_ratio(t, p, **s)), average_odds_difference=num(equalized_odds_difference(t, p, agg="mean", **s)),
        equal_opportunity_difference=num(equal_opportunity_difference(t, p, **s)), equal_opportunity_ratio=num(equal_opportunity_ratio(t, p, **s)),
        predictive_parity_difference=num(f.difference()["precision"]), predictive_parity_ratio=num(f.ratio()["precision"]),
        accuracy_difference=num(f.difference()["accuracy"]))
    want["overall"] = o
    cases.append({"name": name, "group": g.tolist(), "actual": t.tolist(), "predicted": p.tolist(), "want": want})
for seed in range(6):
    r = np.random.default_rng(seed)
    n, k = [40, 100, 200, 300, 60, 15][seed], [2, 3, 4, 5, 6, 3][seed]
    g = r.integers(0, k, n); q = r.random(k)
    t = (r.random(n) < q[g]).astype(int); p = np.where(r.random(n) < .8, t, 1 - t)
    case(f"random {seed}", [f"g{x}" for x in g], t, p)
case("one group", ["a"] * 6, [0, 1, 1, 0, 1, 0], [0, 1, 0, 0, 1, 1])
case("a group without positives", ["a", "a", "b", "b", "b"], [0, 0, 1, 0, 1], [0, 1, 1, 0, 0])
case("never selected", ["a", "a", "b", "b", "b"], [0, 1, 1, 0, 1], [0, 0, 0, 0, 0])
case("always selected", ["a", "a", "b", "b", "b"], [0, 1, 1, 0, 1], [1, 1, 1, 1, 1])
case("all right", ["a", "a", "b", "b", "c"], [0, 1, 1, 0, 1], [0, 1, 1, 0, 1])
case("no positives", ["a", "a", "b", "b", "b"], [0, 0, 0, 0, 0], [0, 1, 1, 0, 0])
case("no negatives", ["a", "a", "b", "b", "b"], [1, 1, 1, 1, 1], [0, 1, 1, 0, 0])
case("one row a group", ["a", "b", "c"], [0, 1, 1], [1, 1, 0])
json.dump({"source": "fairlearn 0.15.0, scikit-learn 1.9.1", "cases": cases}, open(sys.argv[1], "w"), separators=(",", ":"))
