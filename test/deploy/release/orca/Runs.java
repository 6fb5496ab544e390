import static com.netflix.spinnaker.orca.api.pipeline.models.ExecutionStatus.FAILED_CONTINUE;
import static com.netflix.spinnaker.orca.api.pipeline.models.ExecutionStatus.NOT_STARTED;
import static com.netflix.spinnaker.orca.api.pipeline.models.ExecutionStatus.SKIPPED;
import static com.netflix.spinnaker.orca.api.pipeline.models.ExecutionStatus.STOPPED;
import static com.netflix.spinnaker.orca.api.pipeline.models.ExecutionStatus.SUCCEEDED;
import static com.netflix.spinnaker.orca.api.pipeline.models.ExecutionStatus.TERMINAL;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.netflix.spinnaker.orca.api.pipeline.models.ExecutionStatus;
import com.netflix.spinnaker.orca.api.pipeline.models.ExecutionType;
import com.netflix.spinnaker.orca.api.pipeline.models.StageExecution;
import com.netflix.spinnaker.orca.pipeline.model.DefaultTrigger;
import com.netflix.spinnaker.orca.pipeline.model.OptionalStageSupport;
import com.netflix.spinnaker.orca.pipeline.model.PipelineExecutionImpl;
import com.netflix.spinnaker.orca.pipeline.model.StageExecutionImpl;
import com.netflix.spinnaker.orca.pipeline.util.ContextParameterProcessor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Runs a pipeline in which chosen stages fail. Orca's own classes decide the order, whether a stage is skipped, and whether a
 * precondition holds. Standard input: {"stages": […], "runs": [{"parameters": {…}, "failing": ["name", …]}, …]}. Standard
 * output: for each run the status of each stage by its refId.
 */
class Runs {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ContextParameterProcessor EXPRESSIONS = new ContextParameterProcessor();

  private static final Set<ExecutionStatus> COMPLETE = Set.of(SUCCEEDED, FAILED_CONTINUE, SKIPPED);

  public static void main(String[] args) throws Exception {
    JsonNode input = JSON.readTree(System.in);
    List<Map<String, String>> outcomes = new ArrayList<>();
    for (JsonNode run : input.get("runs")) outcomes.add(outcome(input.get("stages"), run));
    System.out.println(JSON.writeValueAsString(outcomes));
  }

  private static Map<String, String> outcome(JsonNode stages, JsonNode run) {
    PipelineExecutionImpl pipeline = new PipelineExecutionImpl(ExecutionType.PIPELINE, "run", "causeway");
    Map<String, Object> parameters = new HashMap<>(map(run.get("parameters")));
    pipeline.setTrigger(new DefaultTrigger("webhook", null, "jenkins", parameters));
    for (JsonNode each : stages) pipeline.getStages().add(stage(pipeline, each));
    List<String> failing = List.of(JSON.convertValue(run.get("failing"), String[].class));
    for (StageExecution stage : StageExecutionImpl.topologicalSort(pipeline.getStages()).toList()) {
      // Behind a stage that ended the run nothing starts.
      if (before(stage).allMatch(each -> COMPLETE.contains(each.getStatus()))) {
        stage.setStatus(status(stage, failing));
      }
    }
    Map<String, String> statuses = new LinkedHashMap<>();
    for (StageExecution stage : pipeline.getStages()) {
      statuses.put(stage.getRefId(), stage.getStatus().name());
    }
    return statuses;
  }

  private static StageExecution stage(PipelineExecutionImpl pipeline, JsonNode node) {
    Map<String, Object> context = new HashMap<>(map(node));
    String type = node.get("type").asText();
    StageExecutionImpl stage = new StageExecutionImpl(pipeline, type, node.get("name").asText(), context);
    stage.setStatus(NOT_STARTED);
    return stage;
  }

  private static ExecutionStatus status(StageExecution stage, List<String> failing) {
    if (OptionalStageSupport.isOptional(stage, EXPRESSIONS)) return SKIPPED;
    boolean holds = !failing.contains(stage.getName()) && preconditionsHold(stage);
    if (holds) return SUCCEEDED;
    // As Orca's queue does, which Maven Central does not have.
    if (!Boolean.FALSE.equals(stage.getContext().get("failPipeline"))) return TERMINAL;
    return Boolean.TRUE.equals(stage.getContext().get("continuePipeline")) ? FAILED_CONTINUE : STOPPED;
  }

  private static Stream<StageExecution> before(StageExecution stage) {
    return stage.getExecution().getStages().stream()
        .filter(each -> stage.getRequisiteStageRefIds().contains(each.getRefId()));
  }

  private static boolean preconditionsHold(StageExecution stage) {
    Map<String, Object> context = new HashMap<>(stage.getContext());
    Map<String, Object> read = EXPRESSIONS.process(context, EXPRESSIONS.buildExecutionContext(stage), true);
    JsonNode preconditions = JSON.valueToTree(read).path("preconditions");
    for (JsonNode each : preconditions) {
      JsonNode value = each.get("context").get("expression");
      // What Orca cannot evaluate stays as it was written.
      if (!List.of("true", "false").contains(value.asText())) throw new IllegalStateException(value.asText());
      if (!value.asBoolean()) return false;
    }
    return true;
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(JsonNode node) {
    return JSON.convertValue(node, Map.class);
  }
}
