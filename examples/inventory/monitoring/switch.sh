#!/bin/sh
# Gives Prometheus and the Alertmanager this folder's configuration, or with --back the one before.
# Both read $FOLDER/current, a link to one of $FOLDER/releases. May be run twice.
set -eu
release=releases/$PIPECTL_RUN_ID
now=$(readlink "$FOLDER/current" || true)

if [ "${1:-}" != --back ]; then
  mkdir -p "$FOLDER/$release"
  cp prometheus.yml alerts.yml alertmanager.yml "$FOLDER/$release"
  [ -z "$now" ] || [ "$now" = "$release" ] || ln -sfn "$now" "$FOLDER/previous"
  ln -sfn "$release" "$FOLDER/current"
elif [ "$now" = "$release" ]; then
  ln -sfn "$(readlink "$FOLDER/previous")" "$FOLDER/current"
fi

for server in "$PROMETHEUS" "$ALERTMANAGER"; do
  curl -fsS --max-time 30 -X POST "$server/-/reload"
done
