{{/* Rules of network policies. For an empty list of peers "to" is left out, which means any address. */}}

{{/* The head of a policy, which denies what its rules do not allow: dict "root" $ "component" "gateway"; without one: all pods */}}
{{- define "causeway.policy" -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ include "causeway.fullname" .root }}-{{ default "deny" .component }}
  labels:
    {{- include "causeway.labels" . | nindent 4 }}
spec:
  podSelector:
    matchLabels:
      {{- include "causeway.selector" . | nindent 6 }}
  policyTypes:
    - Ingress
    - Egress
{{- end }}

{{- define "causeway.egressDns" -}}
- {{- with .Values.networkPolicy.dnsTo }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
{{- end }}

{{/* Argument: {port, morePorts, to} */}}
{{- define "causeway.egressTo" -}}
- {{- with .to }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  ports:
    {{- range prepend (default list .morePorts) .port }}
    - port: {{ int . }}
      protocol: TCP
    {{- end }}
{{- end }}

{{/* Another component of this release: dict "root" $ "component" "gateway" "port" "http" */}}
{{- define "causeway.peer" -}}
- podSelector:
    matchLabels:
      {{- include "causeway.selector" (dict "root" .root "component" .component) | nindent 6 }}
{{- end }}

{{- define "causeway.egressPeer" -}}
- to:
    {{- include "causeway.peer" . | nindent 4 }}
  ports:
    - port: {{ .port }}
      protocol: TCP
{{- end }}

{{- define "causeway.egressMqtt" -}}
{{- if .Values.mosquitto.enabled }}
{{- include "causeway.egressPeer" (dict "root" . "component" "mosquitto" "port" "mqtt") }}
{{- else }}
{{- include "causeway.egressTo" .Values.networkPolicy.mqtt }}
{{- end }}
{{- end }}

{{/* Where ingest and gateway read the keys of issuers: dict "root" $ "values" .Values.ingest */}}
{{- define "causeway.egressIssuers" -}}
{{- if include "causeway.hasAccount" .root }}
{{- include "causeway.egressPeer" (dict "root" .root "component" "account" "port" "http") }}
{{- end }}
{{- if and (eq .root.Values.auth.mode "required") (or .root.Values.auth.issuers .values.secretKeys.ISSUERS) }}
{{ include "causeway.egressTo" .root.Values.networkPolicy.providers }}
{{- end }}
{{- end }}

{{- define "causeway.ingressScrape" -}}
{{- with .Values.networkPolicy.scrapeFrom }}
- from:
    {{- toYaml . | nindent 4 }}
  ports:
    - port: metrics
      protocol: TCP
{{- end }}
{{- end }}
