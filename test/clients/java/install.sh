#!/bin/sh
set -eu
mvn --quiet --batch-mode compile dependency:build-classpath -Dmdep.outputFile=target/classpath
