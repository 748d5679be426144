export { type Container, ContainerCannotStart, type ContainerSpec, type Engine } from './container.ts';
export { dockerEngine } from './docker-engine.ts';
export { freePort } from './ports.ts';
export { processEngine } from './process-engine.ts';
