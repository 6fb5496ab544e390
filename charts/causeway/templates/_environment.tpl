{{/* A number of values.yaml as it was written. Go reads a float and would print 268435456 as 2.68435456e+08. */}}
{{- define "causeway.text" -}}
{{- if and (kindIs "float64" .) (eq (floor .) .) }}{{ int64 . }}{{ else }}{{ . }}{{ end }}
{{- end }}

{{/* A quantity such as 512Mi or 1Gi, in bytes. */}}
{{- define "causeway.bytes" -}}
{{- $number := regexFind "^[0-9]+" . | int64 }}
{{- $unit := regexFind "[A-Za-z]*$" . }}
{{- $factor := get (dict "" 1 "k" 1000 "Ki" 1024 "M" 1000000 "Mi" 1048576 "G" 1000000000 "Gi" 1073741824) $unit }}
{{- if or (not $factor) (not (regexMatch "^[0-9]+[A-Za-z]*$" .)) }}
{{- fail (printf "The memory limit %q must be a whole number with Ki, Mi, Gi, k, M or G." .) }}
{{- end }}
{{- mul $number $factor }}
{{- end }}

{{/* Variables that hold no secret: dict "root" $ "component" "gateway" "values" .Values.gateway */}}
{{- define "causeway.config" -}}
{{- $common := .root.Values.config }}
{{- $limit := include "causeway.bytes" .values.resources.limits.memory | int64 }}
{{- $env := dict "LOG_LEVEL" $common.LOG_LEVEL "DRAIN_SECONDS" .values.drainSeconds }}
{{- /* Buffers, code and sockets are not on the heap; they get the rest of the limit. */}}
{{- $_ := set $env "NODE_OPTIONS" (printf "--max-old-space-size=%d" (div (mul $limit 6) (mul 10 1048576))) }}
{{- if ne .component "account" }}
{{- if .root.Values.layout.logs }}
{{- $_ := set $env "LAYOUT_FILE" "/etc/causeway/layout/layout.json" }}
{{- else }}
{{- $_ := set $env "LOG_ID" $common.LOG_ID }}
{{- end }}
{{- end }}
{{- with .logs }}
{{- $logs := list }}
{{- range . }}{{ $logs = append $logs (int . | toString) }}{{ end }}
{{- $_ := set $env "LOGS" (join "," $logs) }}
{{- end }}
{{- if has .component (list "ingest" "bridge" "account") }}{{ $_ := set $env "MQTT_PREFIX" $common.MQTT_PREFIX }}{{ end }}
{{- $_ := set $env "REDIS_PREFIX" $common.REDIS_PREFIX }}
{{- if has .component (list "ingest" "gateway") }}
{{- $_ := set $env "CORS_ORIGINS" $common.CORS_ORIGINS }}
{{- $env = merge $env (include "causeway.authConfig" . | fromJson) }}
{{- end }}
{{- if eq .component "account" }}
{{- $_ := set $env "PUBLIC_ORIGIN" (include "causeway.publicOrigin" .root) }}
{{- $_ := set $env "SECURE_COOKIES" (include "causeway.secureCookies" .root) }}
{{- end }}
{{- if ne .component "bridge" }}
{{- $_ := set $env "LIMITS_REPLICAS" (include "causeway.fewestPods" .values | int) }}
{{- /* The edge, and nothing else, may say who the client is: network policies let nobody else in. */}}
{{- $_ := set $env "PROXY_HOPS" 1 }}
{{- end }}
{{- if eq .component "gateway" }}
{{- /* The gateway refuses new streams before the kernel kills the pod with all of its streams. */}}
{{- $_ := set $env "MAX_MEMORY_BYTES" (div (mul $limit 8) 10) }}
{{- end }}
{{- with include "causeway.caFile" .root }}
{{- $_ := set $env "NODE_EXTRA_CA_CERTS" . }}
{{- end }}
{{- range $name, $value := merge (deepCopy .values.config) $env }}
{{ $name }}: {{ include "causeway.text" $value | quote }}
{{- end }}
{{- end }}

{{/*
Variables from the Secret: dict "root" $ "secret" its name "secretKeys" .Values.ingest.secretKeys "optional" a list of those whose keys
need not be there; without it all must be.
*/}}
{{- define "causeway.secretEnv" -}}
{{- range $name, $key := .secretKeys }}
{{- /* The content of the release's own Secret is known. Without this check, pods would wait for a missing key for ever. */}}
{{- $optional := has $name (default list $.optional) }}
{{- if not (or $optional $.root.Values.secrets.existingSecret (hasKey $.root.Values.secrets.values $key)) }}
{{- fail (printf "Set secrets.values.%s: %s is read from it (docs/deploy.md says what it is)." $key $name) }}
{{- end }}
- name: {{ $name }}
  valueFrom:
    secretKeyRef:
      name: {{ $.secret }}
      key: {{ $key }}
      {{- if $optional }}
      optional: true
      {{- end }}
{{- end }}
{{- end }}

{{/* Path of the private certificate authority, if there is one; Node adds it to the public ones. Argument: $ */}}
{{- define "causeway.caFile" -}}
{{- if and .Values.caBundle.existingConfigMap .Values.caBundle.existingSecret }}
{{- fail "Set either caBundle.existingConfigMap or caBundle.existingSecret." }}
{{- end }}
{{- if or .Values.caBundle.existingConfigMap .Values.caBundle.existingSecret }}/etc/causeway/ca/{{ .Values.caBundle.key }}{{ end }}
{{- end }}

{{- define "causeway.caVolume" -}}
{{- with .Values.caBundle.existingConfigMap }}
- name: ca
  configMap:
    name: {{ . }}
{{- end }}
{{- with .Values.caBundle.existingSecret }}
- name: ca
  secret:
    secretName: {{ . }}
    # Only the authority: the Secret may also hold the key of a certificate.
    items:
      - key: {{ $.Values.caBundle.key }}
        path: {{ $.Values.caBundle.key }}
{{- end }}
{{- end }}

{{- define "causeway.caMount" -}}
{{- if include "causeway.caFile" . }}
- name: ca
  mountPath: /etc/causeway/ca
  readOnly: true
{{- end }}
{{- end }}
