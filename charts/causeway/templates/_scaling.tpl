{{/* How many pods there are. "values" are those of a component. */}}

{{/* "yes" if an autoscaler sets the number. Argument: values */}}
{{- define "causeway.scaled" -}}
{{- if ne (dig "autoscaling" "kind" "none" .) "none" }}yes{{ end }}
{{- end }}

{{/* Largest number of pods, roll-outs aside. Argument: values */}}
{{- define "causeway.mostPods" -}}
{{- if include "causeway.scaled" . }}{{ int .autoscaling.maxReplicas }}{{ else }}{{ int .replicas }}{{ end }}
{{- end }}

{{- define "causeway.fewestPods" -}}
{{- if include "causeway.scaled" . }}{{ int .autoscaling.minReplicas }}{{ else }}{{ int .replicas }}{{ end }}
{{- end }}

{{/* The pods that a roll-out adds at once. Kubernetes rounds a part of a pod up. Argument: values */}}
{{- define "causeway.surgePods" -}}
{{- $surge := toString .maxSurge }}
{{- if hasSuffix "%" $surge }}
{{- divf (mul (include "causeway.mostPods" . | int) (trimSuffix "%" $surge | int)) 100 | ceil | int }}
{{- else }}{{ int $surge }}{{ end }}
{{- end }}

{{/*
`replicas` of a Deployment and how it is marked, as JSON: dict "root" $ "name" $name "component" "gateway" "values" .Values.gateway.
With an autoscaler there are no replicas here: every deploy would reset its number. But what was in the manifest once cannot just be
left out: the API server would set 1, and production would lose its pods. So if the Deployment that runs had replicas, its present
number is written. Only Helm can look that up; for other tools docs/deploy.md has a command.
*/}}
{{- define "causeway.replicas" -}}
{{- /* Tells Spinnaker too to leave the number as it is. */}}
{{- $left := "strategy.spinnaker.io/use-source-capacity" }}
{{- $kept := "causeway/replicas" }}
{{- $live := lookup "apps/v1" "Deployment" .root.Release.Namespace .name }}
{{- $marks := dig "metadata" "annotations" dict $live | default dict }}
{{- $number := dig "spec" "replicas" 0 $live | int }}
{{- if include "causeway.scaled" .values }}
{{- if and $live (not (hasKey $marks $left)) }}
{{- dict "replicas" (max $number (int .values.autoscaling.minReplicas)) "marks" (dict $kept "kept") | toJson }}
{{- else }}
{{- dict "marks" (dict $left "true") | toJson }}
{{- end }}
{{- else }}
{{- if and (or (hasKey $marks $left) (hasKey $marks $kept)) (lt (int .values.replicas) $number) }}
{{- fail (printf "%s.replicas is %d, but %d pods run: to end autoscaling without losing any, set it to %d, and lower it later." .component (int .values.replicas) $number $number) }}
{{- end }}
{{- dict "replicas" (int .values.replicas) "marks" dict | toJson }}
{{- end }}
{{- end }}

{{/*
The spec of a Deployment up to its template: what "causeway.replicas" takes, and "made" with what it gave. A new pod is ready before an
old one goes, because fewer pods hold fewer streams.
*/}}
{{- define "causeway.rollout" -}}
{{- with .made.replicas }}
replicas: {{ int . }}
{{- end }}
revisionHistoryLimit: 5
minReadySeconds: 10
# Longer than a whole roll-out, in which one pod after the other gets ready and the one that it replaces drains.
progressDeadlineSeconds: {{ add 300 (mul (include "causeway.mostPods" .values | int) (add .graceSeconds 10)) }}
strategy:
  type: RollingUpdate
  rollingUpdate:
    maxSurge: {{ .values.maxSurge }}
    maxUnavailable: 0
selector:
  matchLabels:
    {{- include "causeway.selector" . | nindent 4 }}
{{- end }}

{{/* Largest number of connections to Postgres: a roll-out adds pods to each component, and the migration takes one. Argument: $ */}}
{{- define "causeway.connections" -}}
{{- $sum := 1 }}
{{- $logs := max 1 (len .Values.layout.logs) }}
{{- range $unit := include "causeway.units" . | fromJsonArray }}
{{- $values := index $.Values $unit.component }}
{{- $pods := add (include "causeway.mostPods" $values | int) (include "causeway.surgePods" $values | int) }}
{{- /* For each log a bridge opens two, and an ingest or a gateway DATABASE_CONNECTIONS, by default ten. Account has one log. */}}
{{- $each := eq $unit.component "bridge" | ternary 2 (index $values.config "DATABASE_CONNECTIONS" | default 10 | int) }}
{{- $of := len (default list $unit.logs) | default (eq $unit.component "account" | ternary 1 $logs) }}
{{- $sum = add $sum (mul $pods $each $of) }}
{{- end }}
{{- $sum }}
{{- end }}
