#!/bin/sh
# Makes the secrets of the container deployment in ./secrets, once. The folder is its owner's alone; the files in it can be
# read inside the containers that are given them, whose user is another.
set -eu
cd "$(dirname "$0")/.."
mkdir -p secrets && chmod 700 secrets
for name in \
    db-postgres db-intake db-router db-deadline db-notifier db-stats db-survey db-debate db-portal db-wechat db-auditor \
    kafka-admin kafka-intake kafka-router kafka-deadline kafka-notifier kafka-stats \
    kafka-survey kafka-debate kafka-auditor kafka-department \
    shared-secret link-secret call-secret receipts-token gateway-key wechat-conversation-key grafana-admin; do
    [ -f "secrets/$name" ] || od -An -v -N24 -tx1 /dev/urandom | tr -d ' \n' > "secrets/$name"
done
# As long as WeChat wants them; a city's own account brings its own.
[ -f secrets/wechat-token ] || od -An -v -N16 -tx1 /dev/urandom | tr -d ' \n' > secrets/wechat-token
[ -f secrets/wechat-aes-key ] || od -An -v -N24 -tx1 /dev/urandom | tr -d ' \n' | cut -c1-43 | tr -d '\n' > secrets/wechat-aes-key
[ -f secrets/token-private.pem ] || openssl genpkey -algorithm ed25519 -out secrets/token-private.pem
[ -f secrets/token-public.pem ] || openssl pkey -in secrets/token-private.pem -pubout -out secrets/token-public.pem
chmod 444 secrets/*
