/** What a trace's line tells a person, in one short line; undefined where it tells nothing that matters. */
export function storyOf(line: string): string | undefined {
  const entry = JSON.parse(line) as Record<string, unknown> & { at: string; kind: string }; // A line of the emulator's own trace.
  const told = tellers[entry.kind]?.(entry);
  return told === undefined ? undefined : `${entry.at.slice(5, 19).replace('T', ' ')} ${told}`.slice(0, longest);
}

const longest = 360;
const short = (value: unknown) => JSON.stringify(value);

/** Calls that change something people see. */
const notable = new Set([
  'CreateEndpoint',
  'UpdateEndpoint',
  'UpdateEndpointWeightsAndCapacities',
  'DeleteEndpoint',
  'DeleteEndpointConfig',
  'DeleteModel',
  'CreateModel',
  'CreateTrainingJob',
  'StartExecution',
  'StopExecution',
  'SetAlarmState',
  'PutImage',
]);

const tellers: Readonly<Record<string, (entry: Readonly<Record<string, unknown>>) => string | undefined>> = {
  fault: ({ fault, kind: _kind, at: _at, ...about }) => `fault ${String(fault)} ${short(about)}`,
  endpoint({ endpoint, what, status, config, variants }) {
    const each = (variants as readonly { name: string; weight: number; desiredWeight: number; instances: number }[]).map(
      ({ name, weight, desiredWeight, instances }) => `${name} ${weight}${desiredWeight === weight ? '' : `->${desiredWeight}`} x${instances}`,
    );
    return `endpoint ${String(endpoint)} ${String(what)}: ${String(status)} on ${String(config)}: ${each.join(', ')}`;
  },
  event({ event, lost }) {
    const { 'detail-type': type, detail } = (event ?? {}) as { 'detail-type'?: string; detail?: { alarmName?: string; state?: { value: string } } };
    return type === 'CloudWatch Alarm State Change' || lost === true
      ? `event ${type ?? ''}${lost === true ? ' lost' : ''} ${detail?.alarmName ?? ''} ${detail?.state?.value ?? ''}`
      : undefined;
  },
  lambda({ phase, function: name, output, error }) {
    return phase === 'end' ? `${String(name)} ${error === undefined ? short(output) : `FAILED ${short(error)}`}` : undefined;
  },
  state({ type, execution, name }) {
    if (!String(type).startsWith('Execution')) return undefined;
    return `${String(type)} ${String(execution).split(':').slice(-2).join(' ')} ${typeof name === 'string' ? name : ''}`;
  },
  wire({ operation, caller, input, error, answerLost }) {
    if (!notable.has(String(operation))) return undefined;
    const who = String(caller).split('/').at(-1);
    return `${String(operation)} by ${who} ${short(input)}${error === undefined ? '' : ` REFUSED ${short(error)}`}${answerLost === true ? ' ANSWER LOST' : ''}`;
  },
};
