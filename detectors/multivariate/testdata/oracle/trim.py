# Writes elec2.csv: every seventh row of the reference, and some chunks of 1,000 rows of the Elec2 stream, features only.
# usage: python3 trim.py <folder of the stream>
import csv, gzip, sys
chunks = [1, 2, 3, 4, 8, 20]
features = ["period", "nswprice", "nswdemand", "vicprice", "vicdemand", "transfer", "daypart", "weekday"]
rows = lambda name: list(csv.DictReader(gzip.open(f"{sys.argv[1]}/{name}.csv.gz", "rt")))
with open("elec2.csv", "w", newline="") as out:
    w = csv.writer(out)
    w.writerow(["part"] + features)
    for r in rows("reference")[::7]:
        w.writerow(["reference"] + [r[f] for f in features])
    analysis = rows("analysis")
    for c in chunks:
        for r in analysis[c * 1000:(c + 1) * 1000]:
            w.writerow([c] + [r[f] for f in features])
