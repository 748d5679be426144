/** What of a row the model sees: the measurements as they are. */
export function fitFeatures() {
  return { kind: 'raw' };
}

export function applyFeatures(_fitted, row) {
  return row;
}
