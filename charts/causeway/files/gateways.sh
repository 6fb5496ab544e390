#!/bin/sh
# Writes the servers of nginx' upstream "gateways": sh gateways.sh SERVICE NAMESPACE. Each pod is one of them, by the names of the headless
# Service SERVICE-pods, so that least_conn chooses the pod with the fewest streams. nginx asks for them every two seconds. The Service
# itself is the way out if nobody resolves names: it leads to a pod at random. nginx before 1.27.3 knows only that.
set -eu
service=$1 namespace=$2
conf=${CONF:-/etc/causeway/nginx.conf}
out=${OUT:-/tmp/gateways.conf}
resolv=${RESOLV:-/etc/resolv.conf}

# nginx wants an IPv6 address in brackets.
resolvers=$(sed -n 's/^nameserver[[:space:]]*//p' "$resolv" | sed 's/.*:.*/[&]/' | tr '\n' ' ')
# nginx adds no ending to a name by itself. A pod's first one is NAMESPACE.svc and how all names of the cluster end.
ending=$(sed -n 's/^search[[:space:]]*//p' "$resolv" | tr ' ' '\n' | grep "^$namespace\.svc\." | head -n 1 || true)

cat > "$out" <<SERVERS
resolver $resolvers valid=2s;
resolver_timeout 2s;
server $service-pods.$ending:8080 resolve max_fails=0;
server $service:8080 max_fails=0 backup;
SERVERS
if ! nginx -t -q -e stderr -c "$conf"; then
  echo "nginx cannot ask for the gateways' pods, so streams are spread at random" >&2
  # Twice: nginx tries the next server of its list, and one address of a Service leads to several pods.
  printf 'server %s:8080 max_fails=0;\nserver %s:8080 max_fails=0;\n' "$service" "$service" > "$out"
fi
