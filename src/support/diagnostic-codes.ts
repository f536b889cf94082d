/**
 * Every diagnostic code, each with what it stands for. A code is part of the interface: its number is
 * never reused and its meaning never changed. To add one, take the next free number of its hundred.
 */
export const diagnosticCodes = {
  // 00: command line and files
  PD0001: 'the command line names a command or an option that does not exist',
  PD0002: 'an option has a value it cannot take',
  PD0003: 'a file cannot be read',
  PD0004: 'a file cannot be written',
  // 01: names
  PD0101: 'no scenario has this name or matches this pattern',
  PD0102: 'no property has this name',
  PD0103: 'no proposal has this name',
  PD0104: 'no engine has this name',
  PD0105: 'a property is about what a scenario does not have',
  // 02: models
  PD0201: 'a model is ill-formed',
  PD0202: 'a name in a model stands for nothing',
  PD0203: 'the types in a model do not fit',
  PD0204: 'control leaves a loop or a function where it cannot, or must and does not',
  PD0205: 'a function calls itself',
  PD0206: 'a loop can go round without a step',
  PD0207: 'an operation assumes something after it has had an effect',
  PD0208: 'what happens in one step contains a call or a step of its own',
  PD0209: 'a number in a model is out of range',
  PD0210: 'an initial value is not a constant or an address',
  PD0211: 'a variable is declared twice, or a loop variable is assigned',
  // 03: solvers and their language
  PD0301: 'a solver that was asked for cannot be run',
  PD0302: 'a text is not a sequence of s-expressions',
  // 04: traces and certificates
  PD0401: 'a trace or certificate file does not have the form of one',
  PD0402: 'a trace or certificate claims what its program does not do',
  // 05: litmus tests
  PD0501: 'a litmus test does not follow the grammar',
  PD0502: 'a name in a litmus test stands for nothing',
  PD0503: 'an operation of a litmus test cannot be done there',
  PD0504: 'a litmus test has more, or larger things, than the models can hold',
  PD0505: 'a condition of a litmus test can never be met',
  // 06: kernel sources and patches
  PD0601: 'a C construct is outside the subset that can be read',
} as const;

export type DiagnosticCode = keyof typeof diagnosticCodes;
