#!/bin/sh
# Makes the secrets of the container deployment in ./secrets, once. The folder is its owner's alone; the files in it can be
# read inside the containers that are given them, whose user is another.
set -eu
cd "$(dirname "$0")/.."
mkdir -p secrets && chmod 700 secrets
for name in \
    db-postgres db-intake db-router db-deadline db-notifier db-stats db-survey db-portal db-auditor \
    kafka-admin kafka-intake kafka-router kafka-deadline kafka-notifier kafka-stats \
    kafka-survey kafka-auditor kafka-department \
    shared-secret link-secret gateway-key; do
    [ -f "secrets/$name" ] || od -An -v -N24 -tx1 /dev/urandom | tr -d ' \n' > "secrets/$name"
done
[ -f secrets/token-private.pem ] || openssl genpkey -algorithm ed25519 -out secrets/token-private.pem
[ -f secrets/token-public.pem ] || openssl pkey -in secrets/token-private.pem -pubout -out secrets/token-public.pem
chmod 444 secrets/*
