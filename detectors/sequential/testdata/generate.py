"""Writes river.json.gz and frouros.json.gz: what river 0.26.1 and Frouros 0.9.0 say about streams. See GENERATE.md.

    python generate.py [--many] OUT            random streams and settings, river 0.26.1
    python generate.py --trim ORACLES OUT      real streams with the two libraries' answers, from files
"""
import gzip, itertools, json, math, random, sys

METHODS = ["adwin", "page_hinkley", "kswin", "ddm", "eddm", "hddm_a", "hddm_w", "fhddm"]


def make(name, params):
    from river import drift
    from river.drift import binary
    return {"adwin": drift.ADWIN, "page_hinkley": drift.PageHinkley, "kswin": drift.KSWIN, "ddm": binary.DDM, "eddm": binary.EDDM,
            "hddm_a": binary.HDDMA, "hddm_w": binary.HDDMW, "fhddm": binary.FHDDM}[name](**params)


def watch(name, params, values):
    detector = make(name, params)
    alarms, warnings, checkpoints, warned = [], [], [], False
    for i, x in enumerate(values):
        detector.update(x)
        if detector.drift_detected:
            alarms.append(i)
        if getattr(detector, "warning_detected", False) and not warned:
            warnings.append(i)
        warned = getattr(detector, "warning_detected", False)
        if name == "adwin" and i % 997 == 996 and all(map(math.isfinite, (detector.total, detector.variance))):
            checkpoints.append([i, detector.width, detector.estimation, detector.variance])
    return {"alarms": alarms, "warnings": warnings, **({"checkpoints": checkpoints} if checkpoints else {})}


def streams(rng, length):
    def steps(draw, levels):
        part = length // len(levels)
        return [draw(level) for level in levels for _ in range(part)]
    bit = lambda p: float(rng.random() < p)
    return {
        "bits rise": steps(bit, [.1, .3]), "bits up and down": steps(bit, [.2, .5, .05, .6]), "bits rare": steps(bit, [.01, .05, .01]),
        "bits fair": steps(bit, [.5]), "bits fall": steps(bit, [.8, .4]), "bits creep": [bit(.1 + .5 * i / length) for i in range(length)],
        "bits walk": [bit(.5 + .45 * math.sin(i / 150)) for i in range(length)],
        "shares": steps(lambda m: round(min(max(rng.gauss(m, .15), 0), 1), 3), [.3, .5, .2]),
        "normal": steps(lambda m: round(rng.gauss(m, 1), 3), [0, 1, -.5, 0]),
        "spread": steps(lambda s: round(rng.gauss(0, s), 3), [1, 4, .5]),
        "offset": steps(lambda m: round(1e6 + rng.gauss(m, 10), 2), [0, 8]),
        "integers": steps(lambda m: float(rng.randint(m, m + 9)), [-20, -17, -30]),
        "heavy": steps(lambda m: round(m + math.tan(math.pi * (rng.random() - .5)), 3), [0, 3]),
        "negative": steps(lambda m: round(-rng.expovariate(1 / m), 2), [100, 130]),
    }


EDGES = {
    "nothing": [], "one value": [1.0], "zeros": [0.0] * 300, "ones": [1.0] * 300, "a constant": [0.1] * 300, "a jump": [0.0] * 150 + [1.0] * 150,
    "a fall": [1.0] * 150 + [0.0] * 150, "alternating": [0.0, 1.0] * 150, "minus zero": [-0.0, 0.0] * 100 + [1.0] * 100, "one error": [0.0] * 200 + [1.0] + [0.0] * 99,
}
EXTREMES = {
    "huge": [1e300 * (-1) ** i for i in range(200)] + [1e300] * 100, "huge constant": [1.7e308] * 200, "tiny": [5e-324] * 150 + [1e-310] * 150,
    "large steps": [1e15] * 100 + [1e15 + 4] * 100, "hostile": [1e-300, 1e300, -1e300, 0.0] * 75,
}
REAL = ["normal", "spread", "offset", "integers", "heavy", "negative", *EXTREMES]


def settings(rng, name):
    """Defaults first, then random ones."""
    yield {}
    while True:
        pick = rng.choice
        yield {
            "adwin": lambda: {"delta": pick([.002, .05, .3, 1e-5, 1.0]), "clock": pick([1, 8, 32, 100]), "max_buckets": pick([2, 3, 5, 10]), "min_window_length": pick([1, 5, 20]), "grace_period": pick([0, 1, 10, 200])},
            "page_hinkley": lambda: {"min_instances": pick([0, 1, 30, 100]), "delta": pick([.005, 0.0, .1, -.01, 1.5]), "threshold": pick([.5, 5.0, 20.0, 50.0, 1000.0]), "alpha": pick([.9999, 1.0, .99, .5, 0.0]), "mode": pick(["up", "down", "both"])},
            "kswin": lambda: (lambda s: {"alpha": pick([.005, .0005, .05, 1e-4, 1.0]), "window_size": 2 * s, "stat_size": s, "seed": 1})(pick([1, 5, 20, 30, 50])),
            "ddm": lambda: {"warm_start": pick([0, 10, 30, 100]), "warning_threshold": pick([2.0, 1.5, .5, 0.0]), "drift_threshold": pick([3.0, 2.5, 1.0, 5.0])},
            "eddm": lambda: (lambda b: {"warm_start": pick([0, 5, 30, 60]), "alpha": min(b + pick([0.0, .05, .2]), 1.0), "beta": b})(pick([.9, .75, .5, .95])),
            "hddm_a": lambda: {"drift_confidence": pick([.001, .01, .1, 1e-6]), "warning_confidence": pick([.005, .05, .2, .001]), "two_sided_test": pick([True, False])},
            "hddm_w": lambda: {"drift_confidence": pick([.001, .01, .1, 1e-6]), "warning_confidence": pick([.005, .05, .2, .001]), "lambda_val": pick([.05, .01, .2, .5, 1.0, 0.0]), "two_sided_test": pick([True, False])},
            "fhddm": lambda: (lambda w: {"sliding_window_size": w, "confidence_level": pick([1e-6, 1e-3, .05, 1.0]), "short_window_size": pick([None, None, 1, w // 2, w])})(pick([10, 25, 100, 200])),
        }[name]()


def generated(many):
    rng = random.Random(20261121 + many)
    values = {**streams(rng, 6000 if many else 1200), **EDGES, **EXTREMES}
    default_kswin = {"window_size": 60, "stat_size": 30}  # the default's subsample is river's own
    cases = []
    for stream, name in itertools.product(values, METHODS):
        if name in METHODS[3:] and stream in REAL:
            continue  # for errors, which lie in [0, 1]
        runs = 15 if many else 2 if stream in EDGES or stream in EXTREMES else 3
        for params in itertools.islice(settings(rng, name), runs):
            if name == "kswin" and not params:
                params = default_kswin
            used = values[stream][:1200] if name == "kswin" else values[stream]
            params = {k: v for k, v in params.items() if v is not None}
            cases.append({"detector": name, "params": params, "stream": stream, "n": len(used), **watch(name, params, used)})
    return values, cases


def trimmed(oracles):
    """The streams and answers of ORACLES that are small: values of a series as they stand."""
    small = ["elec2_error", "bern_abrupt", "bern_stationary", "cards_mc_error", "river_occupancy_v2", "river_occupancy_v4", "river_bitcoin_y", "river_apple_close"]
    names = {"ADWIN": "adwin", "PageHinkley": "page_hinkley", "KSWIN_det": "kswin", "DDM": "ddm", "EDDM": "eddm", "HDDM_A": "hddm_a", "HDDM_W": "hddm_w", "FHDDM": "fhddm"}
    values, cases = {}, []
    for stream in small:
        with gzip.open(f"{oracles}/inputs/{stream}.csv.gz", "rt") as f:
            values[stream] = [float(line) for line in f.read().split()[1:]]
    for file, known in ("river.json", names), ("frouros.json", {"CUSUM": "cusum", "ECDDWT": "ewma"}):
        with open(f"{oracles}/{file}") as f:
            answers = json.load(f)
        for stream in small:
            for a in answers[stream]:
                if a["detector"] not in known or a["error"]:
                    continue
                case = {"detector": known[a["detector"]], "params": a["params"], "stream": stream, "n": a["n"], "alarms": a["drift_indices"], "warnings": a["warning_onset_indices"]}
                if a["detector"] == "ADWIN":
                    case["checkpoints"] = [[c["i"], c["width"], c["mean"], c["variance"]] for c in a["checkpoints"]]
                cases.append(case)
    return values, cases


def write(path, values, cases):
    def differences(a):  # of rising indices: they compress better
        return [x - y for x, y in zip(a, [0] + a)]
    def spelled(v):  # bits as a string of 0 and 1
        return "".join(str(int(x)) for x in v) if v and all(x in (0.0, 1.0) and math.copysign(1, x) > 0 for x in v) else v
    for c in cases:
        c["alarms"], c["warnings"] = differences(c["alarms"]), differences(c["warnings"])
    text = json.dumps({"streams": {k: spelled(v) for k, v in values.items()}, "cases": cases}, separators=(",", ":"), allow_nan=False)
    with open(path, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, 0) as f:
        f.write(text.encode())


if sys.argv[1] == "--trim":
    write(sys.argv[3], *trimmed(sys.argv[2]))
else:
    write(sys.argv[-1], *generated(sys.argv[1] == "--many"))
