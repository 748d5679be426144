import type { NotChecked } from './check.ts';

/** What goes wrong with images and cannot be seen on one machine, whatever is started there. */
export const outOfReach: readonly NotChecked[] = [
  { id: 'CC-06', title: 'SageMaker may pull the image', because: 'only the account knows the repository’s policy and the role’s rights' },
  {
    id: 'CC-20',
    title: 'The image needs no privileges',
    because: 'plain processes have the rights of who starts them, and Docker’s own defaults are not SageMaker’s',
  },
  {
    id: 'CC-45',
    title: 'The image reads no headers of its own',
    because: 'nothing shows from outside which headers a program reads; SageMaker passes on Content-Type, Accept and its own alone',
  },
  { id: 'CC-55', title: 'A streamed answer is not held back by a proxy', because: 'an answer does not tell whether it was meant to be streamed' },
  { id: 'CC-69', title: 'A training on several hosts waits for its peers', because: 'one host is started here' },
  {
    id: 'CC-72',
    title: 'Names that are read as shell variables hold no hyphens or dots',
    because: 'it is about the request: names of hyperparameters and channels',
  },
  { id: 'CC-77', title: 'An image for MPI has sshd', because: 'it is about the request: whether it asks for MPI' },
  { id: 'CC-90', title: 'Nothing is sent to an endpoint that is Updating', because: 'it is about the endpoint, not the image' },
  { id: 'CC-91', title: 'Names and limits of the request hold', because: 'it is about the request, which is checked where it is written' },
  { id: 'CC-93', title: 'An update keeps live weights and counts', because: 'it is about the endpoint, not the image' },
  { id: 'CC-94', title: 'A guarded update names its alarms', because: 'it is about the endpoint, not the image' },
  { id: 'CC-95', title: 'Steps of a guarded update are within AWS’s bounds', because: 'it is about the endpoint, not the image' },
  { id: 'CC-96', title: 'A bad image does not hold an endpoint in Creating for an hour', because: 'it is what all other checks are for' },
];
