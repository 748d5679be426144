import { defineInvariant } from './invariant.ts';

const outcomes = ['Succeeded', 'RolledBack', 'Rejected', 'Superseded', 'Failed'];

/**
 * 5. Every rollout ends, in bounded time, in exactly one outcome; one that failed after it had touched an endpoint that
 * serves has paged. The bound is the simulation's: when it is over, this is asked.
 */
export const everyRolloutEndsOnce = defineInvariant({
  name: 'every-rollout-ends-once',
  watch: (truth, violated) => ({
    onEnded({ id, ended, delivery }, outcome) {
      const about = [id, delivery.endpointName];
      if (!outcomes.includes(outcome)) violated(`${id} ended as "${outcome}", which is no outcome`, about);
      if (ended && ended.outcome !== outcome) violated(`${id} ended as ${ended.outcome} and then as ${outcome}`, about);
    },
    atEnd() {
      const { states, sns } = truth.emulator.services;
      for (const execution of states.executions()) {
        if (execution.status === 'RUNNING') violated(`execution ${execution.name} still runs`, [execution.name]);
      }
      for (const { id, ended, delivery } of truth.rollouts.values()) {
        if (!ended) violated(`${id} has not ended`, [id, delivery.endpointName]);
      }
      const pages = sns.messages(truth.topicArn).filter((message) => message.subject?.startsWith('PAGE') === true);
      for (const { id, ended, held, mutations, movedTraffic, delivery } of truth.rollouts.values()) {
        if (ended?.outcome !== 'Failed' || mutations.length === 0) continue;
        // A first endpoint that never came into service has hurt nobody.
        if (!held?.before && !movedTraffic) continue;
        if (!pages.some((message) => message.message.includes(id))) {
          violated(`${id} failed (${ended.reason}) after it had touched ${delivery.endpointName}, and nobody was paged`, [id, delivery.endpointName]);
        }
      }
    },
  }),
});
