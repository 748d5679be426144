/** What AWS's training toolkit tells a script, as its documentation and its published behaviour have it; not taken from a run of ours. */

/** For two hosts, channels `train` and `val-set`, and these hyperparameters, with no distribution switched on. */
export const job = {
  hosts: ['algo-1', 'algo-2'],
  instanceType: 'ml.m5.xlarge',
  channels: ['train', 'val-set'],
  hyperParameters: {
    'batch-size': '32',
    lr: '0.001',
    k: '2',
    sagemaker_program: '"train.py"',
    sagemaker_submit_directory: '"s3://b/j/source/sourcedir.tar.gz"',
  },
} as const;

const inputDataConfig =
  '{"train":{"RecordWrapperType":"None","S3DistributionType":"FullyReplicated","TrainingInputMode":"File"},' +
  '"val-set":{"RecordWrapperType":"None","S3DistributionType":"FullyReplicated","TrainingInputMode":"File"}}';
const group = '{"hosts":["algo-1","algo-2"],"instance_group_name":"homogeneousCluster","instance_type":"ml.m5.xlarge"}';

/** Every variable but SM_NUM_CPUS, SM_NUM_GPUS, SM_NUM_NEURONS, which are the machine's, and SM_TRAINING_ENV. */
export const variables = {
  SM_MODEL_DIR: '/opt/ml/model',
  SM_MODULE_DIR: 's3://b/j/source/sourcedir.tar.gz',
  SM_MODULE_NAME: 'train',
  SM_USER_ENTRY_POINT: 'train.py',
  SM_USER_ARGS: '["--batch-size","32","-k","2","--lr","0.001"]',
  SM_HPS: '{"batch-size":32,"k":2,"lr":0.001}',
  'SM_HP_BATCH-SIZE': '32',
  SM_HP_K: '2',
  SM_HP_LR: '0.001',
  SM_CHANNELS: '["train","val-set"]',
  SM_CHANNEL_TRAIN: '/opt/ml/input/data/train',
  'SM_CHANNEL_VAL-SET': '/opt/ml/input/data/val-set',
  SM_INPUT_DIR: '/opt/ml/input',
  SM_INPUT_CONFIG_DIR: '/opt/ml/input/config',
  SM_INPUT_DATA_CONFIG: inputDataConfig,
  SM_RESOURCE_CONFIG:
    '{"current_group_name":"homogeneousCluster","current_host":"algo-1","current_instance_type":"ml.m5.xlarge","hosts":["algo-1","algo-2"],' +
    `"instance_groups":[${group}],"network_interface_name":"eth0","topology":null}`,
  SM_OUTPUT_DIR: '/opt/ml/output',
  SM_OUTPUT_DATA_DIR: '/opt/ml/output/data',
  SM_OUTPUT_INTERMEDIATE_DIR: '/opt/ml/output/intermediate',
  SM_HOSTS: '["algo-1","algo-2"]',
  SM_CURRENT_HOST: 'algo-1',
  SM_NETWORK_INTERFACE_NAME: 'eth0',
  SM_LOG_LEVEL: '20',
  SM_FRAMEWORK_MODULE: '',
  SM_FRAMEWORK_PARAMS: '{}',
  SM_CURRENT_INSTANCE_TYPE: 'ml.m5.xlarge',
  SM_CURRENT_INSTANCE_GROUP: 'homogeneousCluster',
  SM_CURRENT_INSTANCE_GROUP_HOSTS: '["algo-1","algo-2"]',
  SM_INSTANCE_GROUPS: '["homogeneousCluster"]',
  SM_INSTANCE_GROUPS_DICT: `{"homogeneousCluster":${group}}`,
  SM_DISTRIBUTION_INSTANCE_GROUPS: '[]',
  SM_IS_HETERO: 'false',
} as const;

/** What differs once `sagemaker_mpi_enabled` is true. */
export const variablesWithMpi = {
  ...variables,
  SM_FRAMEWORK_PARAMS: '{"sagemaker_mpi_enabled":true}',
  SM_DISTRIBUTION_INSTANCE_GROUPS: '["homogeneousCluster"]',
} as const;

export const trainingEnvKeys =
  'additional_framework_parameters channel_input_dirs current_host current_instance_group current_instance_group_hosts current_instance_type distribution_hosts distribution_instance_groups framework_module hosts hyperparameters input_config_dir input_data_config input_dir instance_groups instance_groups_dict is_hetero is_master is_modelparallel_enabled is_smddpmprun_installed is_smddprun_installed job_name log_level master_hostname model_dir module_dir module_name network_interface_name num_cpus num_gpus num_neurons output_data_dir output_dir output_intermediate_dir resource_config topology user_entry_point'.split(
    ' ',
  );

/** A value as hyperparameters.json holds it, the variable, the argument. */
export const values: readonly (readonly [stored: string, variable: string, argument: string])[] = [
  ['32', '32', '32'],
  ['1.0', '1.0', '1.0'],
  ['0.001', '0.001', '0.001'],
  ['1e-3', '0.001', '0.001'],
  ['1e-5', '1e-05', '1e-05'],
  ['1e5', '100000.0', '100000.0'],
  ['1e16', '1e+16', '1e+16'],
  ['-0.0', '-0.0', '-0.0'],
  ['NaN', 'NaN', 'nan'],
  ['true', 'true', 'True'],
  ['null', '', ''],
  ['[1,"a"]', '[1,"a"]', "[1, 'a']"],
  ['{"b":1,"a":2}', '{"a":2,"b":1}', 'a=2,b=1'],
  ['{"x":[1,2]}', '{"x":[1,2]}', 'x=[1, 2]'],
  ['"two words"', 'two words', 'two words'],
  ['"é"', 'é', 'é'],
  ['abc', 'abc', 'abc'],
  ['9007199254740993', '9007199254740993', '9007199254740993'],
];
