import { referencesIn, type Scope } from './intrinsics.ts';
import { invalidTemplate, type ResourceDeclaration } from './template.ts';

/**
 * The order in which resources are made: each after what it refers to or depends on, otherwise as the template has them.
 *
 * @throws AwsError `ValidationError` for a circle or an unknown dependency
 */
export function creationOrder(resources: ReadonlyMap<string, ResourceDeclaration>, scope: Scope): string[] {
  const done = new Set<string>();
  const path: string[] = [];
  const order: string[] = [];
  function visit(logicalId: string): void {
    if (done.has(logicalId)) return;
    if (path.includes(logicalId)) {
      throw invalidTemplate(`Circular dependency between resources: [${path.slice(path.indexOf(logicalId)).join(', ')}]`);
    }
    const resource = resources.get(logicalId);
    // Not made under this stack's conditions: nothing to wait for.
    if (!resource) return;
    path.push(logicalId);
    for (const before of [...resource.DependsOn, ...referencesIn(resource.Properties, scope, `the resource "${logicalId}"`)]) {
      if (!scope.template.resources.has(before)) throw invalidTemplate(`Unresolved resource dependencies [${before}] in the resource "${logicalId}"`);
      visit(before);
    }
    path.pop();
    done.add(logicalId);
    order.push(logicalId);
  }
  for (const logicalId of resources.keys()) visit(logicalId);
  return order;
}
