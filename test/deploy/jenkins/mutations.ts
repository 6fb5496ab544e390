type Mutation = [name: string, mutate: (text: string) => string, error: RegExp]

/** What a hand may do to the Jenkinsfile in a hurry, and what Jenkins would say. */
export const MUTATIONS: Mutation[] = [
  [
    'a section is misspelt',
    (text) => text.replace(/steps \{/, 'stepz {'),
    /'stepz' is not allowed in 'stage'/,
  ],
  [
    'a section stands in the wrong place',
    (text) => text.replace(/^ {2}options \{/m, '  steps {\n    sh "true"\n  }\n\n  options {'),
    /'steps' is not allowed in 'pipeline'/,
  ],
  [
    'a condition after the build does not exist',
    (text) => text.replace('always {', 'allways {'),
    /'allways' is not allowed in 'post'/,
  ],
  [
    'no agent is named for the build',
    (text) => text.replace('  agent none\n', ''),
    /'agent' is missing/,
  ],
  [
    'a stage has nobody to run its steps',
    (text) => text.replace(/agent \{\s+label 'causeway'\s+\}/, ''),
    /Lint: has steps but no agent/,
  ],
  [
    'a stage has both steps and stages',
    (text) =>
      text.replace(/ {6}stages \{/, '      steps {\n        sh "true"\n      }\n      stages {'),
    /Release: needs exactly one of/,
  ],
  [
    'a stage is empty',
    (text) => text.replace(/steps \{\s+sh 'deploy\/jenkins\/check.sh lint'\s+\}/, 'steps {\n}'),
    /Lint\/steps: is empty/,
  ],
  [
    'two stages have one name',
    (text) => text.replace("stage('Whole road')", "stage('Lint')"),
    /'Lint' stands twice/,
  ],
  [
    'an option does not exist',
    (text) => text.replace('timestamps()', 'timestamp()'),
    /'timestamp' is not allowed in 'options'/,
  ],
  [
    'a condition of a stage does not exist',
    (text) => text.replace("branch 'main'", "branches 'main'"),
    /'branches' is not allowed in 'when'/,
  ],
  ['a brace is missing', (text) => text.replace(/\}\s*$/, ''), /cannot be read/],
  ['there is no pipeline', () => "echo 'hello'\n", /has 0 pipelines|cannot be read/],
]

/** What Jenkins would run, and must not be merged: each breaks the rule of the policy that is named last. */
export const LAPSES: [name: string, mutate: (text: string) => string, rule: RegExp][] = [
  [
    'one agent is held for the whole build',
    (text) => text.replace('agent none', 'agent any'),
    /only for a stage/,
  ],
  ['a build may last for ever', (text) => text.replace(/timeout\(.*\)/, ''), /bounds its time/],
  [
    'a check is left out',
    (text) => text.replace('check.sh road', 'check.sh units'),
    /runs all checks/,
  ],
  [
    'a report is kept of good builds only',
    (text) => text.replace('always {', 'success {'),
    /keeps the report/,
  ],
  [
    'a report may be empty',
    (text) => text.replace('allowEmptyResults: false', 'allowEmptyResults: true'),
    /keeps the report/,
  ],
  [
    'every branch is released',
    (text) => text.replace("branch 'main'", "branch '*'"),
    /from main alone/,
  ],
  [
    'images are built by the checks of every branch',
    (text) => text.replace('check.sh lint', 'image.sh'),
    /from main alone/,
  ],
  [
    'Spinnaker hears of a chart that is not stored yet',
    (text) =>
      text
        .replace('deploy/jenkins/chart.sh', 'TRIGGER')
        .replace(/node deploy\/jenkins\/trigger\S+ \S+(?=')/, 'deploy/jenkins/chart.sh')
        .replace('TRIGGER', 'node deploy/jenkins/trigger.mjs build/build.properties'),
    /before it tells Spinnaker/,
  ],
  [
    'nothing is archived',
    (text) => text.replace(/archiveArtifacts.*/, "echo 'done'"),
    /archives what/,
  ],
  [
    'all stages are given a secret',
    (text) =>
      text.replace(
        '  agent none',
        "  agent none\n  environment {\n    TOKEN = credentials('token')\n  }",
      ),
    /only to the stage that needs it/,
  ],
  [
    'a secret stands on a command line',
    (text) => text.replace("'deploy/jenkins/image.sh'", '"deploy/jenkins/image.sh ${TOKEN}"'),
    /lets Groovy put nothing/,
  ],
  [
    'a script is called that nobody wrote',
    (text) => text.replace('properties.sh', 'propertys.sh'),
    /scripts that exist/,
  ],
]
