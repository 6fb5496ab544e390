{{/* Rules of network policies. For an empty list of peers "to" is left out, which means any address. */}}

{{/* The head of a policy, which denies what its rules do not allow: dict "root" $ "component" "gateway"; without one: all pods */}}
{{- define "causeway.policy" -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- $name := printf "%s-%s" (include "causeway.fullname" .root) (default "deny" .component) }}
  {{- include "causeway.meta" (merge (dict "name" $name) .) | nindent 2 }}
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
    {{- /* A policy sees the port of the pod behind the Service: OpenShift's is 5353. */}}
    {{- range $port := list 53 5353 }}
    {{- range $protocol := list "UDP" "TCP" }}
    - port: {{ $port }}
      protocol: {{ $protocol }}
    {{- end }}
    {{- end }}
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

{{/* Prometheus: dict "root" $ "port" "metrics" */}}
{{- define "causeway.ingressScrape" -}}
{{- with .root.Values.networkPolicy.scrapeFrom }}
- from:
    {{- toYaml . | nindent 4 }}
  ports:
    - port: {{ $.port }}
      protocol: TCP
{{- end }}
{{- end }}
