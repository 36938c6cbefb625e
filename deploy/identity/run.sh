#!/bin/sh
# Starts the development identity provider in its container: each secret is a file of the variable's name.
set -eu
for file in /run/perinatal/IDENTITY_*; do
  export "$(basename "$file")=$(cat "$file")"
done
# Its keys are kept below the folder it is started in.
cd /var/lib/perinatal/identity
exec python -m nanoidp --config . --strict-config
