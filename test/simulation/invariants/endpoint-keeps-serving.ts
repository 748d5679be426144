import { defineInvariant } from './invariant.ts';

/**
 * 1. An endpoint that served before a rollout serves throughout it: at least one variant in service with traffic, never
 * an all-zero set; no update takes a variant away that has traffic; and what it runs on is not deleted under it, without
 * which SageMaker can neither update nor repair it.
 */
export const endpointKeepsServing = defineInvariant({
  name: 'endpoint-keeps-serving',
  watch(truth, violated) {
    const served = new Set<string>();
    return {
      onCall({ operation, input }) {
        // Weight first, then the variant: an update takes minutes, and with it whatever the variant still serves.
        if (operation === 'UpdateEndpoint') {
          const { sagemaker } = truth.emulator.services;
          const asked = sagemaker.configs().find(({ name }) => name === input['EndpointConfigName'])?.input.ProductionVariants ?? [];
          const endpoint = sagemaker.endpoints().find(({ name }) => name === input['EndpointName']);
          const dropped = endpoint?.fleet.variants.filter(
            ({ name, currentWeight }) => currentWeight > 0 && !asked.some((one) => one.VariantName === name),
          );
          for (const { name, currentWeight } of dropped ?? [])
            violated(`UpdateEndpoint takes ${name} out of ${endpoint?.name}, and it has weight ${currentWeight}`, [String(endpoint?.name), name]);
        }
        if (operation !== 'DeleteEndpointConfig' && operation !== 'DeleteModel') return;
        for (const { name, status, fleet, pending } of truth.emulator.services.sagemaker.endpoints()) {
          if (status === 'Failed' || status === 'Deleting') continue;
          for (const { config, variants } of [fleet, ...(pending ? [pending] : [])]) {
            const what = [config.name, ...variants.map((variant) => variant.config.ModelName)];
            const gone = String(input['EndpointConfigName'] ?? input['ModelName']);
            if (what.includes(gone)) violated(`${operation} of ${gone}, which endpoint ${name} runs on`, [name, gone]);
          }
        }
      },
      onEndpoint({ endpointName, what, status, variants }) {
        const endpoint = truth.emulator.services.sagemaker.endpoints().find(({ name }) => name === endpointName);
        if (status === 'InService') served.add(endpointName);
        if (!served.has(endpointName)) return;
        const broken =
          what === 'deleted' || status === 'Deleting' || status === 'Failed' || status === 'OutOfService'
            ? `is ${what === 'deleted' ? 'gone' : status}`
            : endpoint?.fleet.serving !== true
              ? 'has no fleet that serves'
              : variants.some((variant) => variant.weight > 0 && variant.instances > 0)
                ? undefined
                : 'has no variant with weight and instances';
        if (broken !== undefined) violated(`endpoint ${endpointName} served, and now ${broken}: ${JSON.stringify(variants)}`, [endpointName]);
      },
    };
  },
});
