#!/bin/sh
# The class path is what Maven has found.
exec java -Xmx64m -cp "target/classes:$(cat target/classpath)" "$@"
