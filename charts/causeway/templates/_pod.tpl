{{/* Parts that all pods share. Arguments: dict "root" $ "component" "ingest" "values" .Values.ingest */}}

{{/* The account of pods, which may do nothing: dict "root" $ "name" $name "component" "ingest" "values" .Values.ingest, and "annotations" */}}
{{- define "causeway.account" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- $own := dig "serviceAccount" "annotations" dict .values }}
  {{- include "causeway.meta" (merge (dict "annotations" (merge (deepCopy $own) (default dict .annotations))) .) | nindent 2 }}
automountServiceAccountToken: false
{{- end }}

{{/* dict "root" $ "user" .Values.podSecurity, and "sysctls" */}}
{{- define "causeway.podSecurity" -}}
{{- with .user }}
{{- toYaml . }}
{{- end }}
runAsNonRoot: true
seccompProfile:
  type: RuntimeDefault
{{- with .sysctls }}
sysctls:
  {{- toYaml . | nindent 2 }}
{{- end }}
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

{{/*
Labels and annotations of pods, with "checksums" as YAML. The volume that every pod has for its temporary files must not keep the
cluster's autoscaler from removing a node.
*/}}
{{- define "causeway.podMeta" -}}
labels:
  {{- include "causeway.labels" . | nindent 2 }}
  {{- with .values.podLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
annotations:
  {{- $own := dict "cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes" "tmp" }}
  {{- toYaml (merge (deepCopy .values.podAnnotations) .root.Values.commonAnnotations .checksums $own) | nindent 2 }}
{{- end }}

{{/* The start of a pod's spec. No pod needs the addresses of other Services, and hardly one a token for the API. */}}
{{- define "causeway.podStart" -}}
serviceAccountName: {{ include "causeway.fullname" .root }}-{{ .component }}
automountServiceAccountToken: {{ and (eq .component "gateway") .root.Values.gateway.deletionCost.enabled }}
enableServiceLinks: false
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end }}

{{- define "causeway.placement" -}}
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

{{- define "causeway.spread" -}}
{{- $selector := include "causeway.selector" . }}
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
{{- end }}

{{/* Of a Service. */}}
{{- define "causeway.ipFamily" -}}
{{- with .Values.ipFamilyPolicy }}
ipFamilyPolicy: {{ . }}
{{- end }}
{{- end }}
