import type { Check } from '../check.ts';
import { acceptsConnectionsFast } from './accepts-connections-fast.ts';
import { answersInTime } from './answers-in-time.ts';
import { answersInvocations } from './answers-invocations.ts';
import { answersPingsFast } from './answers-pings-fast.ts';
import { answersPingsWhileBusy } from './answers-pings-while-busy.ts';
import { answersPings } from './answers-pings.ts';
import { bringsWhatItNeeds } from './brings-what-it-needs.ts';
import { endsWithItsApp } from './ends-with-its-app.ts';
import { isReadyInTime } from './is-ready-in-time.ts';
import { isReadyWhenItSaysSo } from './is-ready-when-it-says-so.ts';
import { isReadyWithRoomToSpare } from './is-ready-with-room-to-spare.ts';
import { leavesTheModelAlone } from './leaves-the-model-alone.ts';
import { listensOnItsPort } from './listens-on-its-port.ts';
import { listensToEverybody } from './listens-to-everybody.ts';
import { loadsBeforePings } from './loads-before-pings.ts';
import { proxyHasItsApp } from './proxy-has-its-app.ts';
import { readsItsPort } from './reads-bind-to-port.ts';
import { readsTheContentType } from './reads-the-content-type.ts';
import { saysItsContentType } from './says-its-content-type.ts';
import { staysInTheForeground } from './stays-in-the-foreground.ts';
import { staysWithinMemory } from './stays-within-memory.ts';
import { stopsAtSigterm } from './stops-at-sigterm.ts';
import { takesLargeBodies } from './takes-large-bodies.ts';
import { takesTheWord } from './takes-the-word.ts';
import { tellsItsBatchSettings } from './tells-its-batch-settings.ts';

export const checks: readonly Check<'serving'>[] = [
  takesTheWord,
  stopsAtSigterm,
  listensOnItsPort,
  listensToEverybody,
  answersPings,
  answersPingsFast,
  loadsBeforePings,
  isReadyWhenItSaysSo,
  isReadyInTime,
  answersInvocations,
  answersInTime,
  takesLargeBodies,
  proxyHasItsApp,
  endsWithItsApp,
  readsTheContentType,
  saysItsContentType,
  readsItsPort,
  staysWithinMemory,
  staysInTheForeground,
  leavesTheModelAlone,
  bringsWhatItNeeds,
  answersPingsWhileBusy,
  acceptsConnectionsFast,
  tellsItsBatchSettings,
  isReadyWithRoomToSpare,
];
