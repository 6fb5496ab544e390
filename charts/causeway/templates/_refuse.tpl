{{/* What contradicts itself is refused here, with a sentence, before anything is sent to the cluster. */}}

{{/* CPU such as 250m, 0.5 or 1, in thousandths. */}}
{{- define "causeway.milli" -}}
{{- $text := toString . }}
{{- if hasSuffix "m" $text }}{{ trimSuffix "m" $text | float64 | ceil | int }}{{ else }}{{ mulf (float64 $text) 1000 | ceil | int }}{{ end }}
{{- end }}

{{/* dict "name" "gateway" "resources" .Values.gateway.resources */}}
{{- define "causeway.checkResources" -}}
{{- $requests := default dict .resources.requests }}
{{- $limits := .resources.limits }}
{{- with $requests.memory }}
{{- if gt (include "causeway.bytes" . | int64) (include "causeway.bytes" $limits.memory | int64) }}
{{- fail (printf "%s.resources requests more memory (%s) than its limit allows (%s)." $.name . $limits.memory) }}
{{- end }}
{{- end }}
{{- if and $requests.cpu $limits.cpu }}
{{- if gt (include "causeway.milli" $requests.cpu | int) (include "causeway.milli" $limits.cpu | int) }}
{{- fail (printf "%s.resources requests more CPU (%v) than its limit allows (%v)." .name $requests.cpu $limits.cpu) }}
{{- end }}
{{- end }}
{{- end }}

{{/* Streams that one pod of the edge carries. Argument: $ */}}
{{- define "causeway.edgeCapacity" -}}
{{- $limit := include "causeway.bytes" .Values.edge.resources.limits.memory | int64 }}
{{- $connections := int64 .Values.edge.workerConnections }}
{{- /* Measured: 18 kB in nginx and 6 kB in the kernel for each stream, and 500 B for each connection that could be. A fifth is spare. */}}
{{- $memory := div (sub (div (mul $limit 8) 10) (add (mul $connections 2 500) 33554432)) 24000 }}
{{- /* Two workers, and two connections for each stream. The kernel shares streams out between workers, but not to the last one. */}}
{{- max 0 (min $memory (div (mul $connections 9) 10)) }}
{{- end }}

{{/* Streams that the gateways may scale to. Argument: $ */}}
{{- define "causeway.mostStreams" -}}
{{- mul (include "causeway.mostPods" .Values.gateway | int) (int .Values.gateway.autoscaling.streamsPerPod) }}
{{- end }}

{{/* Argument: $ */}}
{{- define "causeway.refuse" -}}
{{- include "causeway.checkLayout" . }}
{{- range $component := append (splitList " " (include "causeway.services" .)) "edge" }}
{{- $values := index $.Values $component }}
{{- if include "causeway.scaled" $values }}
{{- if gt (int $values.autoscaling.minReplicas) (int $values.autoscaling.maxReplicas) }}
{{- fail (printf "%s.autoscaling.minReplicas (%d) is above maxReplicas (%d)." $component (int $values.autoscaling.minReplicas) (int $values.autoscaling.maxReplicas)) }}
{{- end }}
{{- end }}
{{- include "causeway.checkResources" (dict "name" $component "resources" $values.resources) }}
{{- end }}
{{- if .Values.mosquitto.enabled }}
{{- include "causeway.checkResources" (dict "name" "mosquitto" "resources" .Values.mosquitto.resources) }}
{{- end }}
{{- with .Values.gateway }}
{{- if and (include "causeway.scaled" .) .config.MAX_STREAMS }}
{{- if and (gt (int .config.MAX_STREAMS) 0) (lt (int .config.MAX_STREAMS) (int .autoscaling.streamsPerPod)) }}
{{- fail (printf "gateway.config.MAX_STREAMS (%d) is below gateway.autoscaling.streamsPerPod (%d): pods would turn readers away before there are more pods." (int .config.MAX_STREAMS) (int .autoscaling.streamsPerPod)) }}
{{- end }}
{{- end }}
{{- end }}
{{- $pods := include "causeway.mostPods" .Values.edge | int }}
{{- $each := include "causeway.edgeCapacity" . | int }}
{{- $streams := include "causeway.mostStreams" . | int }}
{{- if lt (mul $pods $each) $streams }}
{{- fail (printf "The edge carries %d streams at most (%d pods of %d), but the gateways may scale to %d: raise edge.replicas or edge.autoscaling.maxReplicas, or edge.resources.limits.memory with edge.workerConnections, or lower gateway.autoscaling.maxReplicas." (mul $pods $each) $pods $each $streams) }}
{{- end }}
{{- end }}
