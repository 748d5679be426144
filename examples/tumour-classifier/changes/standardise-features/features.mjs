/** What of a row the model sees: each measurement in standard deviations from its mean, both taken from the training rows. */
export function fitFeatures(rows) {
  const means = rows[0].map((_, i) => rows.reduce((sum, row) => sum + row[i], 0) / rows.length);
  const deviations = means.map((mean, i) => Math.sqrt(rows.reduce((sum, row) => sum + (row[i] - mean) ** 2, 0) / rows.length) || 1);
  return { kind: 'standardised', means, deviations };
}

export function applyFeatures({ means, deviations }, row) {
  return row.map((value, i) => (value - means[i]) / deviations[i]);
}
