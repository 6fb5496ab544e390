#!/bin/sh
set -eu
python3 -m venv venv
venv/bin/pip install --quiet --requirement requirements.txt
venv/bin/pip install --quiet --no-deps --upgrade --target sseclient-alone sseclient==0.0.27
# It needs this, and requests, which the others have brought.
venv/bin/pip install --quiet six
