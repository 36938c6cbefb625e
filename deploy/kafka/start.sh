#!/bin/bash
# Starts the broker of docker-compose.yml on a read-only file system; at the first start it also formats the data folder and makes
# the administrator, without whom nobody could make anybody.
set -euo pipefail

secrets=/run/perinatal
settings=/tmp/broker.properties
password=$(<"$secrets/admin-password")

umask 077
sed "s|@ADMIN_PASSWORD@|$password|g" /etc/perinatal/broker.properties >"$settings"
if [[ ! -e /var/lib/kafka/data/meta.properties ]]; then
  /opt/kafka/bin/kafka-storage.sh format --config "$settings" --cluster-id "$(<"$secrets/cluster-id")" \
    --add-scram "SCRAM-SHA-512=[name=admin,password=$password]"
fi
exec /opt/kafka/bin/kafka-server-start.sh "$settings"
