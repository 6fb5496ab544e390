{{/* Parts that all pods share. Arguments: dict "root" $ "component" "ingest" "values" .Values.ingest */}}

{{/* The account of pods, which may do nothing: dict "name" $name "labels" $labels */}}
{{- define "causeway.account" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ .name }}
  labels:
    {{- .labels | nindent 4 }}
automountServiceAccountToken: false
{{- end }}

{{- define "causeway.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "causeway.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop:
    - ALL
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{/* The start of a pod's spec. No pod needs a token for the API or the addresses of other Services. */}}
{{- define "causeway.podStart" -}}
serviceAccountName: {{ include "causeway.fullname" .root }}-{{ .component }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end }}

{{- define "causeway.placement" -}}
{{- $selector := include "causeway.selector" (dict "root" .root "component" .component) }}
# Counts the pods of one version only; during a roll-out those of the other version would unbalance the spread.
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: topology.kubernetes.io/zone
    whenUnsatisfiable: {{ .root.Values.spread.zones }}
    labelSelector:
      matchLabels:
        {{- $selector | nindent 8 }}
    matchLabelKeys:
      - pod-template-hash
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: {{ .root.Values.spread.nodes }}
    labelSelector:
      matchLabels:
        {{- $selector | nindent 8 }}
    matchLabelKeys:
      - pod-template-hash
{{- with .values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Largest number of pods: dict "root" $ "component" "gateway" "values" .Values.gateway */}}
{{- define "causeway.mostPods" -}}
{{- if and (eq .component "gateway") (ne .values.autoscaling.kind "none") }}{{ int .values.autoscaling.maxReplicas }}{{ else }}{{ int .values.replicas }}{{ end }}
{{- end }}

{{- define "causeway.fewestPods" -}}
{{- if and (eq .component "gateway") (ne .values.autoscaling.kind "none") }}{{ int .values.autoscaling.minReplicas }}{{ else }}{{ int .values.replicas }}{{ end }}
{{- end }}

{{/* Largest number of connections to Postgres: a roll-out adds one pod to each component, and the migration takes one. Argument: $ */}}
{{- define "causeway.connections" -}}
{{- $sum := 1 }}
{{- range $component := splitList " " (include "causeway.services" .) }}
{{- $values := index $.Values $component }}
{{- $pods := include "causeway.mostPods" (dict "component" $component "values" $values) | int }}
{{- /* A bridge opens two; the others open DATABASE_CONNECTIONS, by default ten. */}}
{{- $each := eq $component "bridge" | ternary 2 (index $values.config "DATABASE_CONNECTIONS" | default 10 | int) }}
{{- $sum = add $sum (mul (add $pods 1) $each) }}
{{- end }}
{{- $sum }}
{{- end }}

{{/*
Replicas and roll-out. A new pod is ready before an old one goes, because fewer pods hold fewer streams. With an autoscaler there are
no replicas here: every deploy would reset its number.
*/}}
{{- define "causeway.rollout" -}}
{{- if eq (include "causeway.scaled" .) "" }}
replicas: {{ int .values.replicas }}
{{- end }}
revisionHistoryLimit: 5
minReadySeconds: {{ .minReadySeconds }}
# Longer than a whole roll-out, in which one pod after the other gets ready and the one that it replaces drains.
progressDeadlineSeconds: {{ add 300 (mul (include "causeway.mostPods" . | int) (add .graceSeconds .minReadySeconds)) }}
strategy:
  type: RollingUpdate
  rollingUpdate:
    maxSurge: 1
    maxUnavailable: 0
selector:
  matchLabels:
    {{- include "causeway.selector" (dict "root" .root "component" .component) | nindent 4 }}
{{- end }}

{{- define "causeway.scaled" -}}
{{- if and (eq .component "gateway") (ne .values.autoscaling.kind "none") }}yes{{ end }}
{{- end }}
