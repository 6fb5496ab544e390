"""What a subscriber prints: a line `name<TAB>data` for each event, and `!<TAB>why` whenever its library has given up."""

import sys
import time

URL = sys.argv[1]


def heard(name, data):
    print(f"{name}\t{data}", flush=True)


def returned(why):
    print(f"!\t{type(why).__name__}", flush=True)
    time.sleep(1)
