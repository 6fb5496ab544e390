import groovy.json.JsonOutput

/*
 * Reads declarative Jenkinsfiles without Jenkins: runs each, with every name answered by a recorder that knows where Jenkins
 * allows which section, and prints what it holds and what is wrong with it as one line of JSON. No step is carried out.
 */

class Grammar {
  static final SECTIONS = [
    pipeline: ['agent', 'environment', 'libraries', 'options', 'parameters', 'post', 'stages', 'tools', 'triggers'],
    stages: ['stage'],
    parallel: ['stage'],
    stage: ['agent', 'environment', 'failFast', 'input', 'options', 'parallel', 'post', 'stages', 'steps', 'tools', 'when'],
    post: ['aborted', 'always', 'changed', 'cleanup', 'failure', 'fixed', 'regression', 'success', 'unstable', 'unsuccessful'],
    agent: ['any', 'docker', 'kubernetes', 'label', 'none'],
    when: ['allOf', 'anyOf', 'beforeAgent', 'beforeInput', 'branch', 'buildingTag', 'changeRequest', 'changeset', 'environment',
      'equals', 'expression', 'not', 'tag', 'triggeredBy'],
    options: ['buildDiscarder', 'disableConcurrentBuilds', 'disableResume', 'parallelsAlwaysFailFast', 'preserveStashes', 'retry',
      'skipDefaultCheckout', 'skipStagesAfterUnstable', 'timeout', 'timestamps'],
  ]
  /** Calls that are only the argument of another: `buildDiscarder(logRotator(…))`. */
  static final VALUES = ['credentials', 'file', 'logRotator', 'string', 'usernamePassword']
  static final ONE_OF = ['steps', 'stages', 'parallel']
}

/** A section, a stage or a step: its name, its arguments, and what is inside. */
class Part {
  String name
  List args = []
  boolean interpolated = false
  List<Part> inside = []

  Map toMap() {
    [name: name, args: args, interpolated: interpolated, inside: inside*.toMap()]
  }

  Part find(String wanted) {
    inside.find { it.name == wanted }
  }
}

/** Takes the calls of one closure. `kind` is the section that it is in; null within steps, where any step may stand. */
class Recorder extends GroovyObjectSupport {
  Part node
  String kind
  String path
  List<String> errors

  Object invokeMethod(String name, Object given) {
    def args = (given as Object[]).toList()
    if (name in Grammar.VALUES) return "${name}(${args.join(', ')})".toString()
    allow(name)
    def body = args && args.last() instanceof Closure ? args.removeLast() : null
    def child = new Part(name: name, args: args.collect { plain(it) }, interpolated: args.any { isInterpolated(it) })
    node.inside << child
    if (body != null) descend(child, body)
    return null
  }

  Object getProperty(String name) {
    if (name in ['node', 'kind', 'path', 'errors']) return this.@"$name"
    // `agent none`, `env.NAME`: a word that only has to reach whoever is given it.
    return new Word(name)
  }

  void setProperty(String name, Object value) {
    if (kind != 'environment') errors << "${path}: '${name} = …' is not allowed in '${kind ?: 'steps'}'".toString()
    node.inside << new Part(name: name, args: [plain(value)], interpolated: isInterpolated(value))
  }

  private void allow(String name) {
    def allowed = Grammar.SECTIONS[kind]
    if (allowed != null && !(name in allowed)) errors << "${path}: '${name}' is not allowed in '${kind}'".toString()
    else if (kind in ['pipeline', 'stage', 'post', 'agent'] && node.find(name) != null) {
      errors << "${path}: '${name}' stands twice".toString()
    }
  }

  private void descend(Part child, Closure body) {
    def label = child.name == 'stage' ? child.args[0] : child.name
    // A condition of `post` holds steps, as `steps` itself does.
    def inner = child.name in Grammar.SECTIONS || child.name == 'environment' ? child.name : null
    if (kind == null || kind == 'when') inner = kind
    // Written `{ sh … }`, an `expression` is a closure that Jenkins runs later: nothing in it is a section.
    if (child.name == 'expression') return
    body.delegate = new Recorder(node: child, kind: inner, path: "${path}/${label}", errors: errors)
    body.resolveStrategy = Closure.DELEGATE_ONLY
    body.call()
  }

  private static Object plain(Object value) {
    if (value instanceof Map) return value.collectEntries { key, inner -> [(key.toString()): plain(inner)] }
    if (value instanceof List) return value.collect { plain(it) }
    return value instanceof Number || value instanceof Boolean ? value : value.toString()
  }

  private static boolean isInterpolated(Object value) {
    if (value instanceof Map) return value.values().any { isInterpolated(it) }
    return value instanceof GString
  }
}

class Word extends GroovyObjectSupport {
  final String text

  Word(String text) { this.text = text }

  Object getProperty(String name) { new Word("${this.@text}.${name}") }

  Object invokeMethod(String name, Object args) { new Word("${this.@text}.${name}()") }

  String toString() { this.@text }
}

/** What Jenkins refuses beyond names in wrong places. */
void check(Part node, String path, boolean hasAgent, boolean isParallel, List<String> errors) {
  def agent = node.find('agent')
  if (node.name == 'pipeline') {
    if (agent == null) errors << "${path}: 'agent' is missing".toString()
    if (node.find('stages') == null) errors << "${path}: 'stages' is missing".toString()
  }
  if (agent != null) hasAgent = agent.args != ['none']
  if (node.name == 'stage') {
    if (node.args.size() != 1 || !node.args[0]) errors << "${path}: a stage needs a name".toString()
    def bodies = Grammar.ONE_OF.findAll { node.find(it) != null }
    if (bodies.size() != 1) errors << "${path}: needs exactly one of ${Grammar.ONE_OF.join(', ')}; has ${bodies}".toString()
    if (bodies == ['steps'] && !hasAgent) errors << "${path}: has steps but no agent to run them".toString()
    if (isParallel && bodies == ['parallel']) errors << "${path}: 'parallel' within 'parallel'".toString()
  }
  if (node.name in ['stages', 'parallel', 'steps', 'post'] && node.inside.isEmpty()) errors << "${path}: is empty".toString()
  if (!(node.name in ['pipeline', 'stages', 'parallel', 'stage'])) return
  def names = node.inside.findAll { it.name == 'stage' }.collect { it.args[0] }
  names.countBy { it }.findAll { it.value > 1 }.each { name, count -> errors << "${path}: '${name}' stands twice".toString() }
  node.inside.each { child ->
    def label = child.name == 'stage' ? child.args[0] : child.name
    check(child, "${path}/${label}", hasAgent, isParallel || node.name == 'parallel', errors)
  }
}

Map read(String file) {
  def errors = []
  def roots = []
  def binding = new Binding()
  binding.setVariable('pipeline') { Closure body ->
    def root = new Part(name: 'pipeline')
    roots << root
    body.delegate = new Recorder(node: root, kind: 'pipeline', path: '', errors: errors)
    body.resolveStrategy = Closure.DELEGATE_ONLY
    body.call()
  }
  try {
    new GroovyShell(binding).evaluate(new File(file))
  } catch (Throwable problem) {
    errors << "cannot be read: ${problem.message?.readLines()?.find { it }}".toString()
  }
  if (roots.size() != 1 && errors.isEmpty()) errors << "has ${roots.size()} pipelines".toString()
  roots.each { check(it, '', false, false, errors) }
  return [file: file, errors: errors, pipeline: (roots ? roots[0] : new Part(name: 'pipeline')).toMap()]
}

println JsonOutput.toJson(args.collect { read(it) })
