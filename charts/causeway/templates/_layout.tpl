{{/* Several logs: which servers they are on, and which bridges serve them. */}}

{{/*
What is deployed beside the edge, as a JSON list of {component, name} and, for bridges of some of the logs, {part, logs}.
Argument: $
*/}}
{{- define "causeway.units" -}}
{{- $units := list }}
{{- range $component := splitList " " (include "causeway.services" .) }}
{{- if and (eq $component "bridge") $.Values.layout.bridges }}
{{- range $.Values.layout.bridges }}
{{- $units = append $units (dict "component" "bridge" "name" (printf "bridge-%s" .name) "part" .name "logs" .logs) }}
{{- end }}
{{- else }}
{{- $units = append $units (dict "component" $component "name" $component) }}
{{- end }}
{{- end }}
{{- toJson $units }}
{{- end }}

{{/* The file of LAYOUT_FILE; empty if there is one log. Argument: $ */}}
{{- define "causeway.layout" -}}
{{- if .Values.layout.logs }}
{{- dict "logs" .Values.layout.logs "rules" .Values.layout.rules | toJson }}
{{- end }}
{{- end }}

{{/*
Addresses of the servers that the layout names, by the same dict as causeway.secretEnv. DATABASE_URL_B is in the key of DATABASE_URL
with _B behind it, and so on. A server need not have a replica.
*/}}
{{- define "causeway.layoutEnv" -}}
{{- $keys := .secretKeys }}
{{- $wanted := dict }}
{{- range $log := .root.Values.layout.logs }}
{{- range $kind, $pattern := dict "postgres" "DATABASE(_REPLICA)?_URL$" "redis" "^REDIS_URL$" "broker" "MQTT_URL$" }}
{{- with get $log $kind }}
{{- $server := upper . }}
{{- range $name, $key := $keys }}
{{- /* Accounts are in the plain database only. */}}
{{- if and (regexMatch $pattern $name) (not (hasPrefix "ACCOUNT_" $name)) }}
{{- $_ := set $wanted (printf "%s_%s" $name $server) (printf "%s_%s" $key $server) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- range $name, $key := $wanted }}
{{- $optional := or (contains "_REPLICA_" $name) (has (regexReplaceAll "_URL_.*" $name "_URL") (default list $.optional)) }}
{{- if not (or $optional $.root.Values.secrets.existingSecret (hasKey $.root.Values.secrets.values $key)) }}
{{- fail (printf "Set secrets.values.%s: layout.logs names that server, and %s is read from it." $key $name) }}
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

{{/* Refuses a layout that the services would refuse, or whose logs no bridge serves. Argument: $ */}}
{{- define "causeway.checkLayout" -}}
{{- with .Values.layout }}
{{- $ids := list }}
{{- range .logs }}{{ $ids = append $ids (int .id) }}{{ end }}
{{- if ne (len $ids) (len (uniq $ids)) }}{{ fail "layout.logs names a log twice: each id may be there once." }}{{ end }}
{{- if and (not .logs) (or .rules .bridges) }}{{ fail "Set layout.logs: layout.rules and layout.bridges are for several logs." }}{{ end }}
{{- if and .logs (ne (int $.Values.config.LOG_ID) 0) }}{{ fail "config.LOG_ID must be 0 if layout.logs is set: the layout names the logs." }}{{ end }}
{{- $free := $ids }}
{{- range .rules }}
{{- if not (has (int .log) $ids) }}{{ fail (printf "layout.rules leads %s to the log %d, which layout.logs lacks." .pattern (int .log)) }}{{ end }}
{{- $free = without $free (int .log) }}
{{- end }}
{{- if and .logs (not $free) }}{{ fail "layout.rules names every log: one must be left for all other channels." }}{{ end }}
{{- if .bridges }}
{{- $served := list }}
{{- range $bridge := .bridges }}
{{- range .logs }}
{{- if not (has (int .) $ids) }}{{ fail (printf "layout.bridges.%s serves the log %d, which layout.logs lacks." $bridge.name (int .)) }}{{ end }}
{{- $served = append $served (int .) }}
{{- end }}
{{- end }}
{{- range $ids }}
{{- if not (has . $served) }}{{ fail (printf "layout.bridges leaves out the log %d: nothing would bring its messages to Redis." .) }}{{ end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- define "causeway.layoutMount" -}}
{{- if .Values.layout.logs }}
- name: layout
  mountPath: /etc/causeway/layout
  readOnly: true
{{- end }}
{{- end }}

{{/* dict "root" $ "name" the name of the ConfigMap */}}
{{- define "causeway.layoutVolume" -}}
{{- if .root.Values.layout.logs }}
- name: layout
  configMap:
    name: {{ .name }}
{{- end }}
{{- end }}
