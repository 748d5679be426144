/** A setting of the deployment, from the function's environment. Throws where the template forgot it. */
export function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`Environment variable ${name} is not set: the template must set it for this function`);
  return value;
}
