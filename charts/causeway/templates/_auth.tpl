{{/* Who may come in. "account" signs people in and issues tokens; ingest and gateway verify them. */}}

{{/* "yes" if there is an account service. A release that only migrates has none. Argument: $ */}}
{{- define "causeway.hasAccount" -}}
{{- if and (eq .Values.auth.mode "required") .Values.account.enabled (ne .Values.migrations.mode "only") }}yes{{ end }}
{{- end }}

{{/* The services that share an image, separated by spaces. Argument: $ */}}
{{- define "causeway.services" -}}
ingest{{ if .Values.bridge.enabled }} bridge{{ end }} gateway{{ if include "causeway.hasAccount" . }} account{{ end }}
{{- end }}

{{/* Where browsers reach Causeway; tokens are issued in this name. Argument: $ */}}
{{- define "causeway.publicOrigin" -}}
{{- $hosts := .Values.httpRoute.enabled | ternary .Values.httpRoute.hostnames list }}
{{- if .Values.auth.publicOrigin }}
{{- .Values.auth.publicOrigin }}
{{- else if and .Values.ingress.enabled (or .Values.ingress.tlsSecret .Values.edge.https) }}
{{- printf "https://%s" .Values.ingress.host }}
{{- else if and $hosts (not (hasPrefix "*" (first $hosts))) }}
{{- printf "https://%s" (first $hosts) }}
{{- else }}
{{- fail "Set auth.publicOrigin to the address of the page, such as https://chat.example.org: nobody can sign in without it (or set auth.mode to open, to try out)." }}
{{- end }}
{{- end }}

{{/* "true" if browsers come by TLS: only then they take cookies that are for TLS only. Argument: $ */}}
{{- define "causeway.secureCookies" -}}
{{- hasPrefix "https://" (include "causeway.publicOrigin" .) }}
{{- end }}

{{/* Whose tokens ingest and gateway accept, as JSON. They ask account within the cluster, since the page's address may lead elsewhere. */}}
{{- define "causeway.issuers" -}}
{{- $issuers := .Values.auth.issuers }}
{{- if include "causeway.hasAccount" . }}
{{- $keys := printf "http://%s-account:8080/account/jwks.json" (include "causeway.fullname" .) }}
{{- $own := dict "issuer" (printf "%s/account" (include "causeway.publicOrigin" .)) "jwks" $keys "kinds" (list "user" "service" "device" "guest") }}
{{- $issuers = prepend $issuers $own }}
{{- end }}
{{- if not $issuers }}
{{- fail "Set account.enabled, or auth.issuers, or the secretKeys.ISSUERS of ingest and gateway: without an issuer nobody could have a token." }}
{{- end }}
{{- toJson $issuers }}
{{- end }}

{{/* Variables of ingest and gateway, as JSON: dict "root" $ "values" .Values.ingest */}}
{{- define "causeway.authConfig" -}}
{{- $env := dict "AUTH" .root.Values.auth.mode }}
{{- if eq .root.Values.auth.mode "open" }}
{{- /* The image says production, in which they refuse to be open. */}}
{{- $_ := set $env "NODE_ENV" "development" }}
{{- else }}
{{- if include "causeway.hasAccount" .root }}
{{- $_ := set $env "SECURE_COOKIES" (include "causeway.secureCookies" .root) }}
{{- end }}
{{- if not .values.secretKeys.ISSUERS }}
{{- $_ := set $env "ISSUERS" (include "causeway.issuers" .root) }}
{{- end }}
{{- end }}
{{- toJson $env }}
{{- end }}
