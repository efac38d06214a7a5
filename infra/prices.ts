/** AWS's list prices in us-east-1, in dollars, without the free tier. Look them up before you rely on them. */
export const PRICES = {
  dynamodbWriteUnit: 0.625 / 1_000_000,
  dynamodbReadUnit: 0.125 / 1_000_000,
  dynamodbStorageGbMonth: 0.25,
  dynamodbBackupGbMonth: 0.2,
  /** On Arm. */
  lambdaGbSecond: 0.000_013_333_4,
  lambdaRequest: 0.2 / 1_000_000,
  cloudwatchMetric: 0.3,
  /** Each metric that an alarm looks at. */
  cloudwatchAlarm: 0.1,
  cloudwatchDashboard: 3,
  cloudwatchLogsGb: 0.5,
  apiGatewayRequest: 1 / 1_000_000,
  /** An event that is sent to a bus of one's own; schedules and the default bus are free. */
  eventbridgeEvent: 1 / 1_000_000,
  s3StorageGbMonth: 0.023,
  s3Write: 5 / 1_000_000,
  s3Read: 0.4 / 1_000_000,
  kmsKey: 1,
  kmsRequest: 0.03 / 10_000,
  xrayTrace: 5 / 1_000_000,
} as const;
