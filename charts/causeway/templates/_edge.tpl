{{/* nginx.conf: files/nginx.conf.template with its ${NAMES} filled in. Argument: $ */}}
{{- define "causeway.nginxConf" -}}
{{- $name := include "causeway.fullname" . }}
{{- $trusted := "" }}
{{- range .Values.edge.trustedProxies }}
{{- $trusted = printf "%sset_real_ip_from %s;\n  " $trusted . }}
{{- end }}
{{- if and (or .Values.ingress.enabled .Values.httpRoute.enabled) (not $trusted) }}
{{- fail "Set edge.trustedProxies to the addresses of the Ingress or Gateway: without them all clients count as one, and share the limits of one." }}
{{- end }}
{{- if $trusted }}
{{- $trusted = printf "%sreal_ip_header X-Forwarded-For;\n  real_ip_recursive on;" $trusted }}
{{- end }}
{{- /* Twice: nginx tries the next server of its list, and one address of a Service leads to several pods. */}}
{{- $ingest := printf "server %s-ingest:8080 max_fails=0;" $name }}
{{- $hosts := concat (list (printf "%s-edge" $name) (printf "%s-edge.%s" $name .Release.Namespace) (printf "%s-edge.%s.svc" $name .Release.Namespace)) .Values.edge.hosts .Values.httpRoute.hostnames }}
{{- if .Values.ingress.enabled }}{{ $hosts = append $hosts .Values.ingress.host }}{{ end }}
{{- $account := "" }}
{{- if include "causeway.hasAccount" . }}
{{- $host := (urlParse (include "causeway.publicOrigin" .)).hostname }}
{{- if ne $host "localhost" }}{{ $hosts = append $hosts $host }}{{ end }}
{{- $account = printf "server %s-account:8080 max_fails=0;" $name }}
{{- $account = printf "%s\n    %s" $account $account }}
{{- end }}
{{- $limits := .Values.edge.limits }}
{{- $values := dict
  "HOSTS" ($hosts | uniq | join " ")
  "HSTS" (ternary "max-age=31536000" "" (or .Values.edge.https (not (empty .Values.ingress.tlsSecret))))
  "MAX_BODY_BYTES" (include "causeway.text" (default 65536 .Values.ingest.config.MAX_BODY_BYTES))
  "STREAMS_PER_CLIENT" (include "causeway.text" $limits.streams)
  "STREAMS_PER_SECOND" (include "causeway.text" $limits.streamsPerSecond)
  "REQUESTS_PER_CLIENT" (include "causeway.text" $limits.requests)
  "REQUESTS_PER_SECOND" (include "causeway.text" $limits.requestsPerSecond)
  "SIGN_INS_PER_SECOND" (include "causeway.text" $limits.signInsPerSecond)
  "ACCOUNT_SERVERS" $account
  "RUN_DIR" "/tmp"
  "ACCESS_LOG" "/dev/stdout"
  "STATIC_DIR" "/srv/causeway"
  "TRUSTED_PROXIES" $trusted
  "WORKER_CONNECTIONS" (include "causeway.text" .Values.edge.workerConnections)
  "OPEN_FILES" (add 1024 (int64 .Values.edge.workerConnections) | toString)
  "STREAM_CAPACITY" (include "causeway.edgeCapacity" .)
  "LISTEN" "0.0.0.0:8080"
  "LISTEN_V6" (eq .Values.listenAddress "::" | ternary "[::]:8080" "")
  "TLS" ""
  "STATUS_LISTEN" "0.0.0.0:8081"
  "STATUS_LISTEN_V6" (eq .Values.listenAddress "::" | ternary "[::]:8081" "")
  "INGEST_SERVERS" (printf "%s\n    %s" $ingest $ingest)
  "GATEWAY_SERVERS" "# What files/gateways.sh has written.\n    include /tmp/gateways.conf;"
}}
{{- $text := .Files.Get "files/nginx.conf.template" }}
{{- range $key, $value := $values }}
{{- if not $value }}
{{- $text = regexReplaceAll (printf "(?ms)^ *# if %s\n.*?^ *# end\n" $key) $text "" }}
{{- end }}
{{- $text = $text | replace (printf "${%s}" $key) $value }}
{{- end }}
{{- /* A name that is left is missing in this list. The pattern skips the ${...} in the first line of the file. */}}
{{- if regexMatch "\\$\\{[A-Z]" $text }}
{{- fail (printf "files/nginx.conf.template wants %s" (regexFind "\\$\\{[A-Z_]+\\}" $text)) }}
{{- end }}
{{- $text }}
{{- end }}
