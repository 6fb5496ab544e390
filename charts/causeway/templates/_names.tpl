{{/* Names and labels. "component" is one of ingest, bridge, gateway, account, edge, mosquitto, migrate, test. */}}

{{- define "causeway.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" }}
{{- end }}

{{/* A name may have 63 characters; 40 leave room for components and hashes. */}}
{{- define "causeway.fullname" -}}
{{- $name := include "causeway.name" . }}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" }}
{{- else if contains $name .Release.Name }}
{{- .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{/* dict "root" $ "component" "ingest" */}}
{{- define "causeway.labels" -}}
{{ include "causeway.selector" . }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: causeway
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/*
The metadata of an object: dict "root" $ "name" its name "component" "ingest", and optionally "labels" and "annotations" with more
of them
*/}}
{{- define "causeway.meta" -}}
name: {{ .name }}
labels:
  {{- include "causeway.labels" . | nindent 2 }}
  {{- with .labels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with merge (deepCopy (default dict .annotations)) .root.Values.commonAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/*
Labels that never change, because a Deployment's selector cannot be changed. Pipelines change other labels. "part" tells the bridges for
some of the logs from others.
*/}}
{{- define "causeway.selector" -}}
app.kubernetes.io/name: {{ include "causeway.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- with .component }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- with .part }}
causeway/part: {{ . }}
{{- end }}
{{- end }}

{{/* dict "root" $ "image" .Values.image: the digest wins over the tag. */}}
{{- define "causeway.image" -}}
{{- $registry := .root.Values.global.imageRegistry | default .image.registry -}}
{{- with $registry }}{{ . }}/{{ end }}{{ .image.repository }}
{{- if .image.digest }}@{{ .image.digest }}{{ else }}:{{ .image.tag | default .root.Chart.AppVersion }}{{ end }}
{{- end }}

{{/* Name of the Secret with addresses and keys: an existing one, or the release's own. */}}
{{- define "causeway.secretName" -}}
{{- if .Values.secrets.existingSecret }}
{{- .Values.secrets.existingSecret }}
{{- else if .Values.secrets.values }}
{{- include "causeway.fullname" . }}
{{- else }}
{{- fail "Set secrets.existingSecret to the name of a Secret with DATABASE_URL, the services' addresses, COPY_KEYS and ACCOUNT_KEY (docs/deploy.md says how to make it)." }}
{{- end }}
{{- end }}
