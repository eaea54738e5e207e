#!/bin/sh
# An example front end: publishes one post. Usage: front_end.sh [BASE_URL] [TITLE] [TEXT]
set -eu
base="${1:-http://127.0.0.1:18001}"
title="${2:-路灯不亮}"
text="${3:-幸福路与发展大道路口的路灯坏了一周。}"
key="$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
exec curl -sS --fail-with-body -X POST "$base/v1/posts" \
    -H "Content-Type: application/json" -H "Idempotency-Key: $key" \
    --data "{\"kind\":\"complaint\",\"title\":\"$title\",\"text\":\"$text\"}"
