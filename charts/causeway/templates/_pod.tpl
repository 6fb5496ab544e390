{{/* What pods have in common. Arguments: dict "root" $ "component" "ingest" "values" .Values.ingest */}}

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

{{/* The top of a pod's spec. The API's token and the addresses of other services are of no use to any of them. */}}
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
# Of one version only: while a new one is rolled out, the old one's pods would unbalance it.
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

{{/* How many pods there may be: dict "root" $ "component" "gateway" "values" .Values.gateway */}}
{{- define "causeway.mostPods" -}}
{{- if and (eq .component "gateway") (ne .values.autoscaling.kind "none") }}{{ int .values.autoscaling.maxReplicas }}{{ else }}{{ int .values.replicas }}{{ end }}
{{- end }}

{{- define "causeway.fewestPods" -}}
{{- if and (eq .component "gateway") (ne .values.autoscaling.kind "none") }}{{ int .values.autoscaling.minReplicas }}{{ else }}{{ int .values.replicas }}{{ end }}
{{- end }}

{{/* Connections to Postgres at most: each kind with the one pod more of a roll-out, and the migration's one. Argument: $ */}}
{{- define "causeway.connections" -}}
{{- $sum := 1 }}
{{- range $component := list "ingest" "bridge" "gateway" }}
{{- $values := index $.Values $component }}
{{- $pods := include "causeway.mostPods" (dict "component" $component "values" $values) | int }}
{{- /* A bridge has two; the others what they are told, by default ten. */}}
{{- $each := eq $component "bridge" | ternary 2 (index $values.config "DATABASE_CONNECTIONS" | default 10 | int) }}
{{- $sum = add $sum (mul (add $pods 1) $each) }}
{{- end }}
{{- $sum }}
{{- end }}

{{/*
Replicas and roll-out. One new pod more, and no old one gone before it is ready: what is short of a pod is short of streams. Never
replicas where an autoscaler has set them: every deploy would set them back.
*/}}
{{- define "causeway.rollout" -}}
{{- if eq (include "causeway.scaled" .) "" }}
replicas: {{ int .values.replicas }}
{{- end }}
revisionHistoryLimit: 5
minReadySeconds: {{ .minReadySeconds }}
# More than a whole roll-out takes: each pod in turn gets ready, and the one that it replaces drains.
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
